"""What the client does to a prepared request of `requests`: sign it, take the signature off, rewind it."""

from __future__ import annotations

from typing import NamedTuple

import requests
import requests.utils

from lattice_events.client.signing import WRITTEN_HEADERS, RequestSigner, invocation_headers
from lattice_events.sigv4 import Credentials, SignedRequest

_SIGNED, _GIVEN = "_lattice_signed", "_lattice_given"


class _Given(NamedTuple):
    """What a request was before it was signed.

    Attributes:
        url: Without what query mode adds.
        written: Names of the headers that the signer wrote and the caller had not.
    """

    url: str
    written: tuple[str, ...]


def sign_prepared(
    signer: RequestSigner, request: requests.PreparedRequest, region: str, credentials: Credentials
) -> SignedRequest:
    """Sign a prepared request in place."""
    url = request.url or ""
    given = {
        name: value if type(value) is str else _text(value) for name, value in request.headers.lower_items()
    }
    signed = signer.sign(request.method or "GET", url, given.items(), region=region, credentials=credentials)
    written = [(name, value) for name, value in signed.headers if name in WRITTEN_HEADERS]
    for name, value in written:
        request.headers[name] = value
    setattr(request, _SIGNED, signed)
    setattr(request, _GIVEN, _Given(url, tuple(name for name, _ in written if name not in given)))
    request.url = signed.url
    return signed


def signed_request_of(request: requests.PreparedRequest) -> SignedRequest | None:
    """The stages of the signature that a request was sent with: ``signed_request_of(response.request)``."""
    signed: SignedRequest | None = getattr(request, _SIGNED, None)
    return signed


def unsigned_url(request: requests.PreparedRequest) -> str:
    """The URL without a signature in it."""
    given: _Given | None = getattr(request, _GIVEN, None)
    return given.url if given else request.url or ""


def take_off(request: requests.PreparedRequest) -> None:
    """Remove what the signer wrote, and only that; nothing from a request that it did not sign."""
    signed = signed_request_of(request)
    if signed is not None:
        if request.url == signed.url:
            request.url = unsigned_url(request)
        take_off_copy(request, request)
        delattr(request, _SIGNED)  # whoever changes the request now changes it for good
        delattr(request, _GIVEN)


def take_off_copy(copy: requests.PreparedRequest, request: requests.PreparedRequest) -> None:
    """Remove the headers that the signer wrote into a request from a copy of it."""
    given: _Given | None = getattr(request, _GIVEN, None)
    for name in given.written if given else ():
        copy.headers.pop(name, None)


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
