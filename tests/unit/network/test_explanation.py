"""A decision in plain values, and the reasons that people read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import Assumptions
from lattice_events.network.decision import Decision
from lattice_events.network.explanation import NO_NETWORK, describe
from lattice_events.network.model import FixedResponseAction, Network, Principal
from tests.networks import NETWORK_ARN, forward_to, http_group, lambda_group, listener, network, rule, service
from tests.unit.network.test_authentication import signed
from tests.unit.network.test_authorization import CALLER, OPEN, decide, net_of


def described(decision: Decision, net: Network) -> dict[str, Any]:
    found = describe(decision, net, Assumptions())
    assert json.loads(json.dumps(found)) == found
    return found


def test_a_function_gets_an_event() -> None:
    net = network(
        service(
            listeners=(
                listener(None, rule(1, {"exact": "/a"}), rule(2, {"prefix": "/"}, forward_to("functions"))),
            )
        )
    )

    found = described(decide(net, None), net)

    assert found["rules"] == [
        {"priority": 1, "name": "1", "mismatch": "path /orders/7 is not exact /a"},
        {"priority": 2, "name": "2", "mismatch": None},
    ]
    assert found["action"]["by"] == "2"
    assert (found["target"], found["reply"]) == ("hello", None)
    assert found["sent"]["event"]["path"] == "/orders/7?b=2&a=1"
    assert found["authentication"] is None


def test_a_server_gets_headers_without_secrets() -> None:
    net = net_of(OPEN)

    found = described(decide(net, Principal(name="app", caller=CALLER)), net)

    assert found["sent"]["request"] == "GET /orders/7?b=2&a=1"
    assert ["authorization", "…"] in found["sent"]["headers"]
    assert found["authentication"]["principal"] == CALLER.arn
    statements = found["authorization"]["layers"][1]["statements"]
    assert statements == [{"name": "Allow", "effect": "Allow", "lacks": []}]


@pytest.mark.parametrize("version", ["V1", "V2", None])
def test_a_target_s_query_string_has_no_secrets(version: Any) -> None:
    group = lambda_group(event_version=version) if version else http_group("http://h", name="functions")
    net = replace(net_of(OPEN), target_groups=(group,))
    request = signed({"mode": "query"})
    secrets = [
        part.partition("=")[2]
        for part in request.query_string.split("&")
        if part.startswith(("X-Amz-Signature", "X-Amz-Security-Token", "X-Amz-Credential"))
    ]

    found = json.dumps(described(decide(net, Principal(name="app", caller=CALLER), request), net))

    assert "X-Amz-Signature=" in found
    assert len(secrets) == 3
    assert not [secret for secret in secrets if secret in found]


def test_weights_show_their_shares() -> None:
    net = network(
        service(listeners=(listener(forward_to("a", "b", weights=(90, 10))),)),
        groups=(http_group("http://a", name="a"), http_group("http://b", name="b")),
    )

    groups = described(decide(net, None), net)["action"]["target_groups"]

    assert [(each["name"], each["share"], each["chosen"]) for each in groups] == [
        ("a", 0.9, True),
        ("b", 0.1, False),
    ]


def test_a_refused_signature_says_which_part_differs() -> None:
    net = net_of(OPEN)

    principal = Principal(name="app", caller=CALLER)
    found = described(decide(net, principal, signed({}).replace(path="/other")), net)

    assert found["authentication"]["differs"] == "signature"
    assert found["reply"]["status"] == 403
    assert "what differs: signature" in found["reply"]["reason"]
    assert found["action"] is None


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ([], "no rule matched; the default action is a fixed 404\nthe listener has no rules"),
        (
            [{"exact": "/a"}],
            "no rule matched; the default action is a fixed 404\n1: path /orders/7 is not exact /a",
        ),
        ([{"prefix": "/"}], "rule 1 answers with a fixed 404"),
    ],
)
def test_a_fixed_response_says_why(rules: list[dict[str, Any]], reason: str) -> None:
    made = [rule(index, row) for index, row in enumerate(rules, start=1)]
    net = network(service(listeners=(listener(FixedResponseAction(status=404), *made),)))

    found = described(decide(net, None), net)

    assert found["reply"] == {"status": 404, "body": "Not Found", "reason": reason}
    assert found["action"]["fixed_response"] == 404


def test_no_weight_and_no_target_forward_to_nothing() -> None:
    no_weight = network(service(listeners=(listener(forward_to("functions", weights=(0,))),)))
    no_target = network(groups=(lambda_group(targets=()),))

    assert described(decide(no_weight, None), no_weight)["action"]["target_groups"][0]["share"] == 0.0
    assert described(decide(no_target, None), no_target)["reply"]["status"] == 503


@pytest.mark.parametrize(("networks", "notes"), [((), [NO_NETWORK]), ((NETWORK_ARN,), [])])
def test_a_service_on_no_service_network_is_noted(networks: tuple[str, ...], notes: list[str]) -> None:
    net = network(service(service_network_arns=networks))

    assert described(decide(net, None), net)["notes"] == notes


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (Request(headers=Headers({"host": "other"})), "other is not a service of the network"),
        (Request(), "an empty host is not a service of the network"),
    ],
)
def test_a_host_that_is_no_service(request_: Request, reason: str) -> None:
    net = network()

    found = described(decide(net, None, request_), net)

    assert found["reply"]["reason"] == reason
    assert (found["service"], found["action"]) == (None, None)


def test_a_request_with_too_many_headers_gets_no_further_than_the_listener() -> None:
    net = network()

    found = described(decide(net, None, signed({"mode": "none", "headers": [["a", "b"]] * 100})), net)

    assert (found["service"]["name"], found["listener"]) == ("foo", "HTTPS 443")
    assert (found["rules"], found["action"], found["reply"]["status"]) == ([], None, 400)
