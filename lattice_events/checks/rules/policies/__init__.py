"""Auth policies."""
