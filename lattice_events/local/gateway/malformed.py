"""Requests that are no HTTP/1.1, and the failures of our own: what is answered, and what is said of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import HttpVersion, HttpVersion11, http_exceptions, web

from lattice_events.local.gateway.arrival import is_request_target
from lattice_events.network.dataplane import hide_userinfo

# What was received is quoted behind the words; it may hold a secret, so it is not repeated.
_QUOTED = re.compile(r"b['\"]")
_BEHIND_PATH = re.compile(r"[?#]")
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

    @property
    def keep_alive(self) -> bool:
        """Whether the connection stays: not behind an ``Upgrade``, which is not done, and loses what follows it."""
        return super().keep_alive and "Upgrade" not in self.headers

    def find_problem(self) -> Broken | None:
        """What aiohttp lets through, and is no request to a service."""
        if super().version > HttpVersion11:
            return _HTTP_2
        if not is_request_target(self.raw_path):
            return Broken(status=400, reason=_target_problem(self.raw_path))
        coding = self.headers.getall("Transfer-Encoding", ())
        if coding and super().version < HttpVersion11:  # RFC 9112 §6.1: its framing is faulty
            return Broken(status=400, reason="Transfer-Encoding is not part of HTTP/1.0")
        if not coding or [each.strip().lower() for each in coding] == ["chunked"]:
            return None
        return Broken(
            status=501, reason=f"Transfer-Encoding is {', '.join(coding)}; only chunked is accepted"
        )


def _target_problem(target: str) -> str:
    """Why a request target is none; what may be a secret in it is not repeated."""
    if "#" in target:
        return "the request target has a fragment (#…), which is never sent"
    return f"the request target {_shown(target)} is neither a path nor an http URL"


def shown_path(target: str) -> str:
    """A request target, whatever it is, without a user's name and password, query and fragment."""
    return hide_userinfo(_BEHIND_PATH.split(target)[0])


def _shown(words: str) -> str:
    """Words that quote a request, without what may be a secret in it."""
    return shown_path(" ".join(_QUOTED.split(words)[0].split()))


def broken_by(error: BaseException | None, status: int) -> Broken:
    """What to answer where aiohttp found that something is wrong.

    Args:
        error: That it caught.
        status: That it would answer.
    """
    if status >= 500 and not isinstance(error, http_exceptions.HttpProcessingError):
        detail = f"{type(error).__name__}: {error}" if error else HTTPStatus(500).phrase
        return Broken(status=500, reason=f"an error of lattice dev itself: {detail}")
    words = error.message if isinstance(error, http_exceptions.HttpProcessingError) else ""
    said = _shown(words).rstrip(":")
    if any(sign in said for sign in _HTTP_2_WORDS):
        return _HTTP_2
    return Broken(status=400, reason=f"malformed HTTP: {said or type(error).__name__}")
