"""Child processes: their environment, their output, and the scripts that run in them."""
