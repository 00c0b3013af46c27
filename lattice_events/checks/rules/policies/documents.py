"""Every policy document that was written, as a value: whose it is, its statements, and where each part of it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from lattice_events.checks.rule import Edit, Found
from lattice_events.checks.rules.policies.unknowns import has_unknown, widened
from lattice_events.definitions.values import Resource, Unknown
from lattice_events.errors import ConfigurationError
from lattice_events.network.policy import Condition, Policy, Statement, parse_policy

Path = tuple[str | int, ...]


class Wrong(NamedTuple):
    """What the engine refuses in a document: at which key path, and why."""

    path: Path
    message: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """One policy document.

    Attributes:
        kind: An ``auth`` policy or an ``identity`` policy.
        owner: What it is on, in words: ``the service orders``.
        value: The document, or the JSON text of it; with an `Unknown` for what is not known.
        locate: Gives the place of a key path of the document.
        written: The document as it stands in its file, with intrinsics.
        resource: Whose property it is, if it is a resource's.
        path: Of that property.
    """

    kind: Literal["auth", "identity"]
    owner: str
    value: Any
    locate: Callable[[Path], str] = field(compare=False, repr=False)
    written: Any = None
    resource: Resource | None = None
    path: Path = ()

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The document as a mapping; empty where it is none, or cannot be known."""
        value = self.value
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                return {}
        return value if isinstance(value, dict) else {}

    @cached_property
    def statements(self) -> Sequence[WrittenStatement]:
        """The statements that can be known at least in part, in order."""
        value = self.content.get("Statement")
        if isinstance(value, dict):
            return (WrittenStatement(document=self, index=0, path=("Statement",), value=value),)
        return tuple(
            WrittenStatement(document=self, index=index, path=("Statement", index), value=each)
            for index, each in enumerate(value if isinstance(value, list) else ())
            if isinstance(each, dict)
        )

    @cached_property
    def denials(self) -> Sequence[Statement]:
        """The statements that deny, without those of which a part is unknown."""
        found = (each.parsed for each in self.statements if each.is_known)
        return tuple(each for each in found if each is not None and each.effect == "Deny")

    @property
    def policy(self) -> Policy | None:
        """The document as the engine evaluates it, what is unknown in it as `widened`; ``None`` if it cannot be read."""
        return self._read[0]

    @property
    def wrong(self) -> Sequence[Wrong]:
        """What keeps the engine from reading it."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[Policy | None, Sequence[Wrong]]:
        if isinstance(self.value, Unknown) or self.value is None:
            return None, ()
        value = widened(self.value, kind=self.kind) if isinstance(self.value, dict) else self.value
        paths: list[Path] = []

        def locate(path: Path) -> str:
            paths.append(path)
            return ""

        try:
            return parse_policy(value, kind=self.kind, locate=locate), ()
        except ConfigurationError as error:
            messages = (each.message for each in error.problems)
            return None, tuple(map(Wrong, paths, messages))

    def at(self, path: Path, message: str, *, edits: tuple[Edit, ...] = ()) -> Found:
        """A mistake at a key path of the document."""
        full: Path = ()
        if self.resource is not None:
            full = ("Properties", *self.path, *(path if isinstance(self.value, dict) else ()))
        return Found(place=self.locate(path), message=message, edits=edits, resource=self.resource, path=full)

    def written_at(self, path: Path) -> Any:
        """What stands in the file at a key path; ``None`` where it is only made there."""
        value = self.written
        for key in path:
            try:
                value = value[key]
            except (LookupError, TypeError):
                return None
        return value

    @property
    def is_editable(self) -> bool:
        """Whether its statements stand in a file that users write, and not what makes a text of them."""
        is_made = self.resource is not None and self.resource.is_of_terraform
        return isinstance(self.written, dict) and "Statement" in self.written and not is_made

    def edit(self, path: Path, value: Any) -> tuple[Edit, ...]:
        """The change of the value at a key path that stands in the file; none where it does not.

        An item of a list changes in its list, whose key is what can be found in the file.
        """
        if not self.is_editable or self.written_at(path) is None:
            return ()
        match path:
            case (*above, str(key), int(index)):
                return (Edit(place=self.locate((*above, key)), name=key, inside=index, value=value),)
            case (*_, str(key)):
                return (Edit(place=self.locate(path), name=key, value=value),)
            case _:
                return ()


@dataclass(frozen=True, kw_only=True)
class WrittenStatement:
    """One statement of a document, as it was written.

    Attributes:
        document: That has it.
        index: Its place among the statements.
        path: Of it in the document.
        value: It.
    """

    document: Document
    index: int
    path: Path
    value: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What people call it."""
        sid = self.value.get("Sid")
        return sid if isinstance(sid, str) and sid else f"Statement[{self.index}]"

    @property
    def is_known(self) -> bool:
        """Whether everything in it is."""
        return not has_unknown(self.value)

    @property
    def allows(self) -> bool:
        """Whether its effect is to allow."""
        return self.value.get("Effect") == "Allow"

    @cached_property
    def parsed(self) -> Statement | None:
        """It as the engine evaluates it, what is unknown as `widened`; ``None`` if its document cannot be read."""
        policy = self.document.policy
        found = (each for each in policy.statements if each.index == self.index) if policy else iter(())
        return next(found, None)

    def element(self, name: str) -> str:
        """``Not…`` of an element where that is what the statement has."""
        return f"Not{name}" if f"Not{name}" in self.value else name

    def texts(self, *keys: str) -> Iterator[tuple[Path, str]]:
        """The texts of an element that are known, each with its key path in the document."""
        value: Any = self.value
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        path = (*self.path, *keys)
        if isinstance(value, list):
            yield from (((*path, index), each) for index, each in enumerate(value) if isinstance(each, str))
        elif isinstance(value, str):
            yield path, value

    def condition_texts(self) -> Iterator[tuple[Path, str, Condition]]:
        """The texts of its conditions that are known, each with its key path and its condition."""
        for condition in self.parsed.conditions if self.parsed else ():
            for path, text in self.texts("Condition", condition.name, condition.key):
                yield path, text, condition
