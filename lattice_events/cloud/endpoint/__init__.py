"""The endpoint that AWS clients speak to."""
