"""Take secrets out of what is shown: signatures, tokens, cookies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

HIDDEN = "…"
_HEADERS = frozenset(
    (
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
    )
)
_PARAMETERS = re.compile(r"(?<![^&?])(X-Amz-(?:Signature|Security-Token|Credential)=)[^&]*", re.IGNORECASE)
_PARAMETER_NAMES = frozenset(("x-amz-signature", "x-amz-security-token", "x-amz-credential"))
_SECRET_KEYS = _HEADERS | _PARAMETER_NAMES


def shown_headers(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Pairs of names and values, those of secrets hidden."""
    return [[name, HIDDEN if name.lower() in _HEADERS else value] for name, value in pairs]


def shown_target(target: str) -> str:
    """A path with its query string, without the secrets of a signed URL."""
    return _PARAMETERS.sub(rf"\1{HIDDEN}", target)


def shown_json(value: Any) -> Any:
    """An event or a response of a function, without what its headers and query hold of secrets."""
    if isinstance(value, dict):
        return {
            key: _hidden(item) if str(key).lower() in _SECRET_KEYS else _shown_item(key, item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [shown_json(item) for item in value]
    return value


def _shown_item(key: Any, item: Any) -> Any:
    """The path of a V1 event may have a query string."""
    if key in ("raw_path", "path") and isinstance(item, str):
        return shown_target(item)
    return [HIDDEN] * len(item) if key == "cookies" and isinstance(item, list) else shown_json(item)


def _hidden(value: Any) -> Any:
    return [HIDDEN] * len(value) if isinstance(value, list) else HIDDEN
