"""What a run reports, and where it is written."""
