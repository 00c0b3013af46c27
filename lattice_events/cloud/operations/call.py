"""One call of an operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lattice_events.control_plane.records import Document, Records


@dataclass(frozen=True, kw_only=True)
class Where:
    """Whose records a client sees and changes: those of one account in one Region."""

    region: str
    account: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of an operation, validated against the API's model.

    Attributes:
        operation: Its name in the API's model.
        params: Input, by the members of the operation's input shape.
        records: To read and to change: a copy that is dropped when the operation raises. Its mappings may be
            changed, what stands in them may not: a new document replaces the old one.
        where: Of the client.
        now: Text of ISO 8601.
        new_id: Gives an id of the API's shape, ``svc-`` and 17 characters, for a prefix, ``svc``.
    """

    operation: str
    params: Mapping[str, Any]
    records: Records
    where: Where
    now: str
    new_id: Callable[[str], str]

    def given(self, *names: str) -> Document:
        """Those of the parameters that were given, and are not empty text."""
        return {name: self.params[name] for name in names if self.params.get(name) not in (None, "")}


Operation = Callable[[Call], Document]
"""Does what an operation does, and gives its output; raises `ApiError`."""
