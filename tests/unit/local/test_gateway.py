"""What the gateway reads of aiohttp's request handler though it is private there."""

from __future__ import annotations

import asyncio

from aiohttp import web, web_protocol


def test_what_is_read_of_aiohttp_s_handler_is_there() -> None:
    async def run() -> None:
        server = web.Server(lambda _: asyncio.sleep(0, web.Response()))
        handler = web_protocol.RequestHandler(server, loop=asyncio.get_running_loop())

        assert (list(handler._messages), handler._current_request) == ([], None)
        assert "exc" in web_protocol._ErrInfo.__annotations__

    asyncio.run(run())
