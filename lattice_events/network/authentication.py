"""Who calls: the signature of a request, verified against the credentials that are known.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from lattice_events.assumptions import Assumptions
from lattice_events.network.model import Principal
from lattice_events.request import Request
from lattice_events.sigv4 import Credentials, Verification, is_signed, verify


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownKey:
    """Credentials that a signature may be made with, and whose they are.

    Attributes:
        credentials: The key and its secret; left out of the repr by their own.
        principal: Whose they are; ``None`` for credentials that several callers share, each of whom
            is known by its proxy token.
        ecdsa: Says of a text and a signature whether the credentials made it, for SigV4A; ``None``
            refuses SigV4A by name.
    """

    credentials: Credentials
    principal: Principal | None
    ecdsa: Callable[[bytes, bytes], bool] | None = field(default=None, repr=False, compare=False)


_ADVICE: Mapping[str | None, str] = {
    "credential": "No caller here has the access key {key}: real credentials mean nothing to this network, and those that it "
    "makes up are new with every run. lattice credentials NAME prints those of a caller.",
    "date": "The caller's clock is wrong, or the request was signed long before it was sent: sign each attempt anew.",
    "payload hash": "Sign with the header x-amz-content-sha256: UNSIGNED-PAYLOAD, whatever the body is.",
    "scope": "Sign for the service vpc-lattice-svcs, in the Region of the service that is called.",
    "session token": "The header x-amz-security-token is not there, or is not that of the access key {key}: key, secret and "
    "token belong together, and are new with every run.",
    "signature": "The request was changed behind its signer (by a proxy, by another encoding of the path, by another host), "
    "or the secret key is another's. lattice call --explain shows what was signed.",
    "signed headers": "Sign host, x-amz-date and x-amz-content-sha256, and send every header that is signed.",
}  # fmt: skip

Keyring = Mapping[str, KnownKey]
"""What is known by access key id."""


class Authentication(NamedTuple):
    """What came of looking at a request's signature.

    Attributes:
        principal: Who calls; ``None`` for an anonymous caller.
        verification: Of the signature; ``None`` for an unsigned request.
    """

    principal: Principal | None = None
    verification: Verification | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether there is a signature and it is not accepted."""
        return self.verification is not None and not self.verification.accepted

    @property
    def body(self) -> str:
        """The body of the 403 that answers a signature that is not accepted."""
        assert self.verification is not None
        return f"{self.verification.code}: {self.verification.problem}"

    @property
    def refusal(self) -> str:
        """Two lines for a person: which part of the signature is wrong, and what the service says."""
        assert self.verification is not None
        return f"the signature is refused; what differs: {self.verification.differs}\n{self.verification.problem}"

    @property
    def reason(self) -> str:
        """The same, and a line that says what to do."""
        assert self.verification is not None
        differs, key = self.verification.differs, self.verification.access_key_id
        advice = _ADVICE.get(differs, "lattice call --explain shows what was signed.").format(key=key)
        return f"{self.refusal}\n{advice}"


def authenticate(
    request: Request,
    *,
    keyring: Keyring,
    connected: Principal | None,
    region: str,
    now: datetime,
    assumptions: Assumptions,
) -> Authentication:
    """Find out who calls.

    Args:
        request: As it arrived.
        keyring: The credentials that are known.
        connected: Whom the connection's proxy token stands for.
        region: Of the service.
        now: An aware time.
        assumptions: The clock skew, and the forms of a path that are taken.
    """
    if not is_signed(request):
        return Authentication()

    def credentials_of(access_key_id: str) -> Credentials | None:
        known = keyring.get(access_key_id)
        return known.credentials if known and (known.principal or connected) else None

    def is_signed_by(access_key_id: str, text: bytes, signature: bytes) -> bool | None:
        check = keyring[access_key_id].ecdsa
        return check(text, signature) if check else None

    verification = verify(
        request,
        credentials_of,
        now,
        region=region,
        path_encodings=("double", "single") if assumptions.single_path_encoding else ("double",),
        skew_seconds=assumptions.clock_skew_seconds,
        ecdsa=is_signed_by,
    )
    if not verification.accepted or verification.access_key_id is None:
        return Authentication(verification=verification)
    principal = keyring[verification.access_key_id].principal or connected
    return Authentication(principal=principal, verification=verification)
