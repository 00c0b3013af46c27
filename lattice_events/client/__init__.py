"""Call other VPC Lattice services with signed requests."""

from __future__ import annotations

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from lattice_events.client.requests import LatticeSession

__all__ = ["LatticeSession"]


def __getattr__(name: str) -> object:
    """Load the session, and requests with it, when it is asked for."""
    if name == "LatticeSession":
        from lattice_events.client.requests import LatticeSession

        return LatticeSession
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, those that load lazily too."""
    return sorted(__all__)
