"""The files of the page, and what a browser may do with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from lattice_events.local.http.incoming import Incoming
from lattice_events.loopback import refuse_browser

_FOLDER = Path(__file__).parent / "page"
_INDEX = "index.html"
_PREFIX = "/page/"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Only what lattice dev itself serves: nothing inline, nothing from elsewhere, in no frame.
_HEADERS = (
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)


class _File(NamedTuple):
    type: str
    data: bytes


def serve_page(incoming: Incoming) -> bool:
    """Answer with a file of the page; whether it is one."""
    file = _files().get(incoming.target.partition("?")[0])
    if file is None or incoming.method not in ("GET", "HEAD"):
        return False
    refusal = refuse_browser(incoming.headers, takes_own_page=True)
    if refusal:
        text = f"Refused: {refusal}.\n".encode()
        incoming.respond(403, (("content-type", "text/plain; charset=utf-8"), *_HEADERS), text)
    else:
        incoming.respond(200, (("content-type", file.type), *_HEADERS), file.data)
    return True


@cache
def _files() -> Mapping[str, _File]:
    """Every file by its path in the URL; no other path leads to one."""
    return {
        "/" if path.name == _INDEX else f"{_PREFIX}{path.name}": _File(_TYPES[path.suffix], path.read_bytes())
        for path in sorted(_FOLDER.iterdir())
    }
