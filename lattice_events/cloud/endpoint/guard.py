"""What the endpoint takes at all: requests of AWS clients on this machine, and none of a web page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lattice_events.cloud.endpoint.peers import is_other_users
from lattice_events.cloud.endpoint.refusal import RefusedError
from lattice_events.cloud.endpoint.scope import Scope, read_scope
from lattice_events.cloud.endpoint.wsgi import Environ
from lattice_events.loopback import refuse_browser

MAX_BODY_BYTES = 512 * 1024 * 1024  # Lambda takes 250 MB unpacked; an object in one piece may be more
_PIECE_BYTES = 1024 * 1024
_CUSTOM_RESOURCE = re.compile(r"/cloudformation_[a-z0-9-]+/cfnresponse")
# moto's own pages and its instance metadata: they reset, seed and show everything, and ask for no credentials.
_MOTO_PATHS = ("/moto-api", "/latest/", "/favicon.ico")


class _Headers(Mapping[str, str]):
    """The headers of WSGI's variables."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        return str(self._environ[f"HTTP_{name.upper().replace('-', '_')}"])

    def __iter__(self) -> Any:
        return (name for name in self._environ if name.startswith("HTTP_"))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def check(environ: Environ) -> Scope | None:
    """The scope of a request that is welcome; ``None`` for the end of a custom resource, which signs nothing.

    Raises:
        RefusedError: It is not welcome.
    """
    refusal = refuse_browser(_Headers(environ), takes_subdomains=True)
    if refusal:
        raise RefusedError(403, "AccessDeniedException", f"Refused: {refusal}.")
    if is_other_users(environ["REMOTE_PORT"], to=int(environ["SERVER_PORT"])):
        raise RefusedError(
            403,
            "AccessDeniedException",
            "Refused: this lattice cloud is another user's; start one of your own.",
        )
    path = environ["PATH_INFO"]
    if path.startswith(_MOTO_PATHS):
        raise RefusedError(403, "AccessDeniedException", f"Refused: lattice cloud does not serve {path}.")
    if environ["REQUEST_METHOD"] == "PUT" and _CUSTOM_RESOURCE.fullmatch(path):
        return None
    scope = read_scope(environ.get("HTTP_AUTHORIZATION", ""), environ["QUERY_STRING"])
    if scope is None:
        raise RefusedError(
            403,
            "MissingAuthenticationTokenException",
            "Refused: the request has no AWS credential scope. lattice cloud serves AWS clients (AWS CLI, SDKs, "
            "Serverless, SAM, CDK) with AWS_ENDPOINT_URL and any made-up credentials; services answer at their own URLs.",
        )
    return scope


def read_body(environ: Environ) -> bytes:
    """The body, no further than its limit.

    Raises:
        RefusedError: It is longer, its length is no number, or it ends early.
    """
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return _read_up_to(stream, MAX_BODY_BYTES, is_chunked=True)
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise RefusedError(400, "InvalidRequest", f"Content-Length {length!a} is not a number.")
    if int(length) > MAX_BODY_BYTES:
        raise _too_large()
    return _read_up_to(stream, int(length), is_chunked=False)


def _read_up_to(stream: Any, limit: int, *, is_chunked: bool) -> bytes:
    body = bytearray()
    while len(body) < limit:
        try:
            piece = stream.read(min(_PIECE_BYTES, limit - len(body)))
        except OSError as error:  # no chunk, or nothing arrives any more
            raise RefusedError(400, "IncompleteBody", "The body ended early.") from error
        if not piece:
            break
        body += piece
    if not is_chunked and len(body) < limit:
        raise RefusedError(400, "IncompleteBody", f"The body has {len(body)} bytes of {limit}.")
    if is_chunked and len(body) >= limit:
        raise _too_large()
    return bytes(body)


def _too_large() -> RefusedError:
    return RefusedError(413, "EntityTooLarge", f"lattice cloud takes up to {MAX_BODY_BYTES} bytes a request.")
