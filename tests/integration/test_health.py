"""Health checks against real servers: who gets traffic, and what is said when that changes."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.local.output.records import LogRecord, Record
from lattice_events.local.targets.health import HealthChecks
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Forward, Source
from lattice_events.network.model import HealthCheck, HttpTarget, Network
from tests.networks import http_group, network, service

CHECK = HealthCheck(
    path="/ok", interval_seconds=0.01, timeout_seconds=5, healthy_threshold=2, unhealthy_threshold=2
)


class Pod(ThreadingHTTPServer):
    """A server whose health can be changed."""

    status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Pod)
        self.send_response(self.server.status if self.path == "/ok" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def pod(status: int = 200) -> Iterator[Pod]:
    with Pod(("127.0.0.1", 0), _Answer) as server:
        server.status = status
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Reports:
    """What the checks report, to wait for."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str] = asyncio.Queue()

    def __call__(self, record: Record) -> None:
        assert isinstance(record, LogRecord)
        self._lines.put_nowait(record.text)

    async def next(self) -> str:
        return await asyncio.wait_for(self._lines.get(), 120)


@asynccontextmanager
async def checked(net: Network) -> AsyncIterator[tuple[HealthChecks, Reports]]:
    reports = Reports()
    checks = HealthChecks(report=reports)
    await checks.apply(net)
    try:
        yield checks, reports
    finally:
        await checks.close()


def pods_network(*urls: str) -> Network:
    group = replace(http_group(*urls, name="functions"), health_check=CHECK)
    return network(
        groups=(group, replace(http_group("http://127.0.0.1:9", name="unused"), health_check=CHECK))
    )


def traffic(net: Network, checks: HealthChecks, count: int = 20) -> Counter[str]:
    """Where requests would go."""
    chosen: Counter[str] = Counter()
    for turn in range(count):
        decision = plan(
            net,
            Request(headers=Headers({"host": service().domain_name})),
            source=Source(address="10.0.0.7", port=443),
            credentials={},
            fresh_request_id="fresh",
            now_us=0,
            roll=0.0,
            turn={net.target_groups[0].arn: turn},
            health=checks.health,
            assumptions=DEFAULTS,
        )
        assert isinstance(decision, Forward)
        assert isinstance(decision.target, HttpTarget)
        chosen[decision.target.url] += 1
    return chosen


async def until_healthy(checks: HealthChecks, count: int) -> None:
    """A first pass is nothing to report, so there is no event to wait for."""
    async with asyncio.timeout(120):
        while sum(each.status == "HEALTHY" for each in checks.health.values()) < count:  # noqa: ASYNC110
            await asyncio.sleep(CHECK.interval_seconds)


def test_an_unhealthy_pod_gets_no_traffic_until_it_is_healthy_again() -> None:
    async def run(good: Pod, bad: Pod) -> None:
        net = pods_network(good.url, bad.url)
        async with checked(net) as (checks, reports):
            await until_healthy(checks, 2)
            assert traffic(net, checks) == {good.url: 10, bad.url: 10}

            bad.status = 503
            assert await reports.next() == (
                f"functions: {bad.url} is UNHEALTHY: GET /ok was answered with 503"
            )
            assert traffic(net, checks) == {good.url: 20}

            bad.status = 200
            assert await reports.next() == f"functions: {bad.url} is HEALTHY"
            assert traffic(net, checks) == {good.url: 10, bad.url: 10}

    with pod() as good, pod() as bad:
        asyncio.run(run(good, bad))


def test_where_none_is_healthy_all_get_traffic() -> None:
    async def run(one: Pod, gone_url: str) -> None:
        net = pods_network(one.url, gone_url)
        async with checked(net) as (checks, reports):
            said = {await reports.next() for _ in range(2)}
            assert said == {
                f"functions: {one.url} is UNHEALTHY: GET /ok was answered with 500",
                f"functions: {gone_url} is UNHEALTHY: GET /ok failed (no connection: nothing listens there)",
            }
            assert traffic(net, checks) == {one.url: 10, gone_url: 10}

    with pod() as gone:
        gone_url = gone.url
    with pod(500) as one:
        asyncio.run(run(one, gone_url))


def test_a_pod_that_does_not_answer_in_time_is_unhealthy() -> None:
    async def run(url: str) -> None:
        net = pods_network(url)
        group = replace(net.target_groups[0], health_check=replace(CHECK, timeout_seconds=0.05))
        async with checked(replace(net, target_groups=(group,))) as (_, reports):
            assert (
                await reports.next() == f"functions: {url} is UNHEALTHY: no answer to GET /ok within 0.05 s"
            )

    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, and nobody accepts
        asyncio.run(run(f"http://127.0.0.1:{silent.getsockname()[1]}"))


def test_a_group_that_nobody_forwards_to_is_not_checked() -> None:
    async def run(one: Pod) -> None:
        async with checked(pods_network(one.url)) as (checks, _):
            await until_healthy(checks, 1)
            assert {arn for arn, _ in checks.health} == {http_group(name="functions").arn}

    with pod() as one:
        asyncio.run(run(one))
