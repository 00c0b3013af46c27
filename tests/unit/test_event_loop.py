"""Coroutines of a warm environment: one loop for all of its events."""

from __future__ import annotations

import asyncio
import multiprocessing
import operator
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio.to_thread
import httpx
import pytest
from aws_lambda_powertools.event_handler.api_gateway import Router
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from lattice_events import Request, lattice_handler
from lattice_events.adapters.asgi import lattice_asgi
from lattice_events.adapters.powertools import LatticeResolver
from lattice_events.context import current_invocation
from lattice_events.errors import ResponseError
from lattice_events.event_loop import run
from lattice_events.testing import call, make_request

EVENTS = 200


class _Hello(BaseHTTPRequestHandler):
    """Answers and keeps the connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    """A loopback service."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hello) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def client() -> Iterator[httpx.AsyncClient]:
    """What a module keeps; closed where it was used."""
    client = httpx.AsyncClient(trust_env=False)
    yield client
    run(client.aclose())


def of_lattice_handler(client: httpx.AsyncClient, url: str) -> Any:
    @lattice_handler
    async def handler(request: Request) -> str:
        return (await client.get(url)).text

    return handler


def of_resolver(client: httpx.AsyncClient, url: str) -> Any:
    app = LatticeResolver()

    @app.get("/")
    async def index() -> str:
        return (await client.get(url)).text

    return app.resolve


def of_asgi(client: httpx.AsyncClient, url: str) -> Any:
    async def index(request: Any) -> PlainTextResponse:
        return PlainTextResponse((await client.get(url)).text)

    return lattice_asgi(Starlette(routes=[Route("/", index)]))


@pytest.mark.parametrize("make", [of_lattice_handler, of_resolver, of_asgi])
def test_a_module_s_client_serves_every_event(make: Any, client: httpx.AsyncClient, server: str) -> None:
    handler = make(client, server)

    assert [call(handler).text for _ in range(EVENTS)].count("hello") == EVENTS


def test_one_client_serves_all_adapters_in_turn(client: httpx.AsyncClient, server: str) -> None:
    handlers = [make(client, server) for make in (of_lattice_handler, of_resolver, of_asgi)] * 3

    assert {call(handler).text for handler in handlers} == {"hello"}


def test_a_module_s_contended_lock_serves_every_event() -> None:
    lock, held = asyncio.Lock(), []

    async def hold() -> None:
        async with lock:
            await asyncio.sleep(0)
            held.append(1)

    @lattice_handler
    async def handler(request: Request) -> None:
        await asyncio.gather(hold(), hold(), hold())

    assert {call(handler).status for _ in range(EVENTS)} == {204}
    assert len(held) == 3 * EVENTS


