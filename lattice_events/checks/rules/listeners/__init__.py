"""Services, listeners and their rules."""
