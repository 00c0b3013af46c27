"""A run: everything that is started, swapped and stopped together."""
