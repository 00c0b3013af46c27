"""Host names that a service may have beside the one that VPC Lattice generates."""

from __future__ import annotations

import re

_HOST_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
HOST_NAME = re.compile(rf"{_HOST_LABEL}(\.{_HOST_LABEL})*")
"""An RFC 1123 subdomain, which names of Kubernetes objects are too."""


def host_name_problem(name: str) -> str | None:
    """Say why a service cannot have a host name, or ``None``; it may start with ``*.``."""
    plain = name.removeprefix("*.")
    if len(name) > 253 or not HOST_NAME.fullmatch(plain):
        return f"must be a host name such as api.example.com, without a port, not {name!r}"
    if plain.replace(".", "").isdigit():
        return f"must be a host name, not an address such as {name!r}"
    if plain.rpartition(".")[2] == "localhost":
        return f"must not be {name!r}, which is always the caller's own machine"
    return None
