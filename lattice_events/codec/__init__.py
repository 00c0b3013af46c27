"""The wire format: events and responses as JSON, both ways.

What a function needs is imported at once, the service's half on first use.
"""

from __future__ import annotations

from lattice_events.codec.event_decoder import decode_event
from lattice_events.codec.response_encoder import encode_response

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from lattice_events.codec.service_side import decode_response, encode_event

__all__ = ["decode_event", "decode_response", "encode_event", "encode_response"]


def __getattr__(name: str) -> object:
    """Load the service's half when it is asked for."""
    if name in ("decode_response", "encode_event"):
        from lattice_events.codec import service_side

        return getattr(service_side, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