def test_threads_take_turns(client: httpx.AsyncClient, server: str) -> None:
    handler, texts = of_lattice_handler(client, server), []
    threads = [threading.Thread(target=lambda: texts.append(call(handler).text)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert texts == ["hello"] * 8


def test_an_async_test_may_call_a_handler(client: httpx.AsyncClient, server: str) -> None:
    handler = of_lattice_handler(client, server)

    async def test() -> list[str]:
        there = await asyncio.to_thread(call, handler)
        return [call(handler).text, there.text]

    assert asyncio.run(test()) == ["hello", "hello"]
    assert call(handler).text == "hello"


def test_a_handler_may_call_another_one() -> None:
    @lattice_handler
    async def inner(request: Request) -> str:
        await asyncio.sleep(0)
        return request.path

    @lattice_handler
    async def outer(request: Request) -> str:
        there = await asyncio.to_thread(call, inner, "GET /there")
        return call(inner, "GET /here").text + there.text

    assert call(outer).text == "/here/there"


place: ContextVar[str] = ContextVar("place", default="nowhere")


POOL = ThreadPoolExecutor(4)
IN_THREADS: Any = {
    "default": lambda loop, work: loop.run_in_executor(None, work),
    "pool": lambda loop, work: loop.run_in_executor(POOL, work),
    "to_thread": lambda loop, work: asyncio.to_thread(work),
    "anyio": lambda loop, work: anyio.to_thread.run_sync(work),
    "context": lambda loop, work: loop.run_in_executor(None, copy_context().run, work),
}


@pytest.mark.parametrize("in_thread", IN_THREADS.values(), ids=IN_THREADS)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_handler_may_call_another_one_in_a_thread(in_thread: Any, depth: int) -> None:
    @lattice_handler
    async def handler(request: Request) -> Any:
        left = int(request.path[1:])
        if left == 0:
            return "innermost"
        return await in_thread(asyncio.get_running_loop(), lambda: call(handler, f"GET /{left - 1}").text)

    assert call(handler, f"GET /{depth}").text == "innermost"


def test_a_thread_of_a_handler_knows_the_invocation() -> None:
    @lattice_handler
    async def handler(request: Request) -> Any:
        invocation = await asyncio.get_running_loop().run_in_executor(None, current_invocation.get)
        return invocation.request_id if invocation else "none"

    assert call(handler).text == make_request().request_id


def test_a_handler_may_use_another_process() -> None:
    @lattice_handler
    async def handler(request: Request) -> dict[str, int]:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            return {"sum": await asyncio.get_running_loop().run_in_executor(pool, operator.add, 1, 2)}

    assert call(handler).json() == {"sum": 3}


def test_a_coroutine_sees_the_caller_s_context_and_keeps_its_own() -> None:
    @lattice_handler
    async def handler(request: Request) -> str:
        invocation = current_invocation.get()
        assert invocation is not None
        assert invocation.request_id == request.request_id
        before = place.get()
        place.set("inside")
        return before

    token = place.set("outside")
    answers = [call(handler).text for _ in range(2)]
    place.reset(token)

    assert (answers, place.get(), current_invocation.get()) == (["outside", "outside"], "nowhere", None)


def test_a_task_that_is_left_goes_on_at_the_next_event() -> None:
    done: list[str] = []
    tasks: set[asyncio.Task[None]] = set()

    async def later() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        done.append("later")

    @lattice_handler
    async def handler(request: Request) -> None:
        if request.path == "/start":
            tasks.add(asyncio.create_task(later()))
        else:
            await asyncio.gather(*tasks)

    call(handler, "GET /start")
    assert done == []
    call(handler, "GET /wait")
    assert done == ["later"]


def test_a_failed_event_leaves_the_loop_as_it_was() -> None:
    lock = asyncio.Lock()

    @lattice_handler
    async def handler(request: Request) -> str:
        async with lock:
            await asyncio.sleep(0)
            if request.path == "/fail":
                raise RuntimeError("on purpose")
            if request.path == "/late":
                async with asyncio.timeout(0):
                    await asyncio.Event().wait()
        return "served"

    paths = ("/", "/fail", "/", "/late", "/")
    assert [call(handler, f"GET {path}").status for path in paths] == [200, 500, 200, 500, 200]


def test_a_cancelled_handler_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    @lattice_handler
    async def handler(request: Request) -> None:
        raise asyncio.CancelledError

    assert call(handler).status == 500
    assert "cancelled before it answered" in caplog.text
    with pytest.raises(ResponseError):
        call(lattice_handler(on_error="raise")(handler.__wrapped__))  # type: ignore[attr-defined]  # as functools' have


def test_what_a_signal_interrupts_is_cancelled_before_the_next_event() -> None:
    ended: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt  # as the handler of a signal would, while the loop waits

    @lattice_handler
    async def handler(request: Request) -> str:
        if request.path == "/next":
            return "served"
        asyncio.get_running_loop().call_soon(interrupt)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")
        return "never"

    with pytest.raises(KeyboardInterrupt):
        call(handler)

    assert ended == ["ended"]
    assert call(handler, "GET /next").text == "served"


def test_an_asynchronous_generator_is_closed_in_a_later_event() -> None:
    closed: list[str] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0)
            closed.append("closed")

    @lattice_handler
    async def handler(request: Request) -> None:
        async for _ in numbers():
            break
        await asyncio.sleep(0)

    for _ in range(3):
        call(handler)
    assert len(closed) >= 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_has_a_loop_of_its_own() -> None:
    @lattice_handler
    async def handler(request: Request) -> str:
        await asyncio.to_thread(int)
        return "served"

    call(handler)
    child = os.fork()
    if child == 0:
        os._exit(0 if call(handler).text == "served" else 1)
    _, status = os.waitpid(child, 0)

    assert (status, call(handler).text) == (0, "served")


PROGRAM = """
import asyncio
from lattice_events import lattice_handler
from lattice_events.testing import call
from lattice_events.adapters.asgi import lattice_asgi

tasks = []

@lattice_handler
async def handler(request):
    tasks.append(asyncio.create_task(asyncio.Event().wait()))
    return "served"

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("shut down")
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"served"})

print(call(handler).text, call(handler).text, call(lattice_asgi(app)).text)
"""


def test_the_process_ends_without_a_warning_and_with_the_app_s_shutdown() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM], capture_output=True, text=True
    )

    assert (done.stdout, done.stderr, done.returncode) == ("served served served\nshut down\n", "", 0)


CLOSING = """
import asyncio
from lattice_events import lattice_handler
from lattice_events.testing import call

loops = []

@lattice_handler
async def handler(request):
    loops.append(asyncio.get_running_loop())
    return "served"

call(handler)
loops[0].close()  # as code of before `asyncio.run` does
print(call(handler).text)
"""


def test_who_closes_the_loop_gets_a_new_one() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", CLOSING], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("served\n", "")


WITH_THREADS = """
import asyncio
from lattice_events import event_loop

print(event_loop.run(asyncio.to_thread(str, "served")))
"""


def test_a_process_whose_coroutines_used_threads_ends_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", WITH_THREADS], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("served\n", "")


def test_middlewares_and_routers_of_coroutines_serve_too() -> None:
    router: Any = Router()  # type: ignore[no-untyped-call]  # untyped in Powertools
    app = LatticeResolver()

    async def stamp(app: Any, next_middleware: Any) -> Any:
        response = await next_middleware(app)
        response.headers["x-stamp"] = "1"
        return response

    async def coroutine() -> dict[str, str]:
        await asyncio.sleep(0)
        return {"kind": "async"}

    router.get("/sync", middlewares=[stamp])(lambda: {"kind": "sync"})
    router.get("/async")(coroutine)
    app.include_router(router)

    stamped = call(app.resolve, "GET /sync")
    assert (stamped.headers["x-stamp"], stamped.json()) == ("1", {"kind": "sync"})
    assert call(app.resolve, "GET /async").json() == {"kind": "async"}
    assert call(app.resolve, "HEAD /async").status == 200
