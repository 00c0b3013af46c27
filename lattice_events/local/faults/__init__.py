"""The faults of a run, while it is up."""
