"""Serve VPC Lattice with a WSGI app, such as Flask or Django.

Written here and not taken from a server or from a bridge to ASGI: an app runs in the handler's own thread, its
whole answer is one value, and how header names become keys decides who the app believes is calling.

Source:
    https://peps.python.org/pep-3333/
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from typing import Any, Literal

from lattice_events.adapters.shown import (
    latin,
    shown_headers,
    shown_path,
    shown_query,
    shown_scheme,
    shown_server,
)
from lattice_events.errors import ResponseError
from lattice_events.handler import lattice_handler
from lattice_events.headers import Headers
from lattice_events.request import Request
from lattice_events.response import Response

# A token (RFC 9110 §5.6.2) without the underscore: in the environ, X_A and X-A are one name, and a
# client could write the one to pass for the other. Servers such as gunicorn drop it too.
_NAME = re.compile(r"[!#$%&'*+.^`|~0-9A-Za-z-]+")
_BARE = ("CONTENT_LENGTH", "CONTENT_TYPE")


def lattice_wsgi(
    app: Any,
    *,
    on_error: Literal["respond", "raise"] = "respond",
    gzip: bool = False,
    multiple_set_cookie: Literal["list", "cookies", "refuse"] = "list",
) -> Callable[[Any, Any], dict[str, Any]]:
    """Make a Lambda handler of a WSGI app, for both event versions.

    The app finds the decoded `Request` in ``environ["lattice.request"]``, event and Lambda context in
    ``environ["aws.event"]`` and ``environ["aws.context"]``, the path as it was sent in
    ``environ["RAW_URI"]``. WSGI joins the values of a repeated header with a comma, and a header whose
    name has an underscore never reaches the environ, where it would pass for the one with a dash.

    Args:
        app: WSGI.
        on_error: See `lattice_handler`.
        gzip: See `lattice_handler`.
        multiple_set_cookie: See `encode_response`.
    """

    @lattice_handler(on_error=on_error, gzip=gzip, multiple_set_cookie=multiple_set_cookie)
    def handler(request: Request, context: Any) -> Response:
        response = _Answer(app, _environ(request, context)).response()
        # An answer to HEAD has no body; servers see to that (RFC 9110 §9.3.2).
        return response.replace(body=b"") if request.method == "HEAD" else response

    return handler


def _environ(request: Request, context: Any) -> dict[str, Any]:
    """What the app is called with; text is bytes as latin-1, as PEP 3333 has it."""
    host, port = shown_server(request)
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _native(shown_path(request)),
        "QUERY_STRING": shown_query(request),
        "RAW_URI": request.target,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.source_ip or "",
        "CONTENT_LENGTH": "0",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": shown_scheme(request),
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "lattice.request": request,
        "aws.event": request.raw,
        "aws.context": context,
    }
    return {**environ, **_header_keys(request)}


def _header_keys(request: Request) -> dict[str, str]:
    """The headers under their keys."""
    keys: dict[str, str] = {}
    for name, value in shown_headers(request):
        if _NAME.fullmatch(name):
            key = name.upper().replace("-", "_")
            key = key if key in _BARE else f"HTTP_{key}"
            text = _native(latin(value))
            keys[key] = f"{keys[key]},{text}" if key in keys else text
    return keys


def _native(data: bytes) -> str:
    """Bytes as WSGI writes them."""
    return data.decode("latin-1")


class _Answer:
    """One call of the app, and what it answers."""

    def __init__(self, app: Any, environ: dict[str, Any]) -> None:
        self._app = app
        self._environ = environ
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []

    def response(self) -> Response:
        """Call the app and read its answer to the end."""
        chunks = self._app(self._environ, self._start)
        try:
            for chunk in chunks:
                self._write(chunk)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        if not self._status:
            raise ResponseError("The WSGI app returned without a call of start_response.")
        code = int(self._status.partition(" ")[0])
        pairs = ((name, value.strip()) for name, value in self._headers)
        return Response(code, headers=Headers(pairs), body=b"".join(self._body))

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """``start_response``: with ``exc_info`` it replaces what was said, unless some of the body was."""
        if exc_info is not None and any(self._body):
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self._status:
            raise ResponseError("The WSGI app called start_response twice, and not with exc_info.")
        self._status, self._headers = status, headers
        return self._write

    def _write(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self._body.append(chunk)
