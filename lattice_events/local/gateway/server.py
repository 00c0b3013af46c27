"""The gateway: the sockets at which clients reach the services of the local network.

It is an HTTP proxy, so that clients use the services' real URLs, and it answers direct requests
by their Host. Nothing but requests to services needs no token (see `outside` for the rest), and pages of
other sites need one even for those.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from aiohttp import web, web_protocol

from lattice_events.errors import TargetError
from lattice_events.headers import end_to_end
from lattice_events.local.gateway import malformed, relay
from lattice_events.local.gateway.arrival import Arrival, find_service, host_of, read_arrival
from lattice_events.local.gateway.exchange import Start, exchange_of, request_record
from lattice_events.local.gateway.forward import (
    CLIENT_GONE,
    Answer,
    Invoker,
    connections_to_targets,
    forward,
    reply,
)
from lattice_events.local.gateway.pages import refuse_page
from lattice_events.local.gateway.snapshot import Snapshot
from lattice_events.local.gateway.tls import RunAuthority
from lattice_events.local.http import client as http1
from lattice_events.local.http import connection
from lattice_events.local.http.answer import headers_of
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.http.connection import Buffering, ConnectionFacts, FirstBytes
from lattice_events.local.output.access_log import AccessLog
from lattice_events.local.output.records import Report, RequestRecord
from lattice_events.local.outside import access as outside
from lattice_events.local.outside.tunnel import answer_connect, open_streams, read_connect, run_tunnel
from lattice_events.local.sockets import listen, port_of
from lattice_events.local.stopwatch import Clock, Stopwatch
from lattice_events.network.access_log import access_log_record
from lattice_events.network.dataplane import hide_userinfo, plan, travelling
from lattice_events.network.decision import Decision, Forward, Source
from lattice_events.network.delivery import REQUEST_ID_HEADER
from lattice_events.response import Response

# Far above VPC Lattice's 60 K, so that the data plane, which reads the whole block first, says what is
# too large. The parser hangs up in the middle of it, and the client may not see why.
_HANDLER_OPTIONS: Mapping[str, Any] = {
    "access_log": None,
    "keepalive_timeout": 60,
    "auto_decompress": False,  # an encoded body is the target's to decode
    "max_line_size": 1024 * 1024,
    "max_field_size": 1024 * 1024,
    "max_headers": 512,
}


class Gateway:
    """The gateway of a run."""

    def __init__(
        self,
        snapshot: Snapshot,
        invoker: Invoker,
        *,
        authority: RunAuthority,
        shell: Mapping[str, str],
        report: Report,
        log: AccessLog | None = None,
        clock: Clock = time.perf_counter,
    ) -> None:
        """Prepare; `start` opens the ports.

        Args:
            snapshot: What to decide by, until `apply` gives another.
            invoker: Invokes functions.
            authority: Makes certificates.
            shell: The user's environment, for the proxy that it may name.
            report: Told of every request.
            log: Told of every request to a service, if there is an access log.
            clock: For durations.
        """
        self._snapshot = snapshot
        self._invoker = invoker
        self._authority = authority
        self._shell = shell
        self._report = report
        self._log = log
        self._clock = clock
        self._facts: WeakKeyDictionary[asyncio.BaseTransport, ConnectionFacts] = WeakKeyDictionary()
        self._turn: Counter[str] = Counter()
        self._tunnels: set[asyncio.Task[None]] = set()
        self._listeners: list[asyncio.Server] = []
        self._server = _Server(self)
        self.own_ports: set[int] = set()
        self._targets = connections_to_targets(self.own_ports)

    def apply(self, snapshot: Snapshot) -> None:
        """Decide by another snapshot from the next request on; those that are being served end by theirs."""
        self._snapshot = snapshot

    async def start(self, *, port: int, tls_port: int) -> tuple[int, int]:
        """Open both ports, and tell which they are.

        Raises:
            ConfigurationError: A port is taken.
        """
        plain = await listen(self._first_bytes, port, option="--port")
        self._listeners.append(plain)
        context = self._authority.context_by_name(self._has_host)
        secure = await listen(self._server, tls_port, option="--tls-port", tls=context)
        self._listeners.append(secure)
        ports = port_of(plain), port_of(secure)
        self.own_ports.update(ports)
        return ports

    def _has_host(self, name: str) -> bool:
        """Whether a host name is one of the network of the moment."""
        return self._snapshot.has_host(name)

    async def close(self) -> None:
        """Close the ports, tunnels and connections; requests in flight have two seconds."""
        for listener in self._listeners:
            listener.close()
        for task in self._tunnels:
            task.cancel()
        await asyncio.gather(*self._tunnels, return_exceptions=True)
        await self._server.shutdown(2)
        self._targets.close()

    def _first_bytes(self) -> FirstBytes:
        return FirstBytes(http=self._server, on_connect=self._on_connect, tasks=self._tunnels)

    # ── requests ──────────────────────────────────────────────────────────────────────────────

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request, whatever form it came in."""
        assert isinstance(request, malformed.Request)
        problem = request.find_problem()
        if problem is not None:
            return self.refuse_broken(request, problem)
        start = Start(Stopwatch(self._clock), time.time_ns() // 1000, request.transport)
        snapshot = self._snapshot
        facts = self._facts_of(request)
        headers = headers_of(request.raw_headers)
        caller = facts.caller or outside.caller_of(headers.get("proxy-authorization"), snapshot.tokens)
        arrival = read_arrival(snapshot.network, facts, request.method, request.raw_path, headers)
        decision = None
        if arrival.is_absolute and arrival.service is None:
            answer = await self._leave(arrival, request, caller)
        elif caller is None and (refused := refuse_page(snapshot.network, headers)):
            answer = await self._refuse(request, outside.Refusal(status=403, text=refused))
        else:
            decision = self._plan(snapshot, arrival, request, caller, start.time_us)
            try:
                answer = await self._carry_out(snapshot, decision, request, start.watch)
            except (asyncio.CancelledError, ConnectionError):
                if request.transport is None:  # else it is the run that ends
                    self._tell(request, start, arrival, decision, _hung_up(), caller)
                raise
        self._tell(request, start, arrival, decision, answer, caller)
        return answer.response

    def _tell(
        self,
        request: web.BaseRequest,
        start: Start,
        arrival: Arrival,
        decision: Decision | None,
        answer: Answer,
        caller: str | None,
    ) -> None:
        """Report a request that has ended, and log it if it was one to a service."""
        durations = start.watch.read()
        self._report(request_record(arrival, decision, answer, caller, durations.total_ms))
        if self._log and decision and decision.trace.service:
            self._log(access_log_record(exchange_of(request, start, arrival, decision, answer, durations)))

    def _facts_of(self, request: web.BaseRequest) -> ConnectionFacts:
        """What is known of the request's connection."""
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the client is gone")
        if transport not in self._facts:
            is_tls = transport.get_extra_info("ssl_object") is not None
            self._facts[transport] = ConnectionFacts(scheme="https" if is_tls else "http")
        return self._facts[transport]

    def _plan(
        self,
        snapshot: Snapshot,
        arrival: Arrival,
        request: web.BaseRequest,
        caller: str | None,
        now_us: int,
    ) -> Decision:
        """Ask the data plane, with the clock, the dice and the counters that it lacks."""
        decision = plan(
            snapshot.network,
            arrival.request,
            source=Source(
                address=request.remote or "127.0.0.1",
                port=arrival.port,
                vpc_arn=snapshot.vpc_arn,
                principal=snapshot.network.principal_by_name.get(caller or ""),
            ),
            credentials=snapshot.credentials,
            fresh_request_id=str(uuid.uuid4()),
            now_us=now_us,
            roll=random.random(),  # noqa: S311 - it spreads load, it guards nothing
            turn=self._turn,
            health=snapshot.health,
            assumptions=snapshot.assumptions,
        )
        if isinstance(decision, Forward):
            self._turn[decision.target_group.arn] += 1
        return decision

    async def _carry_out(
        self, snapshot: Snapshot, decision: Decision, request: web.BaseRequest, watch: Stopwatch
    ) -> Answer:
        """Forward, or reply."""
        if isinstance(decision, Forward):
            return await forward(
                decision,
                request,
                invoker=self._invoker,
                targets=self._targets,
                watch=watch,
                assumptions=snapshot.assumptions,
            )
        return Answer(response=await reply(request, decision.response), reason=decision.reason)

    async def _leave(self, arrival: Arrival, request: web.BaseRequest, caller: str | None) -> Answer:
        """Pass an absolute-form request on to a server outside the network."""
        host, port = host_of(arrival.request.headers)
        port = port or 80
        if caller is None:
            return await self._refuse(request, outside.NO_TOKEN)
        if arrival.scheme != "http":
            return await self._refuse(
                request, outside.Refusal(status=400, text="Use CONNECT for https URLs.")
            )
        way = await outside.find_way("http", host, port, shell=self._shell, own_ports=self.own_ports)
        if isinstance(way, outside.Refusal):
            return await self._refuse(request, way)
        sent = arrival.request
        headers, target = travelling(sent.headers), sent.target
        if way.proxy_headers is not None:
            headers = headers.with_items(way.proxy_headers)
            target = f"http://{headers['host']}{target}"
        try:
            outgoing = Outgoing(sent.method, target, headers, relay.body_of(request))
            answer = await http1.send(way.connect, outgoing)
        except TargetError as error:
            return await self._refuse(request, outside.Refusal(status=502, text=f"{host}: {error}"))
        async with answer:
            written, failure = await relay.pass_on(request, answer, end_to_end(answer.headers))
            return Answer(response=written, failure=failure)

    async def _refuse(self, request: web.BaseRequest, refusal: outside.Refusal) -> Answer:
        """Say why a request does not leave."""
        headers = [("content-type", "text/plain; charset=utf-8")]
        if refusal.status == 407:
            headers.append(("proxy-authenticate", 'Basic realm="lattice dev"'))
        response = Response(refusal.status, headers=headers, body=refusal.text)
        return Answer(response=await reply(request, response), reason=refusal.text)

    def refuse_broken(self, request: web.BaseRequest, broken: malformed.Broken) -> web.Response:
        """Answer what is no HTTP, or a failure of ours: a plain text without details."""
        request_id = str(uuid.uuid4())
        self._report(
            RequestRecord(
                method=request.method,
                host=hide_userinfo(request.headers.get("Host", "-")),
                path=malformed.shown_path(request.raw_path),
                status=broken.status,
                duration_ms=0.0,
                request_id=request_id,
                reason=broken.reason,
            )
        )
        headers = {REQUEST_ID_HEADER: request_id}
        response = relay.PlainText(status=broken.status, text=broken.text, headers=headers)
        response.force_close()
        return response

    # ── tunnels ───────────────────────────────────────────────────────────────────────────────

    async def _on_connect(self, connection: FirstBytes, head: bytes) -> None:
        """Answer CONNECT: services end here, everything else needs a token. Whatever fails, there is an answer."""
        asked = read_connect(head)
        if asked is None:
            answer_connect(connection, 400, "CONNECT needs HOST:PORT.")
            return
        caller = outside.caller_of(asked.proxy_authorization, self._snapshot.tokens)
        try:
            if find_service(self._snapshot.network, asked.host) is not None:
                await self._tunnel_inside(connection, asked.host, asked.port, caller)
            else:
                await self._tunnel_outside(connection, asked.host, asked.port, caller)
        except OSError:  # the client hung up, or does not trust our certificate
            connection.close()
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it, the client least
            text = f"an error of lattice dev itself: {type(error).__name__}"
            self._end_tunnel(
                connection, asked.host, asked.port, outside.Refusal(status=500, text=text), caller
            )

    async def _tunnel_inside(self, connection: FirstBytes, host: str, port: int, caller: str | None) -> None:
        """End a tunnel to a service: speak TLS with its certificate, then HTTP."""
        transport = connection.transport
        assert transport is not None
        if transport.is_closing():
            return
        service = find_service(self._snapshot.network, host)
        listeners = service.listeners if service else ()
        is_plain = any(each.port == port and each.protocol == "HTTP" for each in listeners)
        if is_plain:
            connection.accept()
            self._facts[transport] = ConnectionFacts(scheme="http", port=port, caller=caller)
            connection.hand_over(transport, self._server())
            return
        if connection.buffer:
            text = "CONNECT is followed by bytes before it was answered."
            self._end_tunnel(connection, host, port, outside.Refusal(status=400, text=text), caller)
            return
        context = self._authority.context_for(host)
        connection.accept()
        secured = Buffering()
        upgraded = await asyncio.get_running_loop().start_tls(transport, secured, context, server_side=True)
        assert upgraded is not None
        self._facts[upgraded] = ConnectionFacts(scheme="https", port=port, caller=caller)
        secured.hand_over(upgraded, self._server())

    async def _tunnel_outside(self, connection: FirstBytes, host: str, port: int, caller: str | None) -> None:
        """Open a tunnel to a server outside the network."""
        if caller is None:
            self._end_tunnel(connection, host, port, outside.NO_TOKEN, caller)
            return
        try:
            async with asyncio.timeout(outside.CONNECT_LIMIT_SECONDS):
                way = await outside.find_way("https", host, port, shell=self._shell, own_ports=self.own_ports)
                if isinstance(way, outside.Refusal):
                    self._end_tunnel(connection, host, port, way, caller)
                    return
                reader, writer = await open_streams(way.connect)
        except OSError as error:  # TimeoutError is one
            text = f"{host}:{port} does not take the connection: {str(error) or 'no answer'}"
            self._end_tunnel(connection, host, port, outside.Refusal(status=502, text=text), caller)
            return
        connection.accept()
        await run_tunnel(connection, reader, writer)

    def _end_tunnel(
        self, connection: FirstBytes, host: str, port: int, refusal: outside.Refusal, caller: str | None
    ) -> None:
        """Refuse a tunnel, and report it."""
        answer_connect(connection, refusal.status, refusal.text)
        self._report(
            RequestRecord(
                method="CONNECT",
                host=f"{host}:{port}",
                path="",
                status=refusal.status,
                duration_ms=0.0,
                request_id="-",
                caller=caller,
                reason=refusal.text,
            )
        )


class _Handler(web_protocol.RequestHandler):
    """aiohttp's request handler, with answers of ours for what cannot be handled."""

    __slots__ = ("_gateway", "_head_limit")

    def __init__(self, server: _Server, gateway: Gateway, **options: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._gateway = gateway
        self._head_limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self._limit_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _limit_head(self) -> None:
        if self._head_limit is None and self.transport is not None:
            self._head_limit = asyncio.get_running_loop().call_later(
                connection.HEAD_LIMIT_SECONDS, self.transport.close
            )

    def _stop_waiting(self) -> None:
        if self._head_limit is not None:
            self._head_limit.cancel()
            self._head_limit = None

    def data_received(self, data: bytes) -> None:
        """Tell the request that is being handled if its own body is what is broken; it would wait for ever."""
        super().data_received(data)
        current = self._current_request
        if current is None and not self._messages:
            self._limit_head()
        else:
            self._stop_waiting()
        error = getattr(self._messages[-1][0], "exc", None) if self._messages else None
        if error is not None and current is not None and not current.content.is_eof():
            current.content.set_exception(error)
            current.content.feed_eof()  # nothing more is waited for

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it may tell what the parser saw
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionResetError("the response has begun; the connection is all that can be ended")
        return self._gateway.refuse_broken(request, malformed.broken_by(exc, status))


class _Server(web.Server):
    """Makes the protocol of each HTTP connection."""

    def __init__(self, gateway: Gateway) -> None:
        make_request = partial(malformed.Request, loop=asyncio.get_running_loop())
        super().__init__(gateway.handle, request_factory=make_request, handler_cancellation=True)
        self._gateway = gateway

    def __call__(self) -> _Handler:
        return _Handler(self, self._gateway, **_HANDLER_OPTIONS)


def _hung_up() -> Answer:
    """What there is to tell of a request whose client did not wait: nothing was sent."""
    return Answer(response=relay.PlainResponse(status=400), reason=CLIENT_GONE, failure="client_closed")
