"""A policy document as a person types it: what is wrong with it stands at a line and a column of its text."""

from __future__ import annotations

import json
from json.decoder import JSONDecoder

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.policy.document import Locate, Path, parse_policy
from lattice_events.network.policy.statements import Policy

_WHITE_SPACE = " \t\n\r"
_decode = JSONDecoder().raw_decode


def read_policy(text: str) -> Policy:
    """Read the JSON of an auth policy.

    Raises:
        ConfigurationError: With every problem; the origin of each is its place, ``LINE:COLUMN``.
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise ConfigurationError([Problem(f"The policy is not JSON: {error.msg}.", place)]) from error
    except (ValueError, RecursionError):
        pass  # a number or a depth that the policy's own reader refuses, too
    return parse_policy(text, locate=_locate_in(text))


def _locate_in(text: str) -> Locate:
    """What gives the place of a key path in a JSON text, or of its nearest parent that has one."""
    found: dict[Path, int] = {}

    def locate(path: Path) -> str:
        if path and not found:  # there are no paths where the text is nested too deeply
            _find_places(text, _after_space(text, 0), (), found)
        while path and path not in found:
            path = path[:-1]
        return _place(text, found[path] if path else _after_space(text, 0))

    return locate


def _find_places(text: str, at: int, path: Path, found: dict[Path, int]) -> int:
    """Note where each member and item stands, the key where there is one; where the value ends."""
    opening = text[at]
    if opening not in "{[":
        return _decode(text, at)[1]
    index, at = 0, _after_space(text, at + 1)
    while text[at] not in "}]":
        here: Path = (*path, index)
        start = at
        if opening == "{":
            key, at = _decode(text, at)
            here = (*path, key)
            at = _after_space(text, _after_space(text, at) + 1)
        found[here] = start
        at = _after_space(text, _find_places(text, at, here, found))
        if text[at] == ",":
            at = _after_space(text, at + 1)
        index += 1
    return at + 1


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] in _WHITE_SPACE and at < len(text):
        at += 1
    return at


def _place(text: str, at: int) -> str:
    """``LINE:COLUMN``, both from 1."""
    before = text[:at]
    return f"{before.count(chr(10)) + 1}:{at - before.rfind(chr(10))}"
