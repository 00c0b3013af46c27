"""What the client does to a prepared request of `requests`: sign it, take the signature off, rewind it."""

from __future__ import annotations

import requests
import requests.utils

from lattice_events.client.signing import WRITTEN_HEADERS, RequestSigner, invocation_headers
from lattice_events.sigv4 import Credentials, SignedRequest
from lattice_events.sigv4.lattice import SERVICE

_SIGNED = "_lattice_signed"


def sign_prepared(
    signer: RequestSigner, request: requests.PreparedRequest, region: str, credentials: Credentials
) -> SignedRequest:
    """Sign a prepared request in place."""
    headers = request.headers
    signed = signer.sign(
        request.method or "GET",
        request.url or "",
        [(name, value if type(value) is str else _text(value)) for name, value in headers.lower_items()],
        region=region,
        credentials=credentials,
    )
    request.url = signed.url
    setattr(request, _SIGNED, signed)
    for name, value in signed.headers:
        if name in WRITTEN_HEADERS:
            headers[name] = value
    return signed


def signed_request_of(request: requests.PreparedRequest) -> SignedRequest | None:
    """The stages of the signature that a request was sent with: ``signed_request_of(response.request)``."""
    signed: SignedRequest | None = getattr(request, _SIGNED, None)
    return signed


def is_signed(request: requests.PreparedRequest) -> bool:
    """Whether the request carries a signature of ours."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        return "X-Amz-Signature=" in (request.url or "")
    text = _text(authorization)
    return text.startswith("AWS4-") and f"/{SERVICE}/aws4_request" in text


def take_off(request: requests.PreparedRequest) -> None:
    """Remove what the signer wrote, and only that."""
    in_query = "X-Amz-Signature=" in (request.url or "")
    for name in WRITTEN_HEADERS:
        if not (in_query and name == "authorization"):  # which is the caller's own
            request.headers.pop(name, None)
    if in_query:
        url, _, query = (request.url or "").partition("?")
        kept = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-"))
        request.url = f"{url}?{kept}" if kept else url


def add_invocation(request: requests.PreparedRequest) -> None:
    """Carry the ids of the request being served."""
    for name, value in invocation_headers():
        request.headers.setdefault(name, value)


def _text(value: str | bytes) -> str:
    """A header's value as text."""
    return value.decode("latin-1") if isinstance(value, bytes) else value


def can_rewind(request: requests.PreparedRequest) -> bool:
    """Whether the body can be sent more than once."""
    body: object = request.body  # a generator too, whatever the type says
    return (
        body is None
        or isinstance(body, (str, bytes))
        or isinstance(getattr(request, "_body_position", None), int)
    )


def has_position(request: requests.PreparedRequest) -> bool:
    """Whether the body is a file that can be read again from where it stood."""
    return isinstance(getattr(request, "_body_position", None), int)


def rewind(request: requests.PreparedRequest) -> None:
    """Make a body that can be sent again ready for it."""
    if has_position(request):
        requests.utils.rewind_body(request)
