"""What one hour of work gives: an aiohttp server, a Runtime API on aiohttp, four children of awslambdaric.

python prototype.py PORT RUNTIME_API_PORT FOLDER HANDLER
"""

import asyncio
import base64
import json
import os
import sys
import time
import uuid

from aiohttp import web

CHILDREN = 4
ARN = "arn:aws:lambda:us-west-2:123456789012:function:hello"


async def serve(request: web.Request) -> web.Response:
    body = await request.read()
    event = {
        "version": "2.0",
        "path": request.raw_path,
        "method": request.method,
        "headers": {name.lower(): request.headers.getall(name) for name in set(request.headers)},
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
        "requestContext": {
            "serviceNetworkArn": ARN,
            "serviceArn": ARN,
            "targetGroupArn": ARN,
            "region": "us-west-2",
            "timeEpoch": str(time.time_ns() // 1000),
        },
    }
    id_ = str(uuid.uuid4())
    waiting = asyncio.get_running_loop().create_future()
    request.app["waiting"][id_] = waiting
    request.app["events"].put_nowait((id_, json.dumps(event).encode()))
    answer = json.loads(await waiting)
    text = answer["body"]
    return web.Response(
        status=answer["statusCode"],
        headers=answer["headers"],
        body=base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode(),
    )


async def hand_out(request: web.Request) -> web.Response:
    id_, event = await request.app["events"].get()
    headers = {
        "Lambda-Runtime-Aws-Request-Id": id_,
        "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 10_000),
        "Lambda-Runtime-Invoked-Function-Arn": ARN,
        "Content-Type": "application/json",
    }
    return web.Response(body=event, headers=headers)


async def take_answer(request: web.Request) -> web.Response:
    request.app["waiting"].pop(request.match_info["id"]).set_result(await request.read())
    return web.Response(status=202)


async def listen(app: web.Application, port: int) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()


async def main() -> None:
    port, runtime_port, folder, handler = sys.argv[1:]
    gateway, runtime = web.Application(client_max_size=2**24), web.Application(client_max_size=2**24)
    gateway.router.add_route("*", "/{path:.*}", serve)
    runtime.router.add_get("/2018-06-01/runtime/invocation/next", hand_out)
    runtime.router.add_post("/2018-06-01/runtime/invocation/{id}/response", take_answer)
    for app in (gateway, runtime):
        app["events"], app["waiting"] = asyncio.Queue(), {}
    runtime["events"], runtime["waiting"] = gateway["events"], gateway["waiting"]
    await listen(runtime, int(runtime_port))
    environment = os.environ | {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime_port}",
        "PYTHONPATH": folder,
        "AWS_REGION": "us-west-2",
        "AWS_LAMBDA_FUNCTION_NAME": "hello",
    }
    for _ in range(CHILDREN):
        await asyncio.create_subprocess_exec(sys.executable, "-m", "awslambdaric", handler, env=environment)
    await listen(gateway, int(port))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
