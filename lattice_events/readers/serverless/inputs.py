"""What a run of the Serverless CLI depended on, and whether all of it is as it was; see ``record.js``."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lattice_events.readers.common.noted import Kind, Noted, content_state, kind_state, names_state

_VOLATILE = re.compile("/(proc|sys|dev)/")  # whose times say nothing
_INSTALLED = "/node_modules/"
_OWN = frozenset({"LATTICE_SERVERLESS", "NODE_OPTIONS"})  # variables that are ours; the second is in the key

Inputs = dict[str, dict[str, str]]
_FILES: tuple[Kind, ...] = ("content", "names", "kind")


def taken(record: Mapping[str, Any], environment: Mapping[str, str]) -> Inputs | None:
    """The inputs of a run that has ended, with digests; ``None`` where its result is not theirs alone.

    Args:
        record: Of `record.js`.
        environment: That the run was given.
    """
    if record["doubts"] or not _is_given(record["environment"], environment):
        return None
    files = {kind: record[kind] for kind in _FILES}
    for kind, states in files.items():
        if any(not _is_state(kind, path, state) for path, state in states.items()):
            return None  # it changed while the CLI ran: which of the two it saw nobody knows
    names = {"": _names_digest(environment)} if record["isEnumerated"] else {}
    return {
        **{kind: {path: _DIGESTS[kind](path) for path in states} for kind, states in files.items()},
        "environment": {name: _value_digest(name, environment) for name in record["environment"]},
        "presence": {name: str(name in environment) for name in record["presence"]},
        "variables": names,
    }


def is_current(inputs: Inputs, environment: Mapping[str, str]) -> bool:
    """Whether a run with this environment would find what an earlier one found."""
    return all(
        digest == now
        for kind, digests in inputs.items()
        for digest, now in zip(digests.values(), _now(kind, digests, environment), strict=True)
    )


def note_inputs(noted: Noted, inputs: Mapping[str, Iterable[str]]) -> None:
    """Have somebody know the files of inputs, but for installed packages and folders that are where they were."""
    for kind in _FILES:
        for path in inputs[kind]:
            if _is_noted(kind, path):
                noted.note(kind, path)


def note_record(noted: Noted, record: Mapping[str, Any]) -> None:
    """The same of a run that has just ended; what has changed meanwhile is to be read again.

    In a run with doubts that may have been the run itself, and what it writes is no input.
    """
    doubts = record["doubts"]
    for kind in _FILES:
        for path, state in record[kind].items():
            if _is_noted(kind, path) and f"it changes {path}" not in doubts:
                noted.note(kind, path, is_unsure=not doubts and not _is_state(kind, path, state))


def _is_noted(kind: Kind, path: str) -> bool:
    return _INSTALLED not in path and not (kind == "kind" and os.path.isdir(path))


def _now(kind: str, names: Mapping[str, str], environment: Mapping[str, str]) -> Iterator[str]:
    """The digests of inputs of a kind as they are now."""
    match kind:
        case "environment":
            yield from (_value_digest(name, environment) for name in names)
        case "presence":
            yield from (str(name in environment) for name in names)
        case "variables":
            yield from (_names_digest(environment) for _ in names)
        case _:
            yield from map(_DIGESTS[kind], names)


def _is_given(read: Mapping[str, str | None], environment: Mapping[str, str]) -> bool:
    """Whether the CLI had the variables that it was given; a program around it may give others."""
    return all(value == environment.get(name) for name, value in read.items() if name not in _OWN)


def _value_digest(name: str, environment: Mapping[str, str]) -> str:
    """Tells one value of a variable from another; a secret itself is kept nowhere."""
    value = environment.get(name)
    return "-" if value is None or name in _OWN else _digest(os.fsencode(f"{name}={value}"))


def _names_digest(environment: Mapping[str, str]) -> str:
    return _digest(os.fsencode("\0".join(sorted(environment.keys() - _OWN))))


# ── files ─────────────────────────────────────────────────────────────────────────────────────


def _is_state(kind: str, path: str, state: str) -> bool:
    """Whether a file is as `record.js` saw it first."""
    if kind == "kind":
        return kind_state(path) == state
    try:
        found = os.stat(path)
    except OSError:
        return state == "-"
    if _VOLATILE.match(path):
        return state == (content_state(path) if stat.S_ISREG(found.st_mode) else "d")
    times, _, digest = state.partition(" #")
    is_same = times == f"{found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
    return is_same and digest in ("", _DIGESTS[kind](path))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


_DIGESTS = {"content": content_state, "names": names_state, "kind": kind_state}
