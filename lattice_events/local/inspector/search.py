"""Choose lines of the list: by words anywhere in them, and by what a field says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

FIELDS = (
    "method",
    "service_network",
    "service",
    "listener",
    "rule",
    "target_group",
    "target",
    "caller",
    "status",
    "kind",
)
_WORDS_IN = (
    "id",
    "method",
    "host",
    "path",
    "service",
    "rule",
    "target",
    "caller",
    "reason",
    "function",
    "error_type",
    "trace_id",
)
_CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")

Line = Mapping[str, Any]


class SearchError(ValueError):
    """A filter is not one; the message says what is."""


def predicate(query: Mapping[str, str]) -> Callable[[Line], bool]:
    """Whether a line of the list is wanted.

    Args:
        query: ``q`` has words that must all be in the line, in any field and case; the others are `FIELDS`, compared
            whole; a status may be a class: ``5xx``, and the caller ``anonymous`` is nobody. A value with ``!`` in front is
            not wanted.

    Raises:
        SearchError: A status is neither a number nor a class.
    """
    tests = [_words(query["q"])] if query.get("q") else []
    tests += [_field(name, query[name]) for name in FIELDS if query.get(name)]
    return lambda line: all(test(line) for test in tests)


def _words(text: str) -> Callable[[Line], bool]:
    words = text.lower().split()

    def test(line: Line) -> bool:
        searched = "\n".join(_texts(line)).lower()
        return all(
            (word[1:] not in searched) if word[:1] == "!" and word[1:] else word in searched for word in words
        )

    return test


def _texts(line: Line) -> Iterable[str]:
    return (str(line[name]) for name in (*_WORDS_IN, "status") if line.get(name) is not None)


def _field(name: str, wanted: str) -> Callable[[Line], bool]:
    is_not = wanted.startswith("!")
    value = wanted.removeprefix("!")
    if name == "status":
        test = _status(value)
    elif (name, value) == ("caller", "anonymous"):

        def test(line: Line) -> bool:
            return line.get("kind") == "request" and line.get("caller") is None

    else:

        def test(line: Line) -> bool:
            return line.get(name) == value

    return (lambda line: not test(line)) if is_not else test


def _status(value: str) -> Callable[[Line], bool]:
    if value in _CLASSES:
        return lambda line: str(line.get("status", ""))[:1] == value[0]
    if not (value.isascii() and value.isdigit() and len(value) == 3):
        raise SearchError(f"status is a number such as 403, or one of {', '.join(_CLASSES)}, not {value!r}.")
    return lambda line: line.get("status") == int(value)
