"""Requests that are HTTP, and still are none to a service."""

from __future__ import annotations

from lattice_events.local.gateway.arrival import is_request_target
from lattice_events.local.http.broken import Broken, shown_path


def find_target_problem(target: str) -> Broken | None:
    """Why a request target is none; what may be a secret in it is not repeated."""
    if is_request_target(target):
        return None
    if "#" in target:
        reason = "the request target has a fragment (#…), which is never sent"
    else:
        shown = shown_path(" ".join(target.split()))
        reason = f"the request target {shown} is neither a path nor an http URL"
    return Broken(status=400, reason=reason)
