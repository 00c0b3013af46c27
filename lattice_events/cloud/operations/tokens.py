"""Calls that a client repeats with the same client token are done once."""

from __future__ import annotations

import re
from collections.abc import Callable

from lattice_events.cloud.errors import conflict
from lattice_events.cloud.operations.call import Call, Where
from lattice_events.control_plane.records import Document, Records


class Tokens:
    """The client tokens of resources that were created."""

    def __init__(self) -> None:
        """Start with none."""
        self._created: dict[tuple[Where, str, str], tuple[Document, Document]] = {}

    def once(self, call: Call, create: Callable[[Call], Document]) -> Document:
        """Do a call, or give the answer of the first one with its token while what that created is there.

        Raises:
            ApiError: The first one had other parameters.
        """
        token = call.params.get("clientToken")
        if token is None:
            return create(call)
        key = (call.where, call.operation, token)
        params, answer = self._created.get(key, ({}, {}))
        if not _is_kept(call.records, answer.get("arn", "")):
            answer = create(call)
            self._created[key] = (dict(call.params), answer)
        elif params != call.params:
            _, *words = re.findall("[A-Z][a-z]+", call.operation)  # CreateServiceNetwork
            message = f"The clientToken {token} was used by a request with other parameters"
            raise conflict("_".join(words).upper(), answer["id"], message)
        return answer


def _is_kept(records: Records, arn: str) -> bool:
    """Whether there is a resource with this ARN."""
    return any(arn in kept for kept in vars(records).values())
