"""Which rule a request meets."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.network.model import ForwardAction
from lattice_events.network.routing import choose_target_group, find_mismatch, route
from tests.files import load_cases
from tests.networks import forward_to, group_arn, listener, parse_match, rule


@pytest.mark.parametrize(("given", "expected"), load_cases("routing"))
def test_routing_cases(given: dict[str, Any], expected: str) -> None:
    rules = [rule(row.get("priority", index), row) for index, row in enumerate(given["rules"], start=1)]
    method, target = given["request"].split(" ")
    path, _, query_string = target.partition("?")
    request = Request(
        method=method, path=path, query_string=query_string, headers=Headers(given.get("headers", {}))
    )

    routing = route(listener(None, *rules), request, Assumptions(**given.get("assumptions", {})))

    assert (routing.rule.name if routing.rule else "default") == expected


def test_every_rule_tried_says_why_it_did_not_match() -> None:
    routing = route(
        listener(None, rule(2, {"method": "GET"}), rule(1, {"prefix": "/a"}), rule(3, {})),
        Request(),
        DEFAULTS,
    )

    assert [(trial.rule.name, trial.mismatch) for trial in routing.trials] == [
        ("1", "path / is not prefix /a"),
        ("2", None),
    ]


def test_a_mismatch_is_in_words() -> None:
    header = parse_match({"headers": [{"name": "x", "contains": "y", "case_sensitive": False}]})

    assert find_mismatch(header, Request(), DEFAULTS) == "no header x that is contains y (in any case)"
    assert find_mismatch(parse_match({"method": "PUT"}), Request(), DEFAULTS) == "method is GET, not PUT"


@pytest.mark.parametrize(
    ("weights", "roll", "expected"),
    [
        ((90, 10), 0.0, "a"),
        ((90, 10), 0.8999, "a"),
        ((90, 10), 0.9, "b"),
        ((90, 10), 0.9999, "b"),
        ((0, 10), 0.0, "b"),
        ((10, 0), 0.9999, "a"),
        ((0, 0), 0.5, None),
    ],
)
def test_weights_share_the_draw(weights: tuple[int, int], roll: float, expected: str | None) -> None:
    chosen = choose_target_group(forward_to("a", "b", weights=weights), roll)

    assert (chosen.target_group_arn if chosen else None) == (group_arn(expected) if expected else None)


def test_no_group_is_no_choice() -> None:
    assert choose_target_group(ForwardAction(target_groups=()), 0.5) is None
