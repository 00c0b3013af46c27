"""Send a recorded request again, through the run's own gateway, so that it is decided and recorded like any other."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from lattice_events.errors import TargetError
from lattice_events.local.http import client
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.ids import new_id
from lattice_events.local.inspector.history import Entry, History
from lattice_events.local.inspector.replaying import Replay
from lattice_events.network.delivery import REQUEST_ID_HEADER

_LOOKS = 100  # for the entry, after the answer: its own end may be told a moment later
_LOOK_SECONDS = 0.01


class Sender:
    """Sends to one gateway."""

    def __init__(self, history: History, *, port: int, token_of: Callable[[str], str | None]) -> None:
        """Keep the way.

        Args:
            history: In which the request is found afterwards.
            port: Of the gateway.
            token_of: The proxy token of somebody who may connect.
        """
        self._history = history
        self._port = port
        self._token_of = token_of

    async def send(self, replay: Replay) -> Entry | None:
        """Send a request, and wait for its end: the new entry; ``None`` if that was forgotten already."""
        id_ = new_id()
        headers = replay.headers.with_items((*self._connected_as(replay.connected), (REQUEST_ID_HEADER, id_)))
        outgoing = Outgoing(replay.method, replay.url, headers, replay.body)
        try:
            answer = await client.send(partial(client.connect_to, "127.0.0.1", self._port), outgoing)
            async with answer:
                async for _ in answer.chunks():
                    pass  # it is in the history
        except TargetError:
            pass  # how it ended is there, too
        for _ in range(_LOOKS):
            entry = self._history.find(id_)
            if entry is not None:
                return entry
            await asyncio.sleep(_LOOK_SECONDS)
        return None

    def _connected_as(self, name: str | None) -> list[tuple[str, str]]:
        if name is None or (token := self._token_of(name)) is None:
            return []
        credentials = f"{quote(name, safe='')}:{token}".encode()
        return [("proxy-authorization", f"Basic {base64.b64encode(credentials).decode()}")]
