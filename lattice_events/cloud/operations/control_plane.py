"""The control plane: records, and the operations on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.service import is_read
from lattice_events.cloud.model.validation import validate
from lattice_events.cloud.operations.call import Call, Where
from lattice_events.cloud.operations.table import OPERATIONS
from lattice_events.cloud.operations.tokens import Tokens
from lattice_events.control_plane.records import Document, Records


class ControlPlane:
    """The VPC Lattice API without its wire; calls of several threads come one after the other.

    Attributes:
        records: What it keeps. A call puts new records in their place, if it succeeds: those that somebody holds
            never change.
        version: Goes up with each change.
    """

    def __init__(
        self, *, now: Callable[[], str], new_id: Callable[[str], str], records: Records | None = None
    ) -> None:
        """Start with records, or with none; see `Call` for the other arguments."""
        self.records = Records() if records is None else records
        self.version = 0
        self._now = now
        self._new_id = new_id
        self._tokens = Tokens()
        self._lock = threading.RLock()

    def snapshot(self) -> Records:
        """The records as they are now; they never change."""
        with self._lock:
            return self.records

    def call(self, operation: str, params: Mapping[str, Any], *, where: Where) -> Document:
        """Do an operation of the API, and give its output.

        Args:
            operation: Its name in the API's model: ``CreateService``.
            params: Its input, by members of the input shape.
            where: Of the client.

        Raises:
            ApiError: The input is not what the model says, or the records do not allow it; nothing has changed.
        """
        validate(operation, params)
        known = OPERATIONS.get(operation)
        if known is None:
            raise ApiError("AccessDeniedException", f"lattice cloud does not have {operation}.")
        with self._lock:
            draft = self.records.copy()
            answer = self._tokens.once(
                Call(
                    operation=operation,
                    params=_without_none(dict(params)),
                    records=draft,
                    where=where,
                    now=self._now(),
                    new_id=self._new_id,
                ),
                known,
            )
            if not is_read(operation):
                self.records, self.version = draft, self.version + 1
            return answer


def _without_none(value: Any) -> Any:
    """A value without the members that are None: the model takes them for absent."""
    if isinstance(value, dict):
        return {name: _without_none(each) for name, each in value.items() if each is not None}
    return [_without_none(each) for each in value] if isinstance(value, list) else value
