"""Whether VPC Lattice would take the signature of a request, and what to change if not.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lattice_events.assumptions import DEFAULTS
from lattice_events.errors import SigningError
from lattice_events.headers import QueryParams
from lattice_events.redaction import hide_in_canonical
from lattice_events.request import Request
from lattice_events.sigv4 import Credentials, Verification, encode_url, is_signed, verify
from lattice_events.sigv4.canonical import encode

Ecdsa = Callable[[str, bytes, bytes], bool | None]
Encodings = Sequence[Literal["double", "single"]]
CredentialsOf = Callable[[str], Sequence[Credentials]]

_ENCODINGS: Encodings = ("double", "single") if DEFAULTS.single_path_encoding else ("double",)
_TOKEN_HEADER = "x-amz-security-token"  # noqa: S105 - a name
_ADVICE = {
    "algorithm": "Sign with AWS4-HMAC-SHA256.",
    "authorization": "Sign once: in Authorization or in the query string, not in both.",
    "credential": "Write the scope as DATE/REGION/vpc-lattice-svcs/aws4_request.",
    "date": "Sign each attempt just before it is sent, by the clock of UTC.",
    "expires": "Let X-Amz-Expires be a number of seconds, a week at most.",
    "payload hash": "Send x-amz-content-sha256: UNSIGNED-PAYLOAD, and write that word for the hash of the payload.",
    "scope": "Sign for the service vpc-lattice-svcs and for the Region of the host.",
    "session token": "Send the session token that belongs to the access key, and sign it.",
    "signed headers": "Sign host, x-amz-date and x-amz-content-sha256: UNSIGNED-PAYLOAD, and send what is signed.",
    "signature": "Sign the method, host, path and query string as they are sent.",
}


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What would come of a request.

    Attributes:
        verdict: ``unchecked`` says that all is right but for what needs the secret, which is unknown.
        problem: What is wrong, as VPC Lattice says it where that is known.
        advice: What to change.
        access_key_id: Of the signature.
        canonical_request: What should have been signed, without secrets; empty where the signature fits, or
            was not looked at.
    """

    verdict: Literal["accepted", "anonymous", "refused", "unchecked"]
    problem: str = ""
    advice: str = ""
    access_key_id: str | None = None
    canonical_request: str = ""


def judge(
    request: Request,
    credentials_of: CredentialsOf,
    now: datetime,
    *,
    region: str | None,
    ecdsa: Ecdsa | None,
) -> Judgement:
    """Say what VPC Lattice would make of a request's signature.

    Args:
        request: As it would arrive.
        credentials_of: Gives every set that an access key id may stand for.
        now: An aware time.
        region: Of the service.
        ecdsa: See `verify`.
    """
    if not is_signed(request):
        return Judgement(verdict="anonymous")

    def check(
        candidate: Credentials | None, checked: Request = request, encodings: Encodings = _ENCODINGS
    ) -> Verification:
        return verify(
            checked,
            lambda key: candidate if candidate and candidate.access_key_id == key else None,
            now,
            region=region,
            path_encodings=encodings,
            skew_seconds=DEFAULTS.clock_skew_seconds,
            ecdsa=ecdsa,
        )

    first = check(None)  # it stops at the credentials, unless something is wrong before
    key = first.access_key_id
    if key is None or first.code != "UnrecognizedClientException":
        return _refused(first)
    if _leaves_token_unsigned(request, check(_stand_in(key, request))):
        return _unsigned_token(key)
    known = credentials_of(key)
    if any(check(each).accepted for each in known):
        return Judgement(verdict="accepted", access_key_id=key)
    if known:
        causes = _causes(request, lambda changed: any(check(each, changed).accepted for each in known))
        return _refused(check(known[-1], encodings=("double",)), cause=next(causes, ""))
    return Judgement(
        verdict="unchecked",
        problem=f"the secret of the access key {key} is not known, so the signature itself was not checked",
        advice="Name the credentials: lattice_signatures(credentials=[Credentials(…)]).",
        access_key_id=key,
    )


def _stand_in(key: str, request: Request) -> Credentials:
    """Credentials that let everything be checked but the secret."""
    query = QueryParams.parse(request.query_string)
    token = request.headers.get(_TOKEN_HEADER) or query.get("X-Amz-Security-Token")
    try:
        return Credentials(access_key_id=key, secret_access_key="unknown", session_token=token)  # noqa: S106 - that is none
    except SigningError:  # a token that is none is the last thing that can be wrong
        return Credentials(access_key_id=key, secret_access_key="unknown")  # noqa: S106 - likewise


def _leaves_token_unsigned(request: Request, verification: Verification) -> bool:
    """Whether the session token is sent beside the signed headers."""
    signed = verification.canonical_request.split("\n")[-2:-1]
    return bool(request.headers.get(_TOKEN_HEADER) and signed and _TOKEN_HEADER not in signed[0].split(";"))


def _unsigned_token(key: str) -> Judgement:
    return Judgement(
        verdict="refused",
        problem=f"{_TOKEN_HEADER} is sent and not signed; SigV4 asks for a signature over every x-amz-* header.",
        advice=f"Sign {_TOKEN_HEADER} with the other headers.",
        access_key_id=key,
    )


def _refused(verification: Verification, *, cause: str = "") -> Judgement:
    assert verification.differs is not None
    return Judgement(
        verdict="refused",
        problem=f"{verification.code}: {verification.problem}",
        advice=cause or _ADVICE[verification.differs],
        access_key_id=verification.access_key_id,
        canonical_request=hide_in_canonical(verification.canonical_request),
    )


def _causes(request: Request, fits: Callable[[Request], bool]) -> Iterator[str]:
    """Why a signature may be wrong, the surest first."""
    if fits(request.replace(path=encode(request.path, safe="/"))):
        yield (
            f"The path was encoded once more before it was signed: sent is {request.path}. Sign the path as it is "
            "sent; the signer encodes it by itself."
        )
    url = f"https://host{request.target}"
    if encode_url(url) != url:
        yield (
            "The URL has characters on which signers disagree, such as + or : in the query string: send what "
            f"lattice_events.sigv4.encode_url makes of it, {encode_url(url).removeprefix('https://host')}."
        )
