"""Requests and answers of the endpoint, to and from WSGI."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]
_SECRETS = re.compile(r"((?:X-Amz-)?(?:Signature|Security-Token)=)[^&]*", re.IGNORECASE)
_SECRET_HEADERS = ("HTTP_X_AMZ_SECURITY_TOKEN", "HTTP_COOKIE", "HTTP_PROXY_AUTHORIZATION")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the client gets; and why, if it is refused, for whoever is told of it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reason: str | None = None

    def header(self, name: str) -> str:
        """A header by its name in lower case; empty without it."""
        return next((value for each, value in self.headers if each.lower() == name), "")


@dataclass(frozen=True, kw_only=True)
class ApiRequest:
    """A request whose body has been read.

    Attributes:
        environ: WSGI's variables that are JSON, without those of the server.
        body: All of it.
    """

    environ: Mapping[str, Any]
    body: bytes

    @property
    def method(self) -> str:
        """In upper case."""
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        """Decoded, as moto sees it."""
        return str(self.environ["PATH_INFO"]).encode("latin-1").decode(errors="replace")

    @property
    def raw_path(self) -> str:
        """As the client wrote it."""
        target = str(self.environ["RAW_URI"])
        return target.partition("?")[0] if target.startswith("/") else urlsplit(target).path

    @property
    def query(self) -> str:
        """As the client wrote it."""
        return str(self.environ["QUERY_STRING"])

    def header(self, name: str) -> str:
        """A header by its name; empty without it."""
        key = name.upper().replace("-", "_")
        return str(self.environ.get(key if key == "CONTENT_TYPE" else f"HTTP_{key}", ""))

    def without_secrets(self, authorization: str) -> ApiRequest:
        """The same with another ``Authorization``, and without signatures, tokens and cookies."""
        kept = {
            name: _SECRETS.sub(r"\1", value) if isinstance(value, str) else value
            for name, value in self.environ.items()
            if name not in _SECRET_HEADERS
        }
        return ApiRequest(environ={**kept, "HTTP_AUTHORIZATION": authorization}, body=self.body)


def with_body(environ: Environ, body: bytes) -> ApiRequest:
    """A request of a server's variables and the body that was read."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(("wsgi.", "werkzeug.s")) and name != "HTTP_TRANSFER_ENCODING"
    }
    return ApiRequest(environ={**kept, "CONTENT_LENGTH": str(len(body))}, body=body)


def ask(app: App, request: ApiRequest) -> Answer:
    """Give a request to another application, and take its whole answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        started.append((status, headers))

    chunks = app(_server_environ(request), start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[-1]
    return Answer(status=int(status.split(None, 1)[0]), headers=tuple(headers), body=body)


def _server_environ(request: ApiRequest) -> Environ:
    return {
        **request.environ,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def status_line(status: int) -> str:
    """``200 OK``; a status without a name has an empty one."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} -"
