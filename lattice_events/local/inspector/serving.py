"""The inspector's part of the control port: who may ask, and what the connection gets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial

from lattice_events.local.http.broken import BrokenBodyError
from lattice_events.local.http.incoming import Incoming
from lattice_events.local.inspector.api import PREFIX, Api, ApiAnswer, Call, RefusedError
from lattice_events.local.inspector.assets import serve_page
from lattice_events.local.inspector.opening import Openings
from lattice_events.loopback import refuse_browser

_COMMON = (("cache-control", "no-store"), ("x-content-type-options", "nosniff"))
_JSON = (("content-type", "application/json; charset=utf-8"), *_COMMON)
_EVENTS = (("content-type", "text/event-stream; charset=utf-8"), *_COMMON)
_MAX_EDITS_BYTES = 16 * 1024 * 1024  # a body of 6 MB, in base64 or with escapes
_MAX_LAB_BYTES = 64 * 1024  # policies of 10 KB at most, and numbers of requests
_MAX_FAULT_BYTES = 64 * 1024
_MAX_STREAMS = 32
_TICK_SECONDS = 0.2
_TICKS_OF_SILENCE = 75  # then a comment says that the stream still is


class Inspector:
    """Answers what is asked below ``/api/``, and serves the page."""

    def __init__(self, api: Api, openings: Openings) -> None:
        """Keep who answers."""
        self._api = api
        self._openings = openings
        self._streams = 0
        self._running: set[asyncio.Task[None]] = set()

    def serve(self, incoming: Incoming) -> bool:
        """Answer a request, unless it is for something else on this port."""
        if not incoming.target.startswith(PREFIX):
            return serve_page(incoming) or self._openings.serve(incoming)
        refusal = refuse_browser(incoming.headers, takes_own_page=True)
        try:
            if refusal:
                raise RefusedError(403, f"Refused: {refusal}.")
            self._serve(incoming, Call.read(incoming.method, incoming.target, incoming.headers))
        except RefusedError as refused:
            _respond(incoming, refused.answer)
        return True

    async def close(self) -> None:
        """End what still runs: streams, and replays that wait for their answer."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _serve(self, incoming: Incoming, call: Call) -> None:
        match call.method, call.words:
            case "GET", ["stream"]:
                if self._streams >= _MAX_STREAMS:
                    raise RefusedError(503, f"{_MAX_STREAMS} streams are open; close one.")
                self._do(incoming, self._stream(incoming))
            case "POST", ["requests", _, "replay"]:
                self._api.check_token(call)
                self._do(incoming, _with_body(incoming, _MAX_EDITS_BYTES, partial(self._api.replay, call)))
            case "POST", ["policies", _]:
                self._do(incoming, _with_body(incoming, _MAX_LAB_BYTES, partial(self._api.lab, call)))
            case "POST", ["faults"]:
                self._api.check_token(call)
                self._do(incoming, _with_body(incoming, _MAX_FAULT_BYTES, self._api.add_fault))
            case _:
                _respond(incoming, self._api.answer(call))

    def _do(self, incoming: Incoming, work: Coroutine[object, object, None]) -> None:
        """Answer in a task, which ends when the client is gone."""
        task = asyncio.get_running_loop().create_task(work)
        incoming.on_gone = task.cancel
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _stream(self, incoming: Incoming) -> None:
        """Tell what is new, five times a second at most, as long as the client takes it."""
        self._streams += 1
        try:
            incoming.begin(200, _EVENTS)
            told: dict[str, int] = {}
            silent = 0
            while True:
                state = self._api.state
                if state != told:
                    await incoming.write(f"data: {json.dumps(state)}\n\n".encode())
                    told, silent = state, 0
                elif silent >= _TICKS_OF_SILENCE:
                    await incoming.write(b":\n\n")
                    silent = 0
                silent += 1
                await asyncio.sleep(_TICK_SECONDS)
        except ConnectionResetError:
            pass  # the client is gone
        finally:
            self._streams -= 1


async def _with_body(
    incoming: Incoming, limit_bytes: int, answer: Callable[[bytes], Awaitable[ApiAnswer]]
) -> None:
    """Answer a request by its body."""
    try:
        body = await incoming.read(limit_bytes)
        if body is None:
            raise RefusedError(413, f"The body is over {limit_bytes:,} bytes.")
        _respond(incoming, await answer(body))
    except RefusedError as refused:
        _respond(incoming, refused.answer)
    except BrokenBodyError as error:
        _respond(incoming, ApiAnswer(error.broken.status, {"error": error.broken.text}))
    except Exception as error:  # noqa: BLE001 - a bug of ours; the client is answered all the same
        incoming.fail(error)


def _respond(incoming: Incoming, answer: ApiAnswer) -> None:
    text = json.dumps(answer.value, ensure_ascii=False, separators=(",", ":"))
    incoming.respond(answer.status, _JSON, text.encode(errors="replace"))
