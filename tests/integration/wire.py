"""A gateway and what stands behind it, byte by byte: raw clients, a raw HTTP target, a function that is played.

The service ``foo`` sends a request to the target that the header ``x-to`` names: ``pods`` (the default),
``v1`` or ``v2``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.local.gateway.forward import Means
from lattice_events.local.gateway.server import Gateway
from lattice_events.local.gateway.tls import RunAuthority
from lattice_events.local.output.records import InvokeResult, Record, RequestRecord, request_record
from lattice_events.network.access_log import access_log_record
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import Network
from tests.networks import forward_to, http_group, lambda_group, listener, network, rule, service, snapshot

HOST = service("foo").domain_name
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Answer = tuple[int, dict[str, list[str]], bytes]


class Wire:
    """A running gateway, and what it told and sent on."""

    def __init__(self) -> None:
        self.port = self.tls_port = 0
        self.says = OK
        self.returns: Any = {"statusCode": 200, "body": "ok"}
        self.received: list[bytes] = []
        self.events: list[dict[str, Any]] = []
        self.reports: list[RequestRecord] = []
        self.logged: list[dict[str, str | int]] = []

    def start(self, name: str, payload: bytes) -> asyncio.Future[InvokeResult]:
        ended: asyncio.Future[InvokeResult] = asyncio.get_running_loop().create_future()
        self.events.append(json.loads(payload))
        returned = self.returns if isinstance(self.returns, bytes) else json.dumps(self.returns).encode()
        ended.set_result(InvokeResult(payload=returned, invocation_id="i", duration_ms=1.0))
        return ended

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be the HTTP target: keep the request as it came, say what is to be said, hang up."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.received.append(head + await _body_after(head, reader))
            writer.write(self.says)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the gateway hung up
        finally:
            writer.close()

    def report(self, record: Record) -> None:
        if isinstance(record, Exchange):
            self.logged += [access_log_record(record)] if record.is_to_service else []
            record = request_record(record)
        assert isinstance(record, RequestRecord)
        self.reports.append(record)

    async def send(self, raw: bytes) -> bytes:
        """Everything that the gateway answers to these bytes, until it hangs up."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(raw)
        try:
            return await asyncio.wait_for(reader.read(), 30)
        finally:
            writer.close()

    async def ask(self, head: bytes, body: bytes = b"") -> Answer:
        """Send one request, ``Connection: close`` added to its head, and read the answer."""
        return parse_answer(await self.send(b"%b\r\nConnection: close\r\n\r\n%b" % (head, body)))


async def _body_after(head: bytes, reader: asyncio.StreamReader) -> bytes:
    lines = head.lower().split(b"\r\n")
    if b"transfer-encoding: chunked" in lines:
        return await reader.readuntil(b"0\r\n\r\n")
    lengths = [int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")]
    return await reader.readexactly(lengths[0]) if lengths else b""


def parse_answer(raw: bytes) -> Answer:
    """Status, headers and all bytes behind them."""
    head, end, body = raw.partition(b"\r\n\r\n")
    assert end, raw
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        headers.setdefault(name.lower(), []).append(value)
    return int(status_line.split(" ")[1]), headers, body


def target_of(request: bytes) -> bytes:
    """What stands between the method and the version."""
    return request.partition(b"\r\n")[0].partition(b" ")[2].rpartition(b" ")[0]


def headers_of(request: bytes) -> dict[str, list[str]]:
    """The headers of a request, names in lower case."""
    head = request.partition(b"\r\n\r\n")[0]
    found: dict[str, list[str]] = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(": ")
        found.setdefault(name.lower(), []).append(value)
    return found


def wire_network(pods_url: str, **service_fields: Any) -> Network:
    """The service ``foo`` with its three targets."""
    routes = [
        rule(1, {"headers": [{"name": "x-to", "exact": "v1"}]}, forward_to("v1")),
        rule(2, {"headers": [{"name": "x-to", "exact": "v2"}]}, forward_to("v2")),
    ]
    listeners = (
        listener(forward_to("pods"), *routes),
        listener(forward_to("pods"), *routes, port=80, protocol="HTTP"),
    )
    groups = (
        http_group(pods_url),
        lambda_group("v1", event_version="V1"),
        lambda_group("v2"),
    )
    return network(service("foo", **{"listeners": listeners, **service_fields}), groups=groups)


@asynccontextmanager
async def wired(
    make_network: Callable[[str], Network] = wire_network,
    *,
    tokens: Mapping[str, str] | None = None,
    shell: Mapping[str, str] | None = None,
    port: int = 0,
    assumptions: Assumptions = DEFAULTS,
) -> AsyncIterator[Wire]:
    """A gateway in front of a raw target and a played function."""
    wire = Wire()
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    net = make_network(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    gateway = Gateway(
        snapshot(net, tokens=tokens or {}, assumptions=assumptions),
        Means(invoker=wire, shell={} if shell is None else shell),
        authority=RunAuthority(),
        report=wire.report,
    )
    wire.port, wire.tls_port = await gateway.start(port=port, tls_port=0)
    try:
        yield wire
    finally:
        await gateway.close()
        server.close()
        await server.wait_closed()
