"""Take out of what is shown what `lattice_events.redaction` calls secret: in events, in bodies, in lines of logs.

A function that prints its event, or answers with it, repeats the cookies of the request: so the values that were found
in the request's own headers are hidden wherever else they stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from lattice_events.redaction import HIDDEN, SECRET_HEADERS, SECRET_PARAMETERS, hide_in_text
from lattice_events.request import Request

_SECRET_KEYS = SECRET_HEADERS | SECRET_PARAMETERS | {"cookies"}
_SHORTEST = 8  # of a value that is looked for elsewhere; "1" stands everywhere


def secrets_of(request: Request) -> list[str]:
    """The secret values of a request, and each cookie's; the longest first, since one may hold another."""
    values = [value for name, value in request.headers.items() if name.lower() in SECRET_HEADERS]
    values += [value for name, value in request.query.items() if name.lower() in SECRET_PARAMETERS]
    parts = [part for value in values for part in _parts(value)]
    return sorted({each for each in (*values, *parts) if len(each) >= _SHORTEST}, key=len, reverse=True)


def _parts(value: str) -> Iterable[str]:
    """What is secret by itself: the values of cookies, and what follows the scheme of an authorization."""
    for pair in value.split(";"):
        yield pair.partition("=")[2].strip()
    yield value.partition(" ")[2].strip()


def hide_fields(value: Any) -> Any:
    """An event, or a function's response, without the values of secret headers, parameters and cookies."""
    if isinstance(value, dict):
        return {
            key: _masked(item) if str(key).lower() in _SECRET_KEYS else hide_fields(item)
            for key, item in value.items()
        }
    return [hide_fields(item) for item in value] if isinstance(value, list) else value


def hide_values(value: Any, secrets: Collection[str] = ()) -> Any:
    """A JSON value without secrets in its texts: those of signed URLs, and these."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
        return hide_in_text(value)
    if isinstance(value, dict):
        return {key: hide_values(item, secrets) for key, item in value.items()}
    return [hide_values(item, secrets) for item in value] if isinstance(value, list | tuple) else value


def _masked(value: Any) -> Any:
    return [HIDDEN] * len(value) if isinstance(value, list) else HIDDEN
