"""Requests that are no HTTP/1.1, and the failures of our own: what is answered, and what is said of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import HttpVersion, HttpVersion11, http_exceptions, web

# What was received is quoted behind the words; it may hold a secret, so it is not repeated.
_QUOTED = re.compile(r"b['\"]|\?")
_HTTP_2_WORDS = ("Pause on PRI", "HTTP/2 Connection Preface")  # llhttp's for what HTTP/2 begins with


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A request that is not handled.

    Attributes:
        status: Of the answer.
        reason: Why, for the user of `lattice dev`; the client is told the status alone.
    """

    status: int
    reason: str

    @property
    def text(self) -> str:
        """What the client is told."""
        return HTTPStatus(self.status).phrase


_HTTP_2 = Broken(status=505, reason="HTTP/2 is not emulated: use HTTP/1.1")


class Request(web.BaseRequest):
    """Answered in HTTP/1.1, whatever version it names; aiohttp repeats even ``HTTP/2.0``."""

    @property
    def version(self) -> HttpVersion:
        """Ours."""
        return min(super().version, HttpVersion11)

    def find_problem(self) -> Broken | None:
        """What aiohttp lets through, and is no request to a service."""
        if super().version > HttpVersion11:
            return _HTTP_2
        target = self.raw_path
        if target.startswith("/") or target.lower().startswith(("http://", "https://")):
            return None
        shown = target.partition("?")[0]
        return Broken(status=400, reason=f"the request target {shown} is neither a path nor an http URL")


def broken_by(error: BaseException | None, status: int) -> Broken:
    """What to answer where aiohttp found that something is wrong.

    Args:
        error: That it caught.
        status: That it would answer.
    """
    if status >= 500:
        detail = f"{type(error).__name__}: {error}" if error else HTTPStatus(500).phrase
        return Broken(status=500, reason=f"an error of lattice dev itself: {detail}")
    words = error.message if isinstance(error, http_exceptions.HttpProcessingError) else ""
    said = " ".join(_QUOTED.split(words)[0].split()).rstrip(":")
    if any(sign in said for sign in _HTTP_2_WORDS):
        return _HTTP_2
    return Broken(status=400, reason=f"malformed HTTP: {said or type(error).__name__}")
