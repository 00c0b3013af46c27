"""An HTTP target that echoes, counts and streams:   python store.py PORT.

POST /          the body
POST /count     how many bytes came; ?pause=SECONDS before each MiB is read
GET /bytes/N    N bytes; ?pause=SECONDS after the first
GET /progress   bytes that were sent and received by the requests before
"""

import asyncio
import sys

from aiohttp import web

MIB = 2**20
PIECE = bytes(range(256)) * 256


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read(), content_type="application/octet-stream")


async def count(request: web.Request) -> web.Response:
    pause = float(request.query.get("pause", 0))
    request.app["progress"]["received"] = received = 0
    async for piece in request.content.iter_chunked(MIB if pause else len(PIECE)):
        received += len(piece)
        request.app["progress"]["received"] = received
        await asyncio.sleep(pause)
    return web.Response(text=str(received))


async def send(request: web.Request) -> web.StreamResponse:
    left, pause = int(request.match_info["count"]), float(request.query.get("pause", 0))
    response = web.StreamResponse(headers={"Content-Length": str(left)})
    await response.prepare(request)
    request.app["progress"]["sent"] = 0
    while left:
        piece = PIECE[:left]
        await response.write(piece)
        left -= len(piece)
        request.app["progress"]["sent"] += len(piece)
        if pause:
            await asyncio.sleep(pause)
            pause = 0
    return response


async def progress(request: web.Request) -> web.Response:
    return web.json_response(request.app["progress"])


if __name__ == "__main__":
    app = web.Application(client_max_size=2**34)
    app["progress"] = {"sent": 0, "received": 0}
    app.add_routes(
        [
            web.get("/", progress),
            web.post("/", echo),
            web.post("/count", count),
            web.get("/bytes/{count}", send),
            web.get("/progress", progress),
        ]
    )
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
