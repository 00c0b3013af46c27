"""Verify a signed request as VPC Lattice does: the signer's stages, read backwards.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from lattice_events.sigv4.asymmetric import ASYMMETRIC_ALGORITHM, REGION_SET_HEADER
from lattice_events.sigv4.canonical import (
    canonical_headers,
    canonical_path,
    canonical_query,
    canonical_request,
)
from lattice_events.sigv4.lattice import CONTENT_HASH_HEADER, SERVICE, UNSIGNED_PAYLOAD
from lattice_events.sigv4.signer import ALGORITHM, sign_text, string_to_sign
from lattice_events.values import Value, assign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from typing import Literal

    from lattice_events.request import Request
    from lattice_events.sigv4.credentials import Credentials

    Part = Literal[
        "algorithm",
        "authorization",
        "credential",
        "date",
        "expires",
        "payload hash",
        "scope",
        "session token",
        "signature",
        "signed headers",
    ]

_INCOMPLETE = "IncompleteSignatureException"
_INVALID = "InvalidSignatureException"
_UNKNOWN = "UnrecognizedClientException"
_AMZ_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_LONGEST_EXPIRY_SECONDS = 604_800  # a week, as every AWS service has it
_CLAIMS = ("X-Amz-Algorithm=", "X-Amz-Credential=", "X-Amz-Signature=")
# An empty one counts as absent: https://github.com/curl/curl/issues/11007
_TOKEN_HEADER = "x-amz-security-token"  # noqa: S105 - a name
_NEEDED_IN_QUERY_MODE = ("host", CONTENT_HASH_HEADER)
_NEEDED_IN_HEADER_MODE = (*_NEEDED_IN_QUERY_MODE, "x-amz-date")
_EXPIRY = re.compile(r"[0-9]{1,6}")
_USUAL_FIELDS = re.compile(  # as nearly every signer writes them
    r"Credential=(?P<Credential>[^,\s]+), ?SignedHeaders=(?P<SignedHeaders>[^,\s]+), ?Signature=(?P<Signature>[^,\s]+)"
)
_FIELD = re.compile(r"\s*(Credential|SignedHeaders|Signature)=([^,\s]+)\s*")


class Verification(Value):
    """What came of checking a signature: accepted, or which part of it is wrong.

    Attributes:
        differs: The part at fault; ``None`` for an accepted request.
        code: The service's name for the fault, such as ``InvalidSignatureException``.
        problem: The fault in words.
        access_key_id: Whose signature it is, or claims to be.
        canonical_request: As the verifier sees it, the session token included; compare it with the
            signer's. Empty when the check did not get that far. Left out of the repr.
        string_to_sign: Likewise.
    """

    __slots__ = ("access_key_id", "canonical_request", "code", "differs", "problem", "string_to_sign")
    _left_out = ("canonical_request", "string_to_sign")

    differs: Part | None
    code: str
    problem: str
    access_key_id: str | None
    canonical_request: str
    string_to_sign: str

    def __init__(
        self,
        *,
        differs: Part | None,
        code: str = "",
        problem: str = "",
        access_key_id: str | None = None,
        canonical_request: str = "",
        string_to_sign: str = "",
    ) -> None:
        """Keep the verdict."""
        cls = self.__class__
        assign(self, "__class__", cls._draft)
        self.differs = differs
        self.code = code
        self.problem = problem
        self.access_key_id = access_key_id
        self.canonical_request = canonical_request
        self.string_to_sign = string_to_sign
        self.__class__ = cls

    @property
    def accepted(self) -> bool:
        """Whether the signature is right."""
        return self.differs is None


class _RejectedError(Exception):
    """Leaves the checks with their verdict; never escapes this module."""

    def __init__(self, differs: Part, code: str, problem: str) -> None:
        super().__init__(problem)
        self.differs, self.code, self.problem = differs, code, problem


class _Claim:
    """What a request says of its signature, in its header or its query string."""

    __slots__ = (
        "access_key_id",
        "algorithm",
        "amz_date",
        "expires_seconds",
        "query",
        "region_set",
        "scope",
        "signature",
        "signed",
        "token",
    )

    def __init__(
        self,
        algorithm: str,
        credential: str,
        signed: str,
        signature: str,
        amz_date: str,
        token: str | None,
        query: str,
        region_set: str,
    ) -> None:
        self.algorithm = algorithm
        self.access_key_id, slash, self.scope = credential.partition("/")
        self.signed, self.signature, self.amz_date = signed, signature, amz_date
        self.token, self.query, self.region_set = token, query, region_set
        self.expires_seconds: int | None = None
        if not slash or self.scope.count("/") != (2 if self.is_asymmetric else 3):
            region = "" if self.is_asymmetric else "REGION/"
            raise _RejectedError(
                "credential",
                _INCOMPLETE,
                f"Credential must be KEY/DATE/{region}vpc-lattice-svcs/aws4_request.",
            )

    @property
    def is_asymmetric(self) -> bool:
        """Whether it is one of SigV4A."""
        return self.algorithm == ASYMMETRIC_ALGORITHM


def is_signed(request: Request) -> bool:
    """Whether a request claims to carry a signature of AWS, right or wrong, in its headers or query string."""
    authorizations = request.headers.get_all("authorization")
    return bool(authorizations and _claims_in_header(authorizations)) or _claims_in_query(
        request.query_string
    )


def _claims_in_header(authorizations: Sequence[str]) -> bool:
    """Whether any of the values names an algorithm of AWS, in whatever case."""
    return any(value[:5].upper() == "AWS4-" for value in authorizations)


def _claims_in_query(query_string: str) -> bool:
    """Whether any parameter is one that only a signature has."""
    return "X-Amz-" in query_string and any(part.startswith(_CLAIMS) for part in query_string.split("&"))


def verify(
    request: Request,
    lookup: Callable[[str], Credentials | None],
    now: datetime,
    *,
    region: str | None = None,
    path_encodings: Sequence[Literal["double", "single"]] = ("double", "single"),
    skew_seconds: int = 300,
    ecdsa: Callable[[str, bytes, bytes], bool | None] | None = None,
) -> Verification:
    """Check the signature of a request, in its ``Authorization`` header or its query string.

    Args:
        request: As it arrived: method, path, query string and headers are looked at.
        lookup: Gives the credentials of an access key id, or ``None`` for an unknown one.
        now: An aware time.
        region: Of the service; ``None`` takes any Region in the scope.
        path_encodings: The forms of the path in which a signature may be right; ``single`` is that of the
            path as it was sent, too, with its ``//`` and ``..``.
        skew_seconds: How far the request's time may be from `now`.
        ecdsa: Says of an access key id, a text and a signature whether the key made it, for SigV4A;
            ``None``, given or said, refuses SigV4A by name.
    """
    key: str | None = None
    canonical = to_sign = ""
    try:
        values = request.headers._values()  # noqa: SLF001 - read only, and not copied for each request
        claim = _read_claim(request, values, takes_asymmetric=ecdsa is not None)
        key = claim.access_key_id
        names = _check_headers(claim, values)
        _check_scope_and_time(claim, now, region, skew_seconds)
        credentials = lookup(key)
        if credentials is None:
            raise _RejectedError(
                "credential", _UNKNOWN, "The security token included in the request is invalid."
            )
        if claim.token != credentials.session_token:
            raise _RejectedError(
                "session token", _UNKNOWN, "The security token included in the request is invalid."
            )
        for path in _canonical_paths(request.path, path_encodings):
            canonical = canonical_request(
                request.method,
                path,
                canonical_query(claim.query),
                canonical_headers(values, names, token=claim.token),
                claim.signed,
                UNSIGNED_PAYLOAD,
            )
            to_sign = string_to_sign(claim.amz_date, claim.scope, canonical, claim.algorithm)
            if _is_right(claim, to_sign, credentials, ecdsa):
                return Verification(
                    differs=None, access_key_id=key, canonical_request=canonical, string_to_sign=to_sign
                )
        raise _RejectedError(
            "signature",
            _INVALID,
            "The request signature we calculated does not match the signature you provided. Check your AWS "
            "Secret Access Key and signing method.",
        )
    except _RejectedError as rejected:
        return Verification(
            differs=rejected.differs,
            code=rejected.code,
            problem=rejected.problem,
            access_key_id=key,
            canonical_request=canonical,
            string_to_sign=to_sign,
        )


def _canonical_paths(path: str, encodings: Sequence[Literal["double", "single"]]) -> Iterator[str]:
    """The forms of a path that may have been signed, the likeliest first."""
    for encoding in encodings:
        yield canonical_path(path, normalize=True, double_encode=encoding == "double")
    if "single" in encodings:
        yield canonical_path(path, normalize=False, double_encode=False)


def _is_right(
    claim: _Claim,
    to_sign: str,
    credentials: Credentials,
    ecdsa: Callable[[str, bytes, bytes], bool | None] | None,
) -> bool:
    """Whether the signature is that of the text, by the credentials."""
    if not claim.is_asymmetric:
        right = sign_text(credentials.secret_access_key, claim.scope, to_sign)
        return hmac.compare_digest(right.encode(), claim.signature.encode())
    try:
        signature = bytes.fromhex(claim.signature)
    except ValueError:
        return False
    found = ecdsa(claim.access_key_id, to_sign.encode(), signature) if ecdsa else None
    if found is None:
        raise _refused_asymmetric()
    return found


def _read_claim(request: Request, values: dict[str, list[str]], *, takes_asymmetric: bool) -> _Claim:
    """Find the signature."""
    given = values.get("authorization", [])
    in_header, in_query = _claims_in_header(given), _claims_in_query(request.query_string)
    if in_header == in_query or (in_header and len(given) > 1):
        raise _RejectedError(
            "authorization", _INCOMPLETE, "One signature is needed: in Authorization or in the query string."
        )
    if in_query:
        return _read_query(request.query_string, takes_asymmetric=takes_asymmetric)
    return _read_header(given[0], request, values, takes_asymmetric=takes_asymmetric)


def _read_header(
    authorization: str, request: Request, values: dict[str, list[str]], *, takes_asymmetric: bool
) -> _Claim:
    """The signature of header mode."""
    algorithm, _, rest = authorization.partition(" ")
    _check_algorithm(algorithm, takes_asymmetric=takes_asymmetric)
    fields = _read_fields(rest)
    for name in ("Credential", "SignedHeaders", "Signature"):
        if name not in fields:
            raise _RejectedError(
                "authorization", _INCOMPLETE, f"Authorization header requires '{name}' parameter."
            )
    return _Claim(
        algorithm,
        fields["Credential"],
        fields["SignedHeaders"],
        fields["Signature"],
        _one(values, "x-amz-date", "date") or "",
        _one(values, _TOKEN_HEADER, "session token"),
        request.query_string,
        _one(values, REGION_SET_HEADER, "scope") or "",
    )


def _read_fields(text: str) -> dict[str, str]:
    """The fields behind the algorithm."""
    usual = _USUAL_FIELDS.fullmatch(text)
    if usual is not None:
        return usual.groupdict()
    fields: dict[str, str] = {}
    for part in text.split(","):
        match = _FIELD.fullmatch(part)
        if match is None or match[1] in fields:
            raise _RejectedError("authorization", _INCOMPLETE, "Authorization cannot be read.")
        fields[match[1]] = match[2]
    return fields


def _read_query(query_string: str, *, takes_asymmetric: bool) -> _Claim:
    """The signature of query mode; everything but the signature itself is signed."""
    found: dict[str, str] = {}
    kept = []
    for part in query_string.split("&"):
        name, _, value = part.partition("=")
        if name.startswith("X-Amz-"):
            if name in found:
                raise _RejectedError(
                    "authorization", _INCOMPLETE, f"{name} stands twice in the query string."
                )
            found[name] = unquote_to_bytes(value).decode("utf-8", "replace")
        if name != "X-Amz-Signature":
            kept.append(part)
    for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"):
        if not found.get(f"X-Amz-{name}"):
            raise _RejectedError("authorization", _INCOMPLETE, f"The query string has no X-Amz-{name}.")
    _check_algorithm(found["X-Amz-Algorithm"], takes_asymmetric=takes_asymmetric)
    claim = _Claim(
        found["X-Amz-Algorithm"],
        found["X-Amz-Credential"],
        found["X-Amz-SignedHeaders"],
        found["X-Amz-Signature"],
        found["X-Amz-Date"],
        found.get("X-Amz-Security-Token"),
        "&".join(kept),
        found.get("X-Amz-Region-Set", ""),
    )
    expires = found["X-Amz-Expires"]
    if not (_EXPIRY.fullmatch(expires) and 0 < int(expires) <= _LONGEST_EXPIRY_SECONDS):
        raise _RejectedError(
            "expires", _INCOMPLETE, "X-Amz-Expires must be a number of seconds, a week at most."
        )
    claim.expires_seconds = int(expires)
    return claim


def _check_algorithm(algorithm: str, *, takes_asymmetric: bool) -> None:
    """SigV4, or SigV4A where it can be verified."""
    if algorithm == ASYMMETRIC_ALGORITHM and not takes_asymmetric:
        raise _refused_asymmetric()
    if algorithm not in (ALGORITHM, ASYMMETRIC_ALGORITHM):
        raise _RejectedError("algorithm", _INCOMPLETE, f"The algorithm must be {ALGORITHM}.")


def _refused_asymmetric() -> _RejectedError:
    """SigV4A needs ECDSA, which the standard library has not."""
    text = f"SigV4A ({ASYMMETRIC_ALGORITHM}) is not verified here."
    return _RejectedError("algorithm", _INCOMPLETE, text)


def _one(values: dict[str, list[str]], name: str, part: Part) -> str | None:
    """The value of a header that may stand once."""
    found = values.get(name)
    if found is not None and len(found) > 1:
        raise _RejectedError(part, _INCOMPLETE, f"{name} stands {len(found)} times.")
    return found[0] if found else None


def _check_headers(claim: _Claim, values: dict[str, list[str]]) -> list[str]:
    """The signed headers, each of which must be there; the payload must not be signed."""
    names = claim.signed.split(";")
    # Any other may be empty, and one of query mode stands for nothing.
    takes_empty_token = claim.expires_seconds is not None or claim.token != ""
    for name in names:
        if name not in values or (name == _TOKEN_HEADER and not takes_empty_token):
            raise _RejectedError(
                "signed headers",
                _INCOMPLETE,
                f"'{name}' is named as a SignedHeader, but it does not exist in the HTTP request.",
            )
    needed = _NEEDED_IN_QUERY_MODE if claim.expires_seconds is not None else _NEEDED_IN_HEADER_MODE
    for name in (
        (*needed, REGION_SET_HEADER) if claim.is_asymmetric and claim.expires_seconds is None else needed
    ):
        if name not in names:
            raise _RejectedError("signed headers", _INCOMPLETE, f"Missing the '{name}' in canonical headers.")
    if values[CONTENT_HASH_HEADER] != [UNSIGNED_PAYLOAD]:
        raise _RejectedError("payload hash", _INVALID, "Signed payloads are not supported")
    return names


def _check_scope_and_time(claim: _Claim, now: datetime, region: str | None, skew_seconds: int) -> None:
    """Scope and time must be of each other, of the service, and of now."""
    date, *regions, service, terminator = claim.scope.split("/")
    is_of_region = region is None or claim.is_asymmetric or regions == [region]
    if service != SERVICE or terminator != "aws4_request" or not is_of_region:
        middle = "" if claim.is_asymmetric else f"{region or 'REGION'}/"
        wanted = f"DATE/{middle}{SERVICE}/aws4_request"
        raise _RejectedError(
            "scope", _INVALID, f"Credential should be scoped to {wanted}, not {claim.scope}."
        )
    if claim.is_asymmetric and region is not None and not _includes(claim.region_set, region):
        raise _RejectedError(
            "scope", _INVALID, f"The region set {claim.region_set or '(none)'} does not include {region}."
        )
    signed_at = _parse_amz_date(claim.amz_date)
    if signed_at is None:
        raise _RejectedError("date", _INCOMPLETE, "x-amz-date must be YYYYMMDDTHHMMSSZ.")
    if date != claim.amz_date[:8]:
        raise _RejectedError("scope", _INVALID, "The date in the credential scope is not that of x-amz-date.")
    late = now.timestamp() - signed_at
    if late < -skew_seconds:
        raise _RejectedError(
            "date", _INVALID, f"Signature not yet current: {claim.amz_date} is in the future."
        )
    if late > (skew_seconds if claim.expires_seconds is None else claim.expires_seconds):
        raise _RejectedError("date", _INVALID, f"Signature expired: {claim.amz_date} is too long ago.")


def _includes(region_set: str, region: str) -> bool:
    """Whether a comma-separated set, whose members may end in ``*``, has a Region."""
    members = [each.strip() for each in region_set.split(",")]
    return any(
        region.startswith(each[:-1]) if each.endswith("*") else region == each for each in members if each
    )


@lru_cache(maxsize=16)  # many requests share a second
def _parse_amz_date(text: str) -> float | None:
    """Seconds since 1970 of a ``YYYYMMDDTHHMMSSZ``."""
    from datetime import UTC, datetime

    if not _AMZ_DATE.fullmatch(text):
        return None
    try:
        day = int(text[:4]), int(text[4:6]), int(text[6:8])
        return datetime(*day, int(text[9:11]), int(text[11:13]), int(text[13:15]), tzinfo=UTC).timestamp()
    except ValueError:
        return None
