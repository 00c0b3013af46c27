"""Serve VPC Lattice with an ASGI app, such as FastAPI or Starlette, through Mangum.

Source:
    https://mangum.fastapiexpert.com/adapter/ and https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal
from urllib.parse import unquote

from lattice_events.adapters.shown import latin, shown_headers, shown_query, shown_scheme, shown_server
from lattice_events.errors import MissingExtraError
from lattice_events.handler import lattice_handler
from lattice_events.headers import Headers
from lattice_events.request import Request
from lattice_events.response import Response

try:
    from mangum import Mangum
    from mangum.protocols import LifespanCycle
except ImportError as error:
    raise MissingExtraError("asgi", needed_for="lattice_asgi") from error

_OF_THE_SERVICE = ("x-amzn-", "x-forwarded-")


def lattice_asgi(
    app: Any,
    *,
    lifespan: Literal["auto", "on", "off"] = "auto",
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
        on_error: See `lattice_handler`; Mangum itself answers what the app raises with a 500.
        gzip: See `lattice_handler`.
        multiple_set_cookie: See `encode_response`.
    """
    running: _Running | None = None

    @lattice_handler(on_error=on_error, gzip=gzip, multiple_set_cookie=multiple_set_cookie)
    def handler(request: Request, context: Any) -> Response:
        nonlocal running
        if running is None:
            running = _Running(app, lifespan)
        return running.answer(request, context)

    return handler


class _Running:
    """The app from its startup on, with an event loop of its own for all that it does."""

    def __init__(self, app: Any, lifespan: Literal["auto", "on", "off"]) -> None:
        self._loop = asyncio.new_event_loop()
        self._state: dict[str, Any] = {}
        # Mangum takes the thread's loop, which asyncio.run() elsewhere leaves empty.
        asyncio.set_event_loop(self._loop)
        self._mangum = Mangum(app, lifespan="off", custom_handlers=[_LatticeHandler])  # type: ignore[list-item]  # Mangum's protocol has an untyped __init__
        self._cycle: LifespanCycle | None = None
        if lifespan != "off":
            self._start(LifespanCycle(app, lifespan))
        atexit.register(self._stop)

    def _start(self, cycle: LifespanCycle) -> None:
        """Run the app's startup; the next request tries again after one that fails."""
        try:
            cycle.__enter__()
        except BaseException:
            self._loop.close()
            raise
        self._cycle, self._state = cycle, cycle.lifespan_state

    def _stop(self) -> None:
        """Run the app's shutdown, if the process gets to its end."""
        if self._cycle is not None:
            self._cycle.__exit__(None, None, None)
        self._loop.close()

    def answer(self, request: Request, context: Any) -> Response:
        """Ask the app."""
        asyncio.set_event_loop(self._loop)
        # Mangum hands its event on as it is; ours is decoded already.
        response: Any = self._mangum((request, self._state), context)  # type: ignore[arg-type]  # a pair, see infer()
        return response  # type: ignore[no-any-return]  # of _LatticeHandler.__call__


class _LatticeHandler:
    """Mangum's custom handler: between its scope and response, and ours."""

    @classmethod
    def infer(cls, event: Any, *_: Any) -> bool:
        """Every event that reaches Mangum here is ours."""
        return isinstance(event, tuple)

    def __init__(self, event: Any, context: Any, *_: Any) -> None:
        self._request: Request
        self._request, self._state = event
        self._context = context

    @property
    def body(self) -> bytes:
        """The bytes, whatever the event made of them."""
        return self._request.body

    @property
    def scope(self) -> dict[str, Any]:
        """The ASGI scope: path and query as they were sent, every value of a repeated header."""
        request = self._request
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": shown_scheme(request),
            "path": unquote(request.path),
            "raw_path": request.path.encode(errors="surrogatepass"),
            "query_string": shown_query(request).encode(),
            "root_path": "",
            "headers": [[name.encode(), latin(value)] for name, value in _distinct(shown_headers(request))],
            "client": (request.source_ip or "", 0),
            "server": shown_server(request),
            "state": dict(self._state),
            "lattice.request": request,
            "aws.event": request.raw,
            "aws.context": self._context,
        }

    def __call__(self, response: Any) -> Response:
        """Mangum's response as ours; an answer to HEAD has no body, as servers see to (RFC 9110 §9.3.2)."""
        pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in response["headers"])
        body = b"" if self._request.method == "HEAD" else response["body"]
        return Response(response["status"], headers=Headers(pairs), body=body)


def _distinct(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The headers less those that a framework which reads ``_`` as ``-`` would take for the service's.

    Django does, in ASGI too; others have uses for a name with an underscore, so that all others stay.
    """
    for name, value in headers:
        if "_" not in name or not name.replace("_", "-").startswith(_OF_THE_SERVICE):
            yield name, value
