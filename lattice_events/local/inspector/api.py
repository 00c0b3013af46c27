"""The API behind the inspector, at ``/api/v1`` of the control port; pages, commands and agents use the same.

Web pages of others are kept away; whatever acts needs the run's token in the header ``X-Lattice-Token``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from lattice_events.headers import Headers
from lattice_events.local.inspector.history import Entry, History
from lattice_events.local.inspector.search import SearchError, predicate
from lattice_events.local.inspector.views import detail, summary

PREFIX = "/api/v1/"
TOKEN_HEADER = "X-Lattice-Token"  # noqa: S105 - its name
_MAX_LINES = 500  # of one answer


class ApiAnswer(NamedTuple):
    """What is answered: JSON."""

    status: int
    value: Any


class _RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.answer = ApiAnswer(status, {"error": message})


class Api:
    """Answers requests about one history."""

    def __init__(self, history: History, *, is_token: Callable[[str], bool]) -> None:
        """Keep what is asked about.

        Args:
            history: Of the run.
            is_token: Whether a text is the token of who may act.
        """
        self._history = history
        self._is_token = is_token

    def answer(self, method: str, path: str, query: str, headers: Headers) -> ApiAnswer:
        """Answer a request to a path below ``/api/v1/``."""
        try:
            return self._answer(method, path.removeprefix(PREFIX).split("/"), _query(query), headers)
        except _RefusedError as refused:
            return refused.answer
        except SearchError as error:
            return ApiAnswer(400, {"error": str(error)})

    def _answer(self, method: str, words: list[str], query: Mapping[str, str], headers: Headers) -> ApiAnswer:
        match method, words:
            case "GET", ["requests"]:
                return self._list(query)
            case "DELETE", ["requests"]:
                self._needs_token(headers)
                self._history.clear()
                return ApiAnswer(200, self._state())
            case "GET", ["requests", id_]:
                return ApiAnswer(200, detail(self._find(id_), self._history))
            case (("PUT" | "DELETE"), ["requests", id_, "pin"]):
                self._needs_token(headers)
                entry = self._find(id_)
                self._history.pin(entry, is_pinned=method == "PUT")
                return ApiAnswer(200, summary(entry))
            case _:
                raise _RefusedError(
                    404, f"There is no {method} {PREFIX}{'/'.join(words)}. See docs/inspector.md."
                )

    def _state(self) -> dict[str, int]:
        return {"latest": self._history.latest, "revision": self._history.revision}

    def _list(self, query: Mapping[str, str]) -> ApiAnswer:
        """Lines that are wanted, the newest first: of entries ``after`` a number, or ``before`` one."""
        after, before = _number(query, "after", 0), _number(query, "before", self._history.latest + 1)
        limit = min(_number(query, "limit", 100), _MAX_LINES)
        is_wanted = predicate(query)
        found: list[dict[str, Any]] = []
        has_more = False
        for entry in self._history.entries():
            if entry.number <= after:
                break
            if entry.number >= before:
                continue
            line = summary(entry)
            if is_wanted(line):
                if len(found) == limit:
                    has_more = True
                    break
                found.append(line)
        return ApiAnswer(200, {"requests": found, "has_more": has_more, **self._state()})

    def _find(self, id_: str) -> Entry:
        name = unquote(id_)
        entry = self._history.find(name)
        if entry is None:
            raise _RefusedError(404, f"There is no request {name[:100]!r}; the oldest are forgotten.")
        return entry

    def _needs_token(self, headers: Headers) -> None:
        if not self._is_token(headers.get(TOKEN_HEADER) or ""):
            raise _RefusedError(403, f"This needs the token of the run in the header {TOKEN_HEADER}.")


def to_bytes(answer: ApiAnswer) -> bytes:
    """The JSON of an answer."""
    return json.dumps(answer.value, ensure_ascii=False, separators=(",", ":")).encode()


def _query(text: str) -> dict[str, str]:
    """Parameters; of one that is there twice, the first counts."""
    return dict(reversed(parse_qsl(text, keep_blank_values=True)))


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise _RefusedError(400, f"{name} is a whole number, not {text[:40]!r}.")
    return int(text)
