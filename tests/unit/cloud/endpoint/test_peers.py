"""Only the user of a cloud, and root, may deploy to it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import pytest

from lattice_events.cloud.endpoint import peers
from lattice_events.cloud.endpoint.peers import is_other_users, owner_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def port_of(end: socket.socket) -> int:
    return int(end.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_a_connection_of_one_s_own_is_known(server: socket.socket, host: str) -> None:
    with socket.create_connection((host, port_of(server))) as client:
        owner = owner_of(port_of(client), to=port_of(server))

        assert owner == (os.getuid(), os.fstat(client.fileno()).st_ino)
        assert not is_other_users(port_of(client), to=port_of(server))


def test_another_user_s_is_not(server: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "_ROOT", -1)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000)
    with socket.create_connection(("127.0.0.1", port_of(server))) as client:
        assert is_other_users(port_of(client), to=port_of(server))


def test_one_that_was_closed_before_anybody_looked_is_nobody_s(server: socket.socket) -> None:
    with socket.create_connection(("127.0.0.1", port_of(server))) as client:
        port = port_of(client)

    assert is_other_users(port, to=port_of(server))


def test_where_the_system_does_not_tell_everybody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "_tells", lambda: False)

    assert not is_other_users(1, to=2)
