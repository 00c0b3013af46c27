"""A fault is read from a mapping; whatever is wrong with it is said at once, with its value and what to write."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.faults import FIELDS, KINDS, Fault, parse_fault


def test_every_field_is_read() -> None:
    value = {name: field.example for name, field in FIELDS.items()}

    fault = parse_fault("slow", value, origin="lattice.yaml:2:3")

    assert {name: getattr(fault, name) for name in FIELDS} == value
    assert (fault.id, fault.origin) == ("slow", "lattice.yaml:2:3")


def test_what_is_null_is_left_out_and_whole_numbers_may_have_a_point() -> None:
    assert parse_fault("x", {"kind": "reset", "service": None, "count": 3.0}) == Fault(
        id="x", kind="reset", count=3
    )


@pytest.mark.parametrize(
    ("id_", "value", "said"),
    [
        ("x", {}, "The fault x must have a kind: one of latency, unavailable, reset, throttle, expired-token, clock-skew, slow-body."),
        ("x", {"kind": "drain"}, "The kind of the fault x must be one of latency, unavailable, reset, throttle, expired-token, clock-skew, slow-body, not 'drain'."),
        ("x", {"kind": ["reset"]}, "The kind of the fault x must be one of latency, unavailable, reset, throttle, expired-token, clock-skew, slow-body, not ['reset']."),
        ("x", {"kind": "latency"}, "The fault x must have seconds, as every latency has."),
        ("x", {"kind": "latency", "seconds": -1}, "The seconds of the fault x must be a number from 0 to 600, not -1."),
        ("x", {"kind": "slow-body", "seconds": 601}, "The seconds of the fault x must be a number from 0 to 600, not 601."),
        ("x", {"kind": "clock-skew", "seconds": "soon"}, "The seconds of the fault x must be a number of seconds, not 'soon'."),
        ("x", {"kind": "latency", "seconds": math.nan}, "The seconds of the fault x must be a number of seconds, not nan."),
        ("x", {"kind": "reset", "seconds": 1}, "The seconds of the fault x must be left out, since no reset has any, not 1."),
        ("x", {"kind": "reset", "probability": 1.5}, "The probability of the fault x must be a number from 0 to 1, not 1.5."),
        ("x", {"kind": "reset", "probability": True}, "The probability of the fault x must be a number from 0 to 1, not True."),
        ("x", {"kind": "reset", "count": 0}, "The count of the fault x must be a whole number from 1 to 1000000, not 0."),
        ("x", {"kind": "reset", "count": 1.5}, "The count of the fault x must be a whole number from 1 to 1000000, not 1.5."),
        ("x", {"kind": "reset", "path": "orders"}, "The path of the fault x must be a path, like /orders/*, not 'orders'."),
        ("x", {"kind": "reset", "method": "post"}, "The method of the fault x must be a method, like POST, not 'post'."),
        ("x", {"kind": "reset", "service": 7}, "The service of the fault x must be a name, a text, not 7."),
        ("x", {"kind": "reset", "servce": "a"}, "A fault has no setting servce. Did you mean service?"),
        ("x", {"kind": "reset", "zzz": "a"}, "A fault has no setting zzz."),
        ("x", {"kind": "reset", "service": ["a" * 99]}, f"The service of the fault x must be a name, a text, not ['{'a' * 58}…."),
        ("a/b", {"kind": "reset"}, "The id of a fault must be 1 to 64 letters, digits and ._-, the first none of these three, not 'a/b'."),
        (7, {"kind": "reset"}, "The id of a fault must be 1 to 64 letters, digits and ._-, the first none of these three, not 7."),
        ("x", {"kind": "latency", "path": "", "seed": -1},
         "The path of the fault x must be a path, like /orders/*, not ''.\nThe seed of the fault x must be a whole number from 0 to 2147483648, not -1.\nThe fault x must have seconds, as every latency has."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_all_at_once(id_: object, value: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_fault(id_, value)

    assert str(caught.value) == said


def test_a_problem_has_the_place_of_the_fault() -> None:
    with pytest.raises(ConfigurationError, match=r"^serverless.yml:9:5: The fault x must have a kind"):
        parse_fault("x", {}, origin="serverless.yml:9:5")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"kind": "latency", "seconds": 2}, "fault x: a wait of 2 s before the request goes on"),
        ({"kind": "unavailable"}, "fault x: no target took the request, as while all of them drain"),
        ({"kind": "reset"}, "fault x: the client's connection was reset, and the target got nothing"),
        ({"kind": "throttle"}, "fault x: Lambda throttled the function, which did not run"),
        ({"kind": "expired-token"}, "fault x: the session token counted as expired"),
        ({"kind": "clock-skew", "seconds": 600}, "fault x: the caller's clock counted as 600 s ahead"),
        ({"kind": "clock-skew", "seconds": -600.5}, "fault x: the caller's clock counted as 600.5 s behind"),
        ({"kind": "slow-body", "seconds": 0.5}, "fault x: the body of the answer is spread over 0.5 s"),
    ],
)
def test_a_request_that_met_it_is_told_so(value: dict[str, Any], line: str) -> None:
    assert parse_fault("x", value).line == line


def test_every_kind_has_a_line_and_says_whether_the_target_gets_the_request() -> None:
    faults = [parse_fault("x", {"kind": kind, "seconds": each.seconds and 1}) for kind, each in KINDS.items()]

    assert all(each.line for each in faults)
    assert [each.kind for each in faults if each.keeps_from_target] == ["unavailable", "reset", "throttle"]
