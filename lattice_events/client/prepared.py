"""What the client does to a prepared request of `requests`: sign it, take the signature off, rewind it."""

from __future__ import annotations

import copy
from typing import NamedTuple

import requests
import requests.utils

from lattice_events.client.signing import WRITTEN_HEADERS, RequestSigner, invocation_headers
from lattice_events.sigv4 import Credentials, SignedRequest

_SIGNATURE = "_lattice_signature"


class Signature(NamedTuple):
    """What signing a prepared request did to it.

    Attributes:
        signed: The stages of the signature.
        url: Of the request, without what query mode adds.
        written: The headers that the signer wrote and the caller had not.
    """

    signed: SignedRequest
    url: str
    written: tuple[tuple[str, str], ...]


def sign_prepared(
    signer: RequestSigner, request: requests.PreparedRequest, region: str, credentials: Credentials
) -> Signature:
    """Sign a prepared request in place."""
    url = request.url or ""
    given = {
        name: value if type(value) is str else _text(value) for name, value in request.headers.lower_items()
    }
    signed = signer.sign(request.method or "GET", url, given.items(), region=region, credentials=credentials)
    written = [(name, value) for name, value in signed.headers if name in WRITTEN_HEADERS]
    for name, value in written:
        request.headers[name] = value
    signature = Signature(signed, url, tuple(pair for pair in written if pair[0] not in given))
    setattr(request, _SIGNATURE, signature)
    request.url = signed.url
    return signature


def signed_request_of(request: requests.PreparedRequest) -> SignedRequest | None:
    """The stages of the signature that a request was sent with: ``signed_request_of(response.request)``."""
    signature: Signature | None = getattr(request, _SIGNATURE, None)
    return signature.signed if signature else None


def unsigned_copy(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """A copy with headers of its own and without a signature, to sign; the caller's stays as it is."""
    made = copy.copy(request)
    made.headers = request.headers.copy()
    signature: Signature | None = vars(made).pop(_SIGNATURE, None)
    if signature is not None:
        take_off(made, signature)
    return made


class RedirectedRequest(requests.PreparedRequest):
    """A request that a redirect answered: it may be sent again, but the redirect's is made of its copy.

    Not the headers' copy, which urllib3 makes of all that it sends.
    """

    signature: Signature

    def copy(self) -> requests.PreparedRequest:
        """A copy without the signature."""
        made = super().copy()
        take_off(made, self.signature)
        return made


def keep_from_redirect(request: requests.PreparedRequest, signature: Signature) -> None:
    """Let the request of a redirect of this one go on without the signature."""
    if type(request) is requests.PreparedRequest:
        request.__class__ = RedirectedRequest
    if isinstance(request, RedirectedRequest):
        request.signature = signature
    else:
        take_off(request, signature)  # somebody's own kind


def take_off(request: requests.PreparedRequest, signature: Signature) -> None:
    """Remove what the signer wrote from a request or a copy of it, and only that."""
    if request.url == signature.signed.url:
        request.url = signature.url
    for name, value in signature.written:
        if request.headers.get(name) == value:
            del request.headers[name]


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
