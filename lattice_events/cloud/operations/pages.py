"""Lists in pages."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence

from lattice_events.cloud.errors import invalid
from lattice_events.cloud.operations.call import Call
from lattice_events.control_plane.records import Document

_MOST = 100  # items of a page, and how many when the client does not say


def page(call: Call, items: Sequence[Document]) -> Document:
    """A page of the items of a list, and the token of the next one.

    A token names the list and the first item of the page that it is for: what is deleted meanwhile, or comes in
    behind it, does not make a client miss an item.

    Raises:
        ApiError: The token is not one of this list.
    """
    start = _start(call, items)
    end = start + call.params.get("maxResults", _MOST)
    answer: Document = {"items": list(items[start:end])}
    if end < len(items):
        answer["nextToken"] = _token(call, items[end])
    return answer


def _start(call: Call, items: Sequence[Document]) -> int:
    """Where the page of the client's token begins."""
    token = call.params.get("nextToken")
    if token is None:
        return 0
    for index, item in enumerate(items):
        if _token(call, item) == token:
            return index
    raise invalid(
        "The nextToken is not one of this list; list it from the start", ("nextToken", "is not known")
    )


def _token(call: Call, item: Document) -> str:
    """The token of the page that begins with an item."""
    asked = {name: each for name, each in call.params.items() if name not in ("maxResults", "nextToken")}
    name = item.get("arn") or [item["id"], item.get("port")]
    text = json.dumps([call.operation, vars(call.where), asked, name], sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
