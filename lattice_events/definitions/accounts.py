"""The account of what says none."""

from __future__ import annotations

MADE_UP_ACCOUNT = "123456789012"
"""Stands for an account that nobody names; on AWS it may be any."""
