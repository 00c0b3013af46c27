"""A minimal reverse proxy on aiohttp, with kept connections:   python proxy.py PORT TARGET_URL."""

import sys

from aiohttp import ClientSession, TCPConnector, web

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "host"}


async def start(app: web.Application) -> None:
    app["session"] = ClientSession(connector=TCPConnector(limit=0), auto_decompress=False)


async def stop(app: web.Application) -> None:
    await app["session"].close()


async def forward(request: web.Request) -> web.StreamResponse:
    headers = [(name, value) for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP]
    url = sys.argv[2] + request.raw_path
    body = request.content if request.can_read_body else None
    async with request.app["session"].request(request.method, url, headers=headers, data=body) as answer:
        response = web.StreamResponse(status=answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in HOP_BY_HOP:
                response.headers.add(name, value)
        await response.prepare(request)
        async for chunk in answer.content.iter_any():
            await response.write(chunk)
        await response.write_eof()
        return response


if __name__ == "__main__":
    app = web.Application()
    app.on_startup.append(start)
    app.on_cleanup.append(stop)
    app.router.add_route("*", "/{path:.*}", forward)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
