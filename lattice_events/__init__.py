"""The Python toolkit for AWS Lambda on Amazon VPC Lattice.

Importing it loads the standard library only, and little of that: what serving a request needs.
"""

from __future__ import annotations

from lattice_events.codec import decode_event, encode_response
from lattice_events.errors import HTTPError, LatticeError
from lattice_events.handler import lattice_handler
from lattice_events.headers import Headers, QueryParams
from lattice_events.identity import Identity
from lattice_events.request import Request
from lattice_events.response import Response

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from lattice_events.codec import decode_response, encode_event

__version__ = "0.1.0"

__all__ = [
    "HTTPError",
    "Headers",
    "Identity",
    "LatticeError",
    "QueryParams",
    "Request",
    "Response",
    "decode_event",
    "decode_response",
    "encode_event",
    "encode_response",
    "lattice_handler",
]


def __getattr__(name: str) -> object:
    """Load the service's half of the codec when it is asked for."""
    if name in ("decode_response", "encode_event"):
        from lattice_events import codec

        return getattr(codec, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, those that load lazily too."""
    return sorted(__all__)
