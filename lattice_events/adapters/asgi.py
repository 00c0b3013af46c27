"""Serve VPC Lattice with an ASGI app, such as FastAPI or Starlette, through Mangum.

Source:
    https://mangum.fastapiexpert.com/adapter/ and https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from lattice_events.adapters.shown import (
    latin,
    shown_headers,
    shown_path,
    shown_query,
    shown_scheme,
    shown_server,
)
from lattice_events.errors import MissingExtraError
from lattice_events.event_loop import run
from lattice_events.handler import lattice_handler
from lattice_events.headers import Headers
from lattice_events.request import Request
from lattice_events.response import Response

try:
    from mangum.protocols import HTTPCycle, LifespanCycle
except ImportError as error:
    raise MissingExtraError("asgi", needed_for="lattice_asgi") from error

_OF_THE_SERVICE = ("x-amzn-", "x-forwarded-")


def lattice_asgi(
    app: Any,
    *,
    lifespan: Literal["auto", "on", "off"] = "auto",
    root_path: str = "",
    on_error: Literal["respond", "raise"] = "respond",
    gzip: bool = False,
    multiple_set_cookie: Literal["list", "cookies", "refuse"] = "list",
) -> Callable[[Any, Any], dict[str, Any]]:
    """Make a Lambda handler of an ASGI app, for both event versions.

    The app finds the decoded `Request` in ``scope["lattice.request"]``, event and Lambda context in
    ``scope["aws.event"]`` and ``scope["aws.context"]``. The lifespan's startup runs once, at the
    first request of a process; Lambda gives no moment for its shutdown.

    Args:
        app: ASGI 3.
        lifespan: ``auto`` runs it if the app has one, ``on`` makes its failure an error.
        root_path: The prefix that the app is mounted under, such as ``/shop``, as servers take it:
            VPC Lattice sends paths with it, the app's routes have none.
        on_error: See `lattice_handler`; Mangum itself answers what the app raises with a 500.
        gzip: See `lattice_handler`.
        multiple_set_cookie: See `encode_response`.
    """
    running: _Running | None = None

    @lattice_handler(on_error=on_error, gzip=gzip, multiple_set_cookie=multiple_set_cookie)
    def handler(request: Request, context: Any) -> Response:
        nonlocal running
        if running is None:
            running = _Running(app, lifespan, root_path)
        return running.answer(request, context)

    return handler


class _Running:
    """The app from its startup on."""

    def __init__(self, app: Any, lifespan: Literal["auto", "on", "off"], root_path: str) -> None:
        self._app = app
        self._root_path = root_path
        self._state: dict[str, Any] = {}
        if lifespan != "off":
            cycle = run(_started(app, lifespan))
            self._state = cycle.lifespan_state
            atexit.register(_stop, cycle)

    def answer(self, request: Request, context: Any) -> Response:
        """Ask the app."""
        cycle = HTTPCycle(self._scope(request, context), request.body)
        run(cycle.run(self._app))
        pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in cycle.headers)
        # An answer to HEAD has no body, as servers see to (RFC 9110 §9.3.2).
        body = b"" if request.method == "HEAD" else cycle.body
        return Response(cycle.status, headers=Headers(pairs), body=body)

    def _scope(self, request: Request, context: Any) -> Any:
        """The ASGI scope: path and query as they were sent, every value of a repeated header."""
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": shown_scheme(request),
            "path": shown_path(request).decode(errors="replace"),
            "raw_path": request.path.encode(errors="surrogatepass"),
            "query_string": shown_query(request).encode(),
            "root_path": self._root_path,
            "headers": [[name.encode(), latin(value)] for name, value in _distinct(shown_headers(request))],
            "client": (request.source_ip or "", 0),
            "server": shown_server(request),
            "state": dict(self._state),
            "lattice.request": request,
            "aws.event": request.raw,
            "aws.context": context,
        }


async def _started(app: Any, lifespan: Literal["auto", "on"]) -> LifespanCycle:
    """The app's lifespan after its startup; it goes on waiting for the shutdown."""
    cycle = LifespanCycle(app, lifespan)
    cycle.waiting = asyncio.create_task(cycle.run())  # type: ignore[attr-defined]  # kept, or it may be collected
    await cycle.startup()
    return cycle


def _stop(cycle: LifespanCycle) -> None:
    """Run the app's shutdown, if the process gets to its end."""
    run(_stopped(cycle))


async def _stopped(cycle: LifespanCycle) -> None:
    """The app's shutdown, unless its loop is another: a parent's, or one that somebody closed."""
    if cycle.loop is asyncio.get_running_loop():
        await cycle.shutdown()


def _distinct(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The headers less those that a framework which reads ``_`` as ``-`` would take for the service's.

    Django does, in ASGI too; others have uses for a name with an underscore, so that all others stay.
    """
    for name, value in headers:
        if "_" not in name or not name.replace("_", "-").startswith(_OF_THE_SERVICE):
            yield name, value
