"""Call other VPC Lattice services with signed requests, in time, with errors that say what to fix."""

from __future__ import annotations

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from lattice_events.client.credentials import DefaultCredentials
    from lattice_events.client.discovery import look_up_service, service_url
    from lattice_events.client.requests import LatticeSession
    from lattice_events.client.signing import sign_request
    from lattice_events.client.time_left import deadline

__all__ = [
    "DefaultCredentials",
    "LatticeSession",
    "deadline",
    "look_up_service",
    "service_url",
    "sign_request",
]

_MODULES = {
    "DefaultCredentials": "credentials",
    "LatticeSession": "requests",
    "deadline": "time_left",
    "look_up_service": "discovery",
    "service_url": "discovery",
    "sign_request": "signing",
}


def __getattr__(name: str) -> object:
    """Load what is asked for, and an HTTP client only with its session."""
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    """The public names, those that load lazily too."""
    return sorted(__all__)
