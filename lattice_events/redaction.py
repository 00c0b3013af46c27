"""What is secret in an HTTP message, and how it is left out of what is shown: signatures, session tokens, cookies.

Whoever shows a request asks here: explanations, logs, the command line and the inspector. It knows no service.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN = "…"
SECRET_HEADERS = frozenset(
    (
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
    )
)
SECRET_PARAMETERS = frozenset(("x-amz-credential", "x-amz-security-token", "x-amz-signature"))

_NAMES = "|".join(sorted(SECRET_PARAMETERS))
_IN_QUERY = re.compile(rf"(?<![^&?])((?:{_NAMES})=)[^&]*", re.IGNORECASE)
_IN_TEXT = re.compile(rf"((?:{_NAMES})=)[^&\s\"']*", re.IGNORECASE)
_HEADER_LINE = re.compile(rf"^({'|'.join(sorted(SECRET_HEADERS))}):.*$", re.IGNORECASE | re.MULTILINE)


def hide_headers(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of names and values, the secret values hidden."""
    return [(name, HIDDEN if name.lower() in SECRET_HEADERS else value) for name, value in pairs]


def hide_in_query(target: str) -> str:
    """A query string, or a path with one, without what a signed URL gives away."""
    return _IN_QUERY.sub(rf"\1{HIDDEN}", target)


def hide_in_text(text: str) -> str:
    """A text without what a signed URL in it gives away."""
    return _IN_TEXT.sub(rf"\1{HIDDEN}", text)


def hide_in_canonical(canonical_request: str) -> str:
    """A canonical request of SigV4 without the secret headers and parameters that are signed."""
    return _HEADER_LINE.sub(rf"\1:{HIDDEN}", hide_in_text(canonical_request))
