"""What a run of the Serverless CLI depended on, and whether all of it is as it was; see ``record.js``."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from typing import Any

_VOLATILE = re.compile("/(proc|sys|dev)/")  # whose times say nothing
_OWN = frozenset({"LATTICE_SERVERLESS", "NODE_OPTIONS"})  # variables that are ours; the second is in the key

Inputs = dict[str, dict[str, str]]


def taken(record: Mapping[str, Any], environment: Mapping[str, str]) -> Inputs | None:
    """The inputs of a run that has ended, with digests; ``None`` where its result is not theirs alone.

    Args:
        record: Of `record.js`.
        environment: That the run was given.
    """
    if record["doubts"] or not _is_given(record["environment"], environment):
        return None
    files = {kind: record[kind] for kind in ("content", "names", "kind")}
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
        return _kind(path) == state
    try:
        found = os.stat(path)
    except OSError:
        return state == "-"
    if _VOLATILE.match(path):
        return state == (_content(path) if stat.S_ISREG(found.st_mode) else "d")
    times, _, digest = state.partition(" #")
    is_same = times == f"{found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"
    return is_same and digest in ("", _DIGESTS[kind](path))


def _kind(path: str) -> str:
    """What is at a path, and where a link leads."""
    try:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            followed = os.stat(path) if os.path.exists(path) else None
            return f"{_letter(followed)} {os.readlink(path)}"
    except OSError:
        return "-"
    return _letter(found)


def _letter(found: os.stat_result | None) -> str:
    if found is None:
        return "-"
    return "d" if stat.S_ISDIR(found.st_mode) else "f"


def _content(path: str) -> str:
    """Tells one content of a file from another."""
    try:
        with open(path, "rb", buffering=0) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return _kind(path)


def _names(path: str) -> str:
    """Tells one list of the names in a folder from another."""
    try:
        return _digest(os.fsencode("\0".join(sorted(os.listdir(path), key=_utf16))))
    except OSError:
        return _kind(path)


def _utf16(name: str) -> bytes:
    """As JavaScript sorts."""
    return name.encode("utf-16-be", "surrogatepass")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


_DIGESTS = {"content": _content, "names": _names, "kind": _kind}
