"""Runtimes of Lambda that have a way to run on this machine."""

from __future__ import annotations

_THAT_RUN = ("python3.", "nodejs", "provided")


def runtime_obstacle(runtime: object) -> str:
    """Say why a function of this runtime cannot run here, or nothing."""
    if str(runtime).startswith(_THAT_RUN):
        return ""
    return f"its runtime is {runtime}; only Python, Node.js and a bootstrap of your own (provided) run"
