"""AWS Signature Version 4, and the one form of it that VPC Lattice takes. Standard library only."""

from lattice_events.sigv4.credentials import Credentials
from lattice_events.sigv4.lattice import encode_url, region_of_host, sign_lattice
from lattice_events.sigv4.signer import SignedRequest, sign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from lattice_events.sigv4.verifier import Verification, is_signed, verify

__all__ = [
    "Credentials",
    "SignedRequest",
    "Verification",
    "encode_url",
    "is_signed",
    "region_of_host",
    "sign",
    "sign_lattice",
    "verify",
]


def __getattr__(name: str) -> object:
    """Load the verifier, which no Lambda function needs, when it is asked for."""
    if name in ("Verification", "is_signed", "verify"):
        from lattice_events.sigv4 import verifier

        return getattr(verifier, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, those that load lazily too."""
    return sorted(__all__)
