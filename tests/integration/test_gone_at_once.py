"""A client that is gone in the very moment in which its request is taken: it is told of all the same."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lattice_events.local.gateway.forward import Means
from lattice_events.local.gateway.server import Gateway
from lattice_events.local.gateway.serving import CLIENT_GONE
from lattice_events.local.gateway.tls import RunAuthority
from lattice_events.local.output.records import Record
from lattice_events.network.exchange import Exchange
from tests.networks import forward_to, http_group, listener, network, service, snapshot

REQUEST = b"GET /x HTTP/1.1\r\nHost: foo.localhost\r\n\r\n"


class _Transport(asyncio.Transport):
    """Of a connection that does nothing."""

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


@pytest.mark.parametrize("times", [1, 2])
def test_a_request_whose_client_is_gone_before_its_task_begins_is_told(times: int) -> None:
    told: list[Record] = []
    pods = listener(forward_to("pods"))
    net = network(service("foo", listeners=(pods,)), groups=(http_group("http://127.0.0.1:9"),))

    async def play() -> None:
        means = Means(invoker=_nobody(), shell={})
        gateway = Gateway(snapshot(net), means, authority=RunAuthority(), report=told.append)
        connection = gateway._server()
        connection.connection_made(_Transport({"peername": ("127.0.0.1", 1)}))
        connection.data_received(REQUEST * times)
        connection.connection_lost(None)
        for _ in range(3):  # the task is cancelled, ends, and its end is told
            await asyncio.sleep(0)
        await gateway.close()

    asyncio.run(play())

    assert [(type(each), each.reason) for each in told if isinstance(each, Exchange)] == [
        (Exchange, CLIENT_GONE)
    ]


def _nobody() -> Any:
    """Nothing is invoked."""
