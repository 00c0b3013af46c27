"""Where a request wants to go."""

from __future__ import annotations

import pytest

from lattice_events import Headers
from lattice_events.local.gateway.arrival import read_arrival
from lattice_events.local.gateway.hosts import Hosts
from lattice_events.local.http.connection import ConnectionFacts
from tests.networks import listener, network, service

NETWORK = network(
    service("foo", listeners=(listener(port=80, protocol="HTTP"), listener(), listener(port=8443)))
)
HOST = service("foo").domain_name


@pytest.mark.parametrize(
    ("facts", "target", "host", "port", "seen_host"),
    [
        pytest.param(ConnectionFacts(), "/a", HOST, 443, HOST, id="by Host: the HTTPS listener"),
        pytest.param(
            ConnectionFacts(), "/a", f"{HOST}:8480", 443, f"{HOST}:8480", id="our own port counts for nothing"
        ),
        pytest.param(ConnectionFacts(), "/a", f"{HOST}:80", 80, f"{HOST}:80", id="a listener's port counts"),
        pytest.param(
            ConnectionFacts(), "/a", "foo.localhost:8480", 443, HOST, id="localhost stands for the name"
        ),
        pytest.param(ConnectionFacts(), f"http://{HOST}/a", "other", 80, HOST, id="a URL wins over Host"),
        pytest.param(
            ConnectionFacts(), f"http://{HOST}:8443/a", "other", 8443, f"{HOST}:8443", id="a URL's port"
        ),
        pytest.param(
            ConnectionFacts(), "http://foo.localhost:8480/a", "x", 443, HOST, id="a URL with a port of ours"
        ),
        pytest.param(ConnectionFacts(), "http://foo.localhost/a", "x", 80, HOST, id="localhost, no port"),
        pytest.param(ConnectionFacts(), "http://foo.localhost:8443/a", "x", 8443, HOST, id="a listener's"),
        pytest.param(ConnectionFacts(), f"https://{HOST}/a", "other", 443, HOST, id="an https URL"),
        pytest.param(
            ConnectionFacts(scheme="https", port=8443), "/a", HOST, 8443, HOST, id="a tunnel's port"
        ),
        pytest.param(ConnectionFacts(), "/a", "nobody", 443, "nobody", id="nobody's host"),
    ],
)
def test_forms_of_a_request(
    facts: ConnectionFacts, target: str, host: str, port: int, seen_host: str
) -> None:
    arrival = read_arrival(Hosts(NETWORK), facts, "GET", target, Headers({"Host": host}))

    assert (arrival.port, arrival.request.headers["host"]) == (port, seen_host)
    assert arrival.request.path == "/a"


@pytest.mark.parametrize(
    ("target", "path", "query_string"),
    [
        ("/a%20b?c=%2F&d", "/a%20b", "c=%2F&d"),
        (f"http://{HOST}", "/", ""),
        (f"http://{HOST}?q=1", "/", "q=1"),
        (f"http://user@{HOST}/x", "/x", ""),
        ("*", "*", ""),
    ],
)
def test_path_and_query_stay_as_they_were_sent(target: str, path: str, query_string: str) -> None:
    request = read_arrival(Hosts(NETWORK), ConnectionFacts(), "GET", target, Headers({"Host": HOST})).request

    assert (request.path, request.query_string) == (path, query_string)
