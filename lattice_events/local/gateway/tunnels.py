"""CONNECT: a tunnel to a service ends here, one to anywhere else needs a token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lattice_events.local.gateway.forward import Means
from lattice_events.local.gateway.snapshot import Snapshot
from lattice_events.local.gateway.tls import RunAuthority
from lattice_events.local.http.connection import Buffering, ConnectionFacts, FirstBytes
from lattice_events.local.http.server import HttpServer
from lattice_events.local.output.records import Report, RequestRecord
from lattice_events.local.outside.access import (
    CONNECT_LIMIT_SECONDS,
    NO_TOKEN,
    Refusal,
    caller_of,
    find_way,
)
from lattice_events.local.outside.tunnel import (
    Asked,
    answer_connect,
    open_streams,
    read_connect,
    run_tunnel,
)
from lattice_events.network.model import Service


class Tunnels:
    """The tunnels of a gateway. The port's first bytes tell them from other requests."""

    def __init__(
        self,
        server: HttpServer,
        *,
        snapshot: Callable[[], Snapshot],
        authority: RunAuthority,
        means: Means,
        report: Report,
    ) -> None:
        """Prepare.

        Args:
            server: Serves what is not CONNECT, and what comes through tunnels to services.
            snapshot: What to decide by, at the moment.
            authority: Makes certificates.
            means: What servers outside are reached by.
            report: Told of what is refused.
        """
        self._server = server
        self._snapshot = snapshot
        self._authority = authority
        self._means = means
        self._report = report
        self._tasks: set[asyncio.Task[None]] = set()

    def first_bytes(self) -> FirstBytes:
        """The protocol of a new connection."""
        return FirstBytes(http=self._server, on_connect=self._on_connect, tasks=self._tasks)

    async def close(self) -> None:
        """Close all of them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _on_connect(self, connection: FirstBytes, head: bytes) -> None:
        """Answer CONNECT; whatever fails, there is an answer."""
        asked = read_connect(head)
        if asked is None:
            answer_connect(connection, 400, "CONNECT needs HOST:PORT.")
            return
        snapshot = self._snapshot()
        caller = caller_of(asked.proxy_authorization, snapshot.tokens)
        try:
            service = snapshot.hosts.find(asked.host)
            if service is not None:
                refusal = await self._end_here(connection, asked, service, caller)
            else:
                refusal = NO_TOKEN if caller is None else await self._lead_out(connection, asked)
        except OSError:  # the client hung up, or does not trust our certificate
            connection.close()
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it, the client least
            refusal = Refusal(status=500, text=f"an error of lattice dev itself: {type(error).__name__}")
            self._refuse(connection, asked, caller, refusal)
        else:
            if refusal is not None:
                self._refuse(connection, asked, caller, refusal)

    async def _end_here(
        self, connection: FirstBytes, asked: Asked, service: Service, caller: str | None
    ) -> Refusal | None:
        """End a tunnel to a service: speak TLS with its certificate, then HTTP."""
        transport = connection.transport
        assert transport is not None
        if transport.is_closing():
            return None
        if any(each.port == asked.port and each.protocol == "HTTP" for each in service.listeners):
            connection.accept()
            facts = ConnectionFacts(scheme="http", port=asked.port, caller=caller)
            connection.hand_over(transport, self._server(facts))
            return None
        if connection.buffer:
            return Refusal(status=400, text="CONNECT is followed by bytes before it was answered.")
        context = self._authority.context_for(asked.host)
        connection.accept()
        secured = Buffering()
        upgraded = await asyncio.get_running_loop().start_tls(transport, secured, context, server_side=True)
        assert upgraded is not None
        facts = ConnectionFacts(scheme="https", port=asked.port, caller=caller)
        secured.hand_over(upgraded, self._server(facts))
        return None

    async def _lead_out(self, connection: FirstBytes, asked: Asked) -> Refusal | None:
        """Open a tunnel to a server outside the network."""
        host, port, means = asked.host, asked.port, self._means
        try:
            async with asyncio.timeout(CONNECT_LIMIT_SECONDS):
                way = await find_way("https", host, port, shell=means.shell, own_ports=means.own_ports)
                if isinstance(way, Refusal):
                    return way
                reader, writer = await open_streams(way.connect)
        except OSError as error:  # TimeoutError is one
            text = f"{host}:{port} does not take the connection: {str(error) or 'no answer'}"
            return Refusal(status=502, text=text)
        connection.accept()
        await run_tunnel(connection, reader, writer)
        return None

    def _refuse(self, connection: FirstBytes, asked: Asked, caller: str | None, refusal: Refusal) -> None:
        """Refuse a tunnel, and report it."""
        answer_connect(connection, refusal.status, refusal.text)
        self._report(
            RequestRecord(
                method="CONNECT",
                host=f"{asked.host}:{asked.port}",
                path="",
                status=refusal.status,
                duration_ms=0.0,
                request_id="-",
                caller=caller,
                reason=refusal.text,
            )
        )
