"""Quotas, names, and what a deployment would replace."""
