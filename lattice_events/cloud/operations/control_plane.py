"""The control plane: records, and the operations on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.operations.call import Call, Where
from lattice_events.cloud.operations.table import OPERATIONS
from lattice_events.control_plane.records import Document, Records


class ControlPlane:
    """The VPC Lattice API without its wire; calls of several threads come one after the other.

    Attributes:
        records: What it keeps.
    """

    def __init__(self, *, now: Callable[[], str], new_id: Callable[[str], str]) -> None:
        """Start with no records; see `Call` for the arguments."""
        self.records = Records()
        self._now = now
        self._new_id = new_id
        self._lock = threading.RLock()

    def call(self, operation: str, params: Mapping[str, Any], *, where: Where) -> Document:
        """Do an operation of the API, and give its output.

        Args:
            operation: Its name in the API's model: ``CreateService``.
            params: Its input, by members of the input shape.
            where: Of the client.

        Raises:
            ApiError: The input is not what the model says, or the records do not allow it.
        """
        with self._lock:
            known = OPERATIONS.get(operation)
            if known is None:
                raise ApiError("AccessDeniedException", f"lattice cloud does not have {operation}.")
            return known(
                Call(params=params, records=self.records, where=where, now=self._now(), new_id=self._new_id)
            )
