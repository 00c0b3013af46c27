"""A fault for something that the network does not have is told to be one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lattice_events.network.faults import find_strangers, parse_fault
from tests.networks import (
    forward_to,
    http_group,
    lambda_group,
    listener,
    network,
    rule,
    service,
)

NETWORK = network(
    service("orders", listeners=(listener(None, rule(1, {"prefix": "/pods"}, forward_to("pods"))),)),
    service("shop"),
    groups=(lambda_group(), http_group("http://127.0.0.1:8080")),
)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, []),
        ({"service": "orders", "rule": "1", "caller": "app", "target": "hello"}, []),
        ({"rule": "default", "target": "http://127.0.0.1:8080"}, []),
        ({"rule": "1", "target": "pods"}, []),
        ({"service": "order"}, ["The fault x is for the service order, which is not there. Did you mean orders? The services are: orders, shop."]),
        ({"service": "shop", "rule": "1"}, ["The fault x is for the rule 1, which is not there. The rules are: default."]),
        ({"caller": "ap", "target": "helo"}, [
            "The fault x is for the caller ap, which is not there. Did you mean app? The callers are: app.",
            "The fault x is for the target helo, which is not there. Did you mean hello? The targets are: functions, hello, http://127.0.0.1:8080, pods.",
        ]),
    ],
)  # fmt: skip
def test_each_name_that_is_not_there_is_said_with_those_that_are(
    fields: dict[str, Any], said: list[str]
) -> None:
    fault = parse_fault("x", {"kind": "reset", **fields})

    assert find_strangers(fault, NETWORK, ["app"]) == said


@pytest.mark.parametrize(
    ("fields", "is_known"),
    [
        ({"kind": "throttle"}, True),
        ({"kind": "throttle", "service": "orders"}, False),
        ({"kind": "unavailable"}, False),
    ],
)
def test_a_function_that_is_no_target_is_throttled_where_it_is_invoked(
    fields: dict[str, Any], *, is_known: bool
) -> None:
    client = replace(NETWORK.functions[0], name="client", arn=f"{NETWORK.functions[0].arn[:-5]}client")
    invoked = replace(NETWORK, functions=(*NETWORK.functions, client))

    said = find_strangers(parse_fault("x", {"target": "client", **fields}), invoked)

    assert (said == []) is is_known


def test_callers_who_are_not_known_are_let_be() -> None:
    assert find_strangers(parse_fault("x", {"kind": "reset", "caller": "who"}), NETWORK) == []


def test_of_many_names_some_are_said() -> None:
    many = network(*(service(f"s{number}") for number in range(100, 130)))

    (said,) = find_strangers(parse_fault("x", {"kind": "reset", "service": "zzz"}), many)

    assert said.endswith(
        "The services are: " + ", ".join(f"s{number}" for number in range(100, 120)) + ", …."
    )
    assert find_strangers(parse_fault("x", {"kind": "reset", "caller": "a"}), many, ())[0].endswith(
        "The callers are: none."
    )
