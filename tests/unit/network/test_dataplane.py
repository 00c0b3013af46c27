"""What VPC Lattice does with a request."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import Headers, Request, Response
from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.network.dataplane import fail, pass_back, plan, split_host
from lattice_events.network.decision import Decision, Forward, Reply, Source
from lattice_events.network.model import FixedResponseAction, HttpTarget
from tests.networks import (
    NETWORK_ARN,
    forward_to,
    group_arn,
    http_group,
    lambda_group,
    listener,
    network,
    rule,
    service,
)

HOST = service().domain_name
NOW_US = 1690497599177430
VPC = "arn:aws:ec2:us-west-2:123456789012:vpc/vpc-1"


def decide(
    net: Any = None,
    *headers: tuple[str, str],
    request: Request | None = None,
    port: int = 443,
    **options: Any,
) -> Decision:
    """Plan a request to the service foo."""
    request = request or Request(headers=Headers((("Host", HOST), *headers)))
    arguments: dict[str, Any] = {
        "source": Source(address="10.0.0.7", port=port, vpc_arn=VPC),
        "credentials": {},
        "health": {},
        "fresh_request_id": "fresh",
        "now_us": NOW_US,
        "roll": 0.0,
        "turn": {},
        "assumptions": DEFAULTS,
    }
    return plan(net or network(), request, **{**arguments, **options})


def forwarded(decision: Decision) -> Forward:
    assert isinstance(decision, Forward)
    return decision


def replied(decision: Decision) -> Reply:
    assert isinstance(decision, Reply)
    return decision


def test_a_function_gets_the_request_with_all_that_the_service_adds() -> None:
    decision = forwarded(decide())

    assert decision.request == Request(
        headers=Headers(
            {
                "host": HOST,
                "x-forwarded-for": "10.0.0.7",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
                "x-amzn-requestid": "fresh",
            }
        ),
        identity=decision.request.identity,
        service_arn=service().arn,
        service_network_arn=NETWORK_ARN,
        target_group_arn=group_arn("functions"),
        region="us-west-2",
        time_epoch_us=NOW_US,
        request_id="fresh",
        event_version="V2",
    )
    assert decision.request.identity.source_vpc_arn == VPC


def test_an_http_target_is_told_in_headers() -> None:
    net = network(groups=(http_group("http://127.0.0.1:1", name="functions"),))

    headers = forwarded(decide(net)).request.headers

    assert headers["x-amzn-lattice-network"] == f"SourceVpcArn={VPC}"
    assert headers["x-amzn-lattice-target"] == (
        f"ServiceArn={service().arn}; ServiceNetworkArn={NETWORK_ARN}; TargetGroupArn={group_arn('functions')}"
    )


def test_a_service_on_no_network_has_no_network_arn() -> None:
    net = network(service(service_network_arns=()), groups=(http_group("http://h", name="functions"),))

    assert "ServiceNetworkArn" not in forwarded(decide(net)).request.headers["x-amzn-lattice-target"]


def test_headers_that_only_the_service_may_set_are_stripped() -> None:
    spoofed = [
        (f"X-Amzn-Lattice-{name}", "Principal=me")
        for name in ("Identity", "Network", "Target", "Identity-Tags")
    ]

    headers = forwarded(decide(None, *spoofed, ("Connection", "X-Hop"), ("X-Hop", "1"))).request.headers

    assert not [
        name for name in headers if name.startswith("x-amzn-lattice") or name in ("connection", "x-hop")
    ]


@pytest.mark.parametrize(("mode", "value"), [("append", "1.2.3.4,10.0.0.7"), ("replace", "10.0.0.7")])
def test_a_client_s_forwarded_for_is_kept_as_the_switch_says(mode: Any, value: str) -> None:
    decision = decide(None, ("X-Forwarded-For", "1.2.3.4"), assumptions=Assumptions(forwarded_for=mode))

    assert forwarded(decision).request.headers.get_all("x-forwarded-for") == [value]


def test_the_client_may_choose_the_request_id_up_to_512_bytes() -> None:
    assert forwarded(decide(None, ("x-amzn-requestid", "é" * 300))).request_id == "é" * 256
    assert forwarded(decide(None, ("x-amzn-requestid", "a" * 513))).request_id == "a" * 512


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([("a", "b")] * 100, "101 headers; VPC Lattice accepts 100"),
        ([("a", "b" * 61_440)], "bytes of headers; VPC Lattice accepts 61440"),
    ],
)
def test_too_large_a_header_block_is_a_400(headers: list[tuple[str, str]], reason: str) -> None:
    decision = replied(decide(None, *headers))

    assert decision.response.status == 400
    assert reason in decision.reason
    assert (decision.trace.service, decision.trace.listener) == (service(), listener())  # it is logged


@pytest.mark.parametrize(
    "headers",
    [
        [("a", "b")] * 99,
        [("a", "b" * (61_440 - len(f"Host: {HOST}") - len("a: ") - 4))],
    ],
    ids=["100 headers", "60 K"],
)
def test_as_much_as_the_limits_say_is_taken(headers: list[tuple[str, str]]) -> None:
    assert forwarded(decide(None, *headers)).request.path == "/"


def test_too_large_a_header_block_is_a_400_for_an_unknown_host_too() -> None:
    decision = replied(decide(request=Request(headers=Headers([("host", "bar"), *[("a", "b")] * 100]))))

    assert decision.response.status == 400
    assert decision.trace.service is None


def test_an_unknown_host_is_a_404() -> None:
    decision = replied(decide(request=Request(headers=Headers({"host": "bar:80"}))))

    assert (decision.response.status, decision.response.body) == (404, b"Not Found")
    assert decision.response.headers["x-amzn-requestid"] == "fresh"
    assert decision.reason == "bar is not a service of the network"
    assert "an empty host" in replied(decide(request=Request())).reason


@pytest.mark.parametrize(
    ("host", "body"),
    [
        ("fo.localhost:8480", "lattice dev: fo.localhost is not a service of the network; did you mean foo.localhost?\n"),
        ("FOO2.localhost", "lattice dev: FOO2.localhost is not a service of the network; did you mean foo.localhost?\n"),
        ("zzz.localhost", "lattice dev: zzz.localhost is not a service of the network; the services are foo.localhost\n"),
        ("localhost:8480", "lattice dev: localhost is not a service of the network; the services are foo.localhost\n"),
        ("127.0.0.1:8480", "lattice dev: 127.0.0.1 is not a service of the network; the services are foo.localhost\n"),
        ("a" * 10_000 + ".localhost", f"lattice dev: {'a' * 10_000}.localhost is not a service of the network; the services are foo.localhost\n"),
        ("fooo", "Not Found"),
        ("fooo-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws", "Not Found"),
        ("other.example", "Not Found"),
    ],
)  # fmt: skip
def test_the_404_of_a_host_that_is_only_local_names_the_services(host: str, body: str) -> None:
    decision = replied(decide(request=Request(headers=Headers({"host": host}))))

    assert (decision.response.status, decision.response.body.decode()) == (404, body)


@pytest.mark.parametrize(
    ("host", "hint"),
    [
        ("fooo", "; did you mean foo.localhost?"),
        ("fooo-0123.7d67968.vpc-lattice-svcs.us-west-2.on.aws", "; did you mean foo.localhost?"),
        ("other.example", ""),
    ],
)
def test_the_reason_of_an_unknown_host_names_the_nearest_service(host: str, hint: str) -> None:
    decision = replied(decide(request=Request(headers=Headers({"host": host}))))

    assert decision.reason == f"{host} is not a service of the network{hint}"


def test_a_port_without_a_listener_is_a_404() -> None:
    decision = replied(decide(port=80))

    assert (decision.response.status, decision.response.body) == (404, b"Not Found")
    assert decision.reason == "foo has no listener on port 80"


def test_a_rule_wins_over_the_default_action() -> None:
    net = network(
        service(listeners=(listener(FixedResponseAction(status=500), rule(1, {}, forward_to("functions"))),))
    )

    decision = forwarded(decide(net))

    assert decision.trace.rule is not None
    assert decision.trace.rule.name == "1"


@pytest.mark.parametrize(("status", "body"), [(404, b"Not Found"), (500, b"Internal Server Error")])
def test_a_fixed_response_is_plain_text(status: int, body: bytes) -> None:
    net = network(service(listeners=(listener(FixedResponseAction(status=status)),)))

    response = replied(decide(net)).response

    assert (response.status, response.body, response.headers["content-type"]) == (status, body, "text/plain")


def test_a_group_without_targets_is_a_503() -> None:
    decision = replied(decide(network(groups=(lambda_group(targets=()),))))

    assert decision.response.status == 503
    assert decision.reason == "target group functions has no target"


def test_weights_that_are_all_zero_are_a_503() -> None:
    net = network(service(listeners=(listener(forward_to("functions", weights=(0,))),)))

    assert replied(decide(net)).reason == "every weight is 0"


def test_targets_take_turns() -> None:
    net = network(groups=(http_group("http://a", "http://b", name="functions"),))

    targets = [forwarded(decide(net, turn={group_arn("functions"): turn})).target for turn in range(3)]

    assert targets == [HttpTarget(url="http://a"), HttpTarget(url="http://b"), HttpTarget(url="http://a")]


def test_a_response_goes_back_without_hop_by_hop_and_with_the_request_id() -> None:
    decision = forwarded(decide())
    response = Response(200, headers={"connection": "close", "a": "b", "x-amzn-requestid": "theirs"})

    assert pass_back(decision, response).headers == Headers({"a": "b", "x-amzn-requestid": "fresh"})


@pytest.mark.parametrize(
    ("failure", "status", "body"),
    [
        ("connect", 503, b"Service Unavailable"),
        ("timeout", 504, b"Gateway Timeout"),
        ("protocol", 502, b"Bad Gateway"),
        ("closed", 502, b"Bad Gateway"),
        ("function", 502, b"Bad Gateway"),
        ("throttled", 502, b"Bad Gateway"),
        ("request_too_large", 413, b"Payload Too Large"),
    ],
)
def test_a_target_that_fails_is_answered_for(failure: Any, status: int, body: bytes) -> None:
    reply = fail(forwarded(decide()), failure, "why", DEFAULTS)

    assert (reply.response.status, reply.response.body, reply.reason) == (status, body, "why")


def test_a_failure_status_is_a_switch() -> None:
    reply = fail(forwarded(decide()), "connect", "why", Assumptions(connect_failure_status=599))

    assert (reply.response.status, reply.response.body) == (599, b"Error")


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ([("host", f"{HOST}#x")], "is not HOST or HOST:PORT"),
        ([("host", f"user@{HOST}")], "is not HOST or HOST:PORT"),
        ([("host", f"{HOST}/x")], "is not HOST or HOST:PORT"),
        ([("host", f"{HOST}:99999")], "is not HOST or HOST:PORT"),
        ([("host", HOST), ("Host", "bar")], "more than one Host"),
    ],
)
def test_a_host_that_cannot_be_read_is_a_400(headers: list[tuple[str, str]], words: str) -> None:
    reply = replied(decide(request=Request(headers=Headers(headers))))

    assert reply.response.status == 400
    assert words in reply.reason


@pytest.mark.parametrize("host", [f"{HOST}.", HOST.upper(), f"{HOST}:443", f"{HOST}.:443"])
def test_spellings_of_a_host_name_one_service_and_reach_the_target_as_sent(host: str) -> None:
    decision = forwarded(decide(request=Request(headers=Headers({"host": host}))))

    assert decision.request.headers["host"] == host


def test_rules_see_the_headers_that_the_target_gets() -> None:
    net = network(
        service(
            listeners=(
                listener(FixedResponseAction(status=404), rule(1, {"headers": [{"name": "x-a", "exact": "1"}]}, forward_to("functions"))),
            )
        )
    )  # fmt: skip

    named_away = decide(net, ("x-a", "1"), ("connection", "x-a"))

    assert isinstance(decide(net, ("x-a", "1")), Forward)
    assert replied(named_away).response.status == 404


def test_expect_asks_the_next_server_alone() -> None:
    decision = forwarded(decide(None, ("Expect", "100-continue"), ("TE", "trailers")))

    assert not {"expect", "te"} & set(decision.request.headers)


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("a", ("a", None)),
        ("a:80", ("a", 80)),
        ("[::1]:80", ("::1", 80)),
        ("[::1]", ("::1", None)),
        ("a:", ("a", None)),
        ("", ("", None)),
        ("a:65535", ("a", 65535)),
        ("a:65536", None),
        ("a:0", None),
        ("a:x", None),
        ("a:８０", None),
        ("a:" + "9" * 5000, None),
        ("u@a", None),
        ("a#b", None),
        ("a/b", None),
        ("a?b", None),
        ("a\\b", None),
        ("a b", None),
        ("é", None),
        ("[::1", None),
        ("::1", None),
        ("[a]", None),
        ("a\n", None),
    ],
)
def test_an_authority_is_split(authority: str, expected: tuple[str, int | None] | None) -> None:
    assert split_host(authority) == expected
