"""What is sent when a request is sent again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.local.inspector.replaying import Edits, Replay, ReplayError, make_replay, read_edits
from lattice_events.network.faults import Fault
from lattice_events.network.model import Network, Principal
from tests.networks import listener, network, service
from tests.recorded import host_headers, observed, recorded
from tests.unit.network.test_authentication import NOW, SESSION_KEY, signed
from tests.unit.network.test_authorization import CALLER, OPEN, decide, net_of

HOST = service().domain_name
APP = Principal(name="app", caller=CALLER)


def replayed(seen: Any, *, net: Network | None = None, now: Network | None = None, **edits: Any) -> Replay:
    entry, _ = recorded(seen)
    known = replace(now or net or network(), principals=(APP,))
    return make_replay(
        entry,
        read_edits(edits),
        network=known,
        credentials_of={"app": SESSION_KEY}.get,
        now=NOW,
    )


def test_an_unsigned_request_is_sent_as_it_was_but_for_its_connection() -> None:
    others = (
        ("Accept", "a"),
        ("accept", "b"),
        ("Connection", "close, x-mine"),
        ("X-Mine", "1"),
        ("Expect", "100-continue"),
    )
    headers = host_headers(
        *others, ("Content-Length", "9"), ("X-Amzn-RequestId", "mine"), ("Proxy-Authorization", "x")
    )
    request = Request(method="POST", path="/a%2Fb", query_string="c=1&c=2", headers=headers)

    found = replayed(observed(request, body=b"hello", caller="app"))

    assert found == Replay(
        method="POST",
        url=f"https://{HOST}/a%2Fb?c=1&c=2",
        headers=Headers((("Accept", "a"), ("accept", "b"), ("host", HOST), ("content-length", "5"))),
        body=b"hello",
        connected="app",
    )


def test_a_signed_request_is_signed_anew_and_accepted() -> None:
    net = net_of(OPEN)
    found = replayed(observed(signed({"signed_ago": 60}), net=net, principal=APP), net=net, path="/other?x=1")
    request = Request(path="/other", query_string="x=1", headers=found.headers)

    trace = decide(net, APP, request).trace

    assert (trace.principal, trace.is_denied) == (APP, False)
    assert found.url == f"https://{HOST}/other?x=1"


def test_a_signature_in_the_query_string_goes_into_the_headers() -> None:
    net = net_of(OPEN)
    found = replayed(observed(signed({"mode": "query"}), net=net, principal=APP), net=net)

    assert found.url == f"https://{HOST}/orders/7?b=2&a=1"
    request = Request(path="/orders/7", query_string="b=2&a=1", headers=found.headers)
    assert decide(net, APP, request).trace.principal == APP


def test_a_refused_signature_is_sent_as_it_was_unless_a_caller_is_named() -> None:
    net = net_of(OPEN)
    old = observed(signed({"signed_ago": 4000}), net=net, principal=APP)

    same, mended = replayed(old, net=net), replayed(old, net=net, caller="app")

    assert old.exchange.status == 403
    assert same.headers["authorization"] == old.exchange.request.headers["authorization"]
    request = Request(path="/orders/7", query_string="b=2&a=1", headers=mended.headers)
    assert decide(net, APP, request).trace.principal == APP
    assert (same.connected, mended.connected) == (None, "app")


@pytest.mark.parametrize(
    ("faults", "is_signed_anew"),
    [
        ((Fault(id="skew", kind="clock-skew", seconds=4000),), True),
        ((Fault(id="slow", kind="latency", seconds=1),), False),
    ],
)
def test_what_only_a_fault_on_purpose_refused_is_signed_anew(
    faults: tuple[Fault, ...], is_signed_anew: bool
) -> None:
    net = net_of(OPEN)
    refused = observed(signed({"signed_ago": 4000}), net=net, principal=APP, faults=faults)

    found = replayed(refused, net=net)

    request = Request(path="/orders/7", query_string="b=2&a=1", headers=found.headers)
    assert refused.exchange.status == 403
    assert decide(net, APP, request).trace.principal == (APP if is_signed_anew else None)


def test_anonymous_takes_the_signature_and_the_connection_away() -> None:
    net = net_of(OPEN)
    found = replayed(observed(signed({}), net=net, principal=APP, caller="app"), net=net, caller="anonymous")

    assert found.headers == Headers({"host": HOST})
    assert found.connected is None


def test_edits_change_what_they_name() -> None:
    headers = host_headers(("Cookie", "sid=1"), ("Accept", "a"), ("X-Old", "1"))
    found = replayed(
        observed(Request(path="/a", headers=headers), body=b"old"),
        method="PUT",
        path="/b?",
        headers={
            "Cookie": "…",
            "X-Old": None,
            "x-new": ["1", "2"],
            "Host": "elsewhere",
            "Content-Length": "7",
            "Transfer-Encoding": "chunked",
        },
        body="né",
    )

    assert (found.method, found.url, found.body) == ("PUT", f"https://{HOST}/b?", "né".encode())
    assert found.headers == Headers(
        (
            ("Cookie", "sid=1"),
            ("Accept", "a"),
            ("x-new", "1"),
            ("x-new", "2"),
            ("host", HOST),
            ("content-length", "3"),
        )
    )


def test_a_body_may_be_bytes_or_taken_away() -> None:
    assert replayed(observed(body=b"old"), body_base64="/w==").body == b"\xff"
    assert replayed(observed(body=b"old"), body="").body is None


def test_the_port_of_an_unusual_listener_is_kept() -> None:
    net = network(service(listeners=(listener(port=8080, protocol="HTTP"),)))
    seen = observed(net=net)
    assert seen.exchange.status == 404  # the data plane was asked for port 443

    there = seen.exchange.decision
    assert there is not None
    trace = there.trace._replace(listener=net.services[0].listeners[0])
    seen = seen._replace(exchange=seen.exchange._replace(decision=there._replace(trace=trace)))

    found = replayed(seen, net=net)

    assert (found.url, found.headers["host"]) == (f"http://{HOST}:8080/", f"{HOST}:8080")


def test_a_function_that_is_gone_is_named() -> None:
    assert replayed(observed(), now=replace(network(), functions=())).missing == ("function hello",)


@pytest.mark.parametrize(
    ("given", "missing", "says"),
    [
        ({"now": network(service("bar"))}, "service foo", "The service foo is not in the network"),
        ({"caller": "nobody"}, "caller nobody", "There is no caller nobody: the network has app."),
    ],
)
def test_what_is_gone_is_said(given: dict[str, Any], missing: str, says: str) -> None:
    with pytest.raises(ReplayError, match=says) as raised:
        replayed(observed(), **given)

    assert (raised.value.status, raised.value.missing) == (409, missing)


def test_a_host_that_never_was_a_service_s() -> None:
    with pytest.raises(ReplayError, match=r"The host example.com is not in the network"):
        replayed(observed(Request(headers=Headers({"host": "example.com"}))))


def test_a_body_that_was_not_kept_must_be_given() -> None:
    with pytest.raises(ReplayError, match="The body was not kept"):
        replayed(observed(body=None))

    assert replayed(observed(body=None), body="").body is None


def test_what_was_not_decided_cannot_be_sent() -> None:
    seen = observed()

    with pytest.raises(ReplayError, match="Only requests that a service network decides"):
        replayed(seen._replace(exchange=seen.exchange._replace(decision=None)))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "must be a JSON object"),
        ({"url": "x"}, "There is no edit 'url'"),
        ({"method": "GET /"}, "method is a method such as POST"),
        ({"method": "CONNECT"}, "method is a method such as POST"),
        ({"method": 1}, "method is a method such as POST"),
        ({"path": "http://example.com/"}, "path is a path with its query string"),
        ({"path": "/a b"}, "path is a path with its query string"),
        ({"path": "/a#b"}, "path is a path with its query string"),
        ({"path": "/a\r\nx: y"}, "path is a path with its query string"),
        ({"headers": ["a"]}, "headers is an object"),
        ({"headers": {"a": 1}}, "the header 'a' is a name with a text"),
        ({"headers": {"a b": "1"}}, "the header 'a b' is a name with a text"),
        ({"headers": {"a": "1\r\nb: 2"}}, "the header 'a' is a name with a text"),
        ({"headers": {"a": "\ud800"}}, "the header 'a' is a name with a text"),
        ({"body": 1}, "body is a text"),
        ({"body": "\ud800"}, "body is a text"),
        ({"body_base64": "x"}, "body_base64 is base64"),
        ({"body_base64": 1}, "body_base64 is base64"),
        ({"caller": ""}, "caller is the name of a caller"),
    ],
)
def test_edits_that_are_none_are_refused(document: Any, says: str) -> None:
    with pytest.raises(ReplayError, match=says) as raised:
        read_edits(document)

    assert raised.value.status == 400


def test_no_edits_are_none() -> None:
    assert read_edits({"path": None, "headers": None}) == Edits()
