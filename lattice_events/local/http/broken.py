"""Requests that are not served: what is answered, and what is said of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

import httptools

from lattice_events.headers import Headers
from lattice_events.network.dataplane import hide_userinfo

_BEHIND_PATH = re.compile(r"[?#]")
_HTTP_2_WORDS = ("Pause on PRI", "HTTP/2 Connection Preface")  # llhttp's for what HTTP/2 begins with
# Two servers may each believe another of them (RFC 9110 §5.3: a sender repeats no such field).
_ONCE = (
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "etag",
    "host",
    "max-forwards",
    "server",
    "transfer-encoding",
    "user-agent",
)


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A request that is not served.

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


class BrokenBodyError(Exception):
    """The body of a request that is being served does not end as it should."""

    def __init__(self, broken: Broken) -> None:
        """Keep what to answer, if nothing has been answered yet."""
        super().__init__(broken.reason)
        self.broken = broken


HTTP_2 = Broken(status=505, reason="HTTP/2 is not emulated: use HTTP/1.1")
HEAD_TOO_LARGE = Broken(status=400, reason="malformed HTTP: the head is too large")


def broken_by(error: httptools.HttpParserError) -> Broken:
    """What to answer where the parser found no HTTP; its words quote nothing of what was received."""
    words = str(error)
    if any(sign in words for sign in _HTTP_2_WORDS):
        return HTTP_2
    return Broken(status=400, reason=f"malformed HTTP: {words or type(error).__name__}")


def failure_of_ours(error: BaseException) -> Broken:
    """What to answer where the one who serves has failed."""
    return Broken(status=500, reason=f"an error of lattice dev itself: {type(error).__name__}: {error}")


def find_problem(version: str, headers: Headers) -> Broken | None:
    """What the parser lets through, and is no request that can be served.

    Args:
        version: Of HTTP, such as ``1.1``.
        headers: As sent.
    """
    names = headers.keys()
    if version > "1.1":
        return HTTP_2
    if "host" not in names and version == "1.1":
        return Broken(status=400, reason="malformed HTTP: Missing 'Host' header in request.")
    if len(names) != len(headers.items()):
        twice = next((name for name in _ONCE if len(headers.get_all(name)) > 1), None)
        if twice is not None:
            return Broken(status=400, reason=f"malformed HTTP: Duplicate '{twice.title()}' header found.")
    return _coding_problem(version, headers) if "transfer-encoding" in names else None


def _coding_problem(version: str, headers: Headers) -> Broken | None:
    """Why a Transfer-Encoding is not taken."""
    if version < "1.1":  # RFC 9112 §6.1: its framing is faulty
        return Broken(status=400, reason="Transfer-Encoding is not part of HTTP/1.0")
    coding = headers["transfer-encoding"]
    if "content-length" in headers:
        return Broken(status=400, reason="malformed HTTP: both Transfer-Encoding and Content-Length")
    if coding.lower() == "chunked":
        return None
    if coding.lower().rpartition(",")[2].strip() != "chunked":  # RFC 9112 §6.3: its end cannot be told
        return Broken(status=400, reason=f"malformed HTTP: Transfer-Encoding is {coding}")
    return Broken(status=501, reason=f"Transfer-Encoding is {coding}; only chunked is accepted")


def shown_path(target: str) -> str:
    """A request target, whatever it is, without a user's name and password, query and fragment."""
    return hide_userinfo(_BEHIND_PATH.split(target)[0])
