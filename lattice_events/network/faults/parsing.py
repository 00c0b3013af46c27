"""Read a fault from a mapping, of an API or of settings, and say everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.faults.values import FIELDS, ID, KINDS, Fault, Number

_WHOLE = tuple(name for name, each in FIELDS.items() if isinstance(each.rule, Number) and each.rule.is_whole)
_LONGEST_WORD = 60  # that a hint is looked for


def parse_fault(id_: object, value: Mapping[str, Any], *, origin: str = "") -> Fault:
    """Read a fault; a field that is ``None`` counts as left out.

    Args:
        id_: What it is called.
        value: Its fields, as in `FIELDS`.
        origin: Where it is written.

    Raises:
        ConfigurationError: Something is wrong with it; every field is named, with its value and what to write.
    """
    given = {name: each for name, each in value.items() if each is not None}
    messages = list(_find_problems(id_, given))
    if messages or not isinstance(id_, str):
        raise ConfigurationError([Problem(message, origin) for message in messages])
    whole = {name: int(given[name]) for name in _WHOLE if name in given}
    return Fault(id=id_, origin=origin, **{**given, **whole})


def _find_problems(id_: object, given: Mapping[str, Any]) -> Iterator[str]:
    if not ID.takes(id_):
        yield f"The id of a fault {ID.must}, not {_quoted(id_)}."
    for name, each in given.items():
        known = FIELDS.get(name)
        if known is None:
            yield f"A fault has no setting {str(name)[:_LONGEST_WORD]}.{hint(str(name), FIELDS)}"
        elif not known.rule.takes(each):
            yield f"The {name} of the fault {id_} {known.rule.must}, not {_quoted(each)}."
    if "kind" not in given:
        yield f"The fault {id_} must have a kind: one of {', '.join(KINDS)}."
    elif FIELDS["kind"].rule.takes(given["kind"]):
        yield from _seconds_problem(id_, given)


def _seconds_problem(id_: object, given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the seconds of a fault whose kind is right."""
    kind, seconds = given["kind"], given.get("seconds")
    rule = KINDS[kind].seconds
    if rule is None:
        if seconds is not None:
            yield f"The seconds of the fault {id_} {no_seconds(kind)}, not {_quoted(seconds)}."
    elif seconds is None:
        yield f"The fault {id_} {needs_seconds(kind)}."
    elif FIELDS["seconds"].rule.takes(seconds) and not rule.takes(seconds):
        yield f"The seconds of the fault {id_} {rule.must}, not {_quoted(seconds)}."


def needs_seconds(kind: str) -> str:
    """What to say of a fault without seconds, whose kind has some."""
    return f"must have seconds, as every {kind} has"


def no_seconds(kind: str) -> str:
    """What to say of the seconds of a fault whose kind has none."""
    return f"must be left out, since no {kind} has any"


def hint(word: str, known: Iterable[str]) -> str:
    """What may have been meant; nothing where no known word is close."""
    near = get_close_matches(word[:_LONGEST_WORD], known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_WORD else f"{text[:_LONGEST_WORD]}…"
