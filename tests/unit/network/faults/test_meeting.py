"""Which faults a request meets: those that fit it, by the draws, their counts and bursts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.network.authentication import KnownKey
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Decision, Source
from lattice_events.network.faults import (
    Asked,
    Candidate,
    Fault,
    Progress,
    alter,
    find_fitting,
    fits_invocation,
    parse_fault,
    strike,
)
from lattice_events.network.model import FixedResponseAction, Principal
from lattice_events.network.policy import Caller, parse_policy
from lattice_events.sigv4 import Credentials, sign_lattice
from tests.networks import (
    REGION,
    forward_to,
    http_group,
    lambda_group,
    listener,
    network,
    rule,
    service,
)

NOW = datetime(2026, 1, 2, 3, 7, 45, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000
APP = Principal(name="app", caller=Caller(arn="arn:aws:sts::123456789012:assumed-role/app/s1"))
TEMPORARY = Credentials(access_key_id="AKIDAPP", secret_access_key="s", session_token="TOKEN")
LASTING = Credentials(access_key_id="AKIDANN", secret_access_key="s")
KEYS = {each.access_key_id: KnownKey(credentials=each, principal=APP) for each in (TEMPORARY, LASTING)}
EVERYBODY = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
NOBODY = {**EVERYBODY, "Effect": "Deny"}
NETWORK = network(
    service(
        "foo",
        listeners=(
            listener(
                None,
                rule(1, {"prefix": "/pods"}, forward_to("pods")),
                rule(2, {"exact": "/fixed"}, FixedResponseAction(status=404)),
            ),
        ),
    ),
    service("closed", auth_type="AWS_IAM", auth_policy=parse_policy({"Statement": [EVERYBODY]})),
    service("denied", auth_type="AWS_IAM", auth_policy=parse_policy({"Statement": [NOBODY]})),
    groups=(lambda_group(), http_group("http://127.0.0.1:8080")),
)


def decide(request: Request, keys: Any = KEYS, now_us: int = NOW_US) -> Decision:
    return plan(
        NETWORK, request, source=Source("127.0.0.1", 443), credentials=keys, fresh_request_id="r", now_us=now_us,
        roll=0.5, turn={}, health={}, assumptions=DEFAULTS,
    )  # fmt: skip


def asked(
    target: str = "foo/orders/7", method: str = "GET", key: Credentials | None = None, mode: Any = "header"
) -> Asked:
    """What a gateway asks: ``SERVICE/PATH``, signed where there is a key."""
    name, _, path = target.partition("/")
    host = service(name).domain_name
    request = Request(method=method, path=f"/{path}", headers=Headers({"host": host}))
    if key is not None:
        done = sign_lattice(
            method, f"https://{host}/{path}", headers=(), credentials=key, region=REGION, now=NOW, mode=mode
        )
        headers = {name.lower(): value for name, value in done.headers} | {"host": host}
        request = request.replace(headers=Headers(headers), query_string=done.url.partition("?")[2])
    return Asked(request, decide(request), "you")


def fault(kind: str = "reset", **fields: Any) -> Fault:
    return parse_fault("x", {"kind": kind, **fields})


POD, FIXED = asked("foo/pods/1", "POST"), asked("foo/fixed")
SIGNED, DENIED = asked("closed/", key=TEMPORARY), asked("denied/", key=TEMPORARY)


@pytest.mark.parametrize(
    ("given", "fields", "fits"),
    [
        (asked(), {}, True),
        (asked(), {"service": "foo"}, True),
        (asked(), {"service": "bar"}, False),
        (asked(), {"path": "/orders/*"}, True),
        (asked(), {"path": "/orders/?"}, True),
        (asked(), {"path": "*/7"}, True),
        (asked(), {"path": "/orders"}, False),
        (asked("foo/${x}"), {"path": "/${x}"}, True),
        (asked(), {"method": "GET", "caller": "you", "rule": "default", "target": "hello"}, True),
        (asked(), {"method": "POST"}, False),
        (asked(), {"caller": "app"}, False),
        (SIGNED, {"caller": "app"}, True),
        (asked(), {"rule": "1"}, False),
        (asked(), {"target": "functions"}, True),
        (asked(), {"target": "pods"}, False),
        (POD, {"rule": "1", "target": "http://127.0.0.1:8080", "method": "POST"}, True),
        (POD, {"rule": "default"}, False),
        (FIXED, {}, False),
        (DENIED, {}, False),
        (asked("gone/"), {}, False),
        (asked(), {"kind": "slow-body", "seconds": 1}, True),
        (asked(method="HEAD"), {"kind": "slow-body", "seconds": 1}, False),
        (asked(method="HEAD"), {}, True),
    ],
)
def test_a_fault_fits_the_requests_that_it_is_for(given: Asked, fields: dict[str, Any], fits: bool) -> None:
    assert bool(find_fitting([fault(**fields)], given)) == fits


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        (asked(), {"latency", "throttle"}),
        (POD, {"latency"}),
        (FIXED, set()),
        (SIGNED, {"latency", "throttle", "expired-token", "clock-skew"}),
        (asked("closed/", key=LASTING), {"latency", "throttle", "clock-skew"}),
        (asked("closed/", key=TEMPORARY, mode="query"), {"latency", "throttle", "expired-token", "clock-skew"}),
        (asked("closed/"), {"latency", "throttle"}),
        (DENIED, {"expired-token", "clock-skew"}),
        (asked("closed/", key=Credentials(access_key_id="WHO", secret_access_key="s")), set()),
    ],
)  # fmt: skip
def test_a_kind_needs_a_target_a_function_or_a_signature(given: Asked, kinds: set[str]) -> None:
    every = [
        fault("latency", seconds=1),
        fault("throttle"),
        fault("expired-token"),
        fault("clock-skew", seconds=600),
    ]

    assert {each.kind for each in find_fitting(every, given)} == kinds


def test_a_denied_request_met_no_rule_and_no_target() -> None:
    assert (
        find_fitting([fault("expired-token", rule="default"), fault("expired-token", target="hello")], DENIED)
        == []
    )


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({"kind": "throttle"}, True),
        ({"kind": "throttle", "target": "hello"}, True),
        ({"kind": "throttle", "target": "other"}, False),
        ({"kind": "throttle", "service": "foo"}, False),
        ({"kind": "unavailable", "target": "hello"}, False),
    ],
)
def test_an_invocation_of_its_own_meets_throttles_alone(fields: dict[str, Any], fits: bool) -> None:
    assert fits_invocation(fault(**fields), "hello") == fits


@pytest.mark.parametrize(
    ("fields", "progress", "roll", "struck"),
    [
        ({}, Progress(), 0.99, Progress(1, 10.0)),
        ({"probability": 0.5}, Progress(), 0.5, None),
        ({"probability": 0.5}, Progress(), 0.49, Progress(1, 10.0)),
        ({"probability": 0}, Progress(), 0.0, None),
        ({"count": 3}, Progress(2), 0.0, Progress(3, 10.0)),
        ({"count": 3}, Progress(3), 0.0, None),
        ({"probability": 0.5, "burst_seconds": 5}, Progress(), 0.1, Progress(1, 15.0)),
        ({"probability": 0.5, "burst_seconds": 5}, Progress(1, 12.0), 0.9, Progress(2, 12.0)),
        ({"probability": 0.5, "burst_seconds": 5}, Progress(1, 10.0), 0.9, None),
        ({"count": 2, "burst_seconds": 5}, Progress(2, 12.0), 0.0, None),
    ],
)
def test_a_fault_strikes_by_draw_count_and_burst(
    fields: dict[str, Any], progress: Progress, roll: float, struck: Progress | None
) -> None:
    given = fault(**fields)

    assert strike([Candidate(given, progress, roll)], 10.0) == ([(given, struck)] if struck else [])


@pytest.mark.parametrize(
    ("kinds", "struck"),
    [
        (["slow-body", "latency"], ["latency", "slow-body"]),
        (["latency", "latency"], ["latency"]),
        (["reset", "unavailable"], ["reset"]),
        (["slow-body", "unavailable", "latency"], ["latency", "unavailable"]),
    ],
)
def test_of_one_stage_the_first_strikes_and_they_act_in_their_order(
    kinds: list[str], struck: list[str]
) -> None:
    seconds = {"latency": 1, "slow-body": 1}
    every = [Candidate(fault(kind, seconds=seconds.get(kind)), Progress(), 0.0) for kind in kinds]

    assert [each.kind for each, _ in strike(every, 0.0)] == struck


@pytest.mark.parametrize(
    ("given", "differs", "text"),
    [
        (fault("expired-token"), "session token", "UnrecognizedClientException: The security token included in the request is invalid."),
        (fault("clock-skew", seconds=600), "date", "InvalidSignatureException: Signature not yet current: 20260102T030745Z is in the future."),
        (fault("clock-skew", seconds=-600), "date", "InvalidSignatureException: Signature expired: 20260102T030745Z is too long ago."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["header", "query"])
def test_the_verifier_itself_refuses_what_a_fault_has_altered(
    given: Fault, differs: str, text: str, mode: str
) -> None:
    request, decision, _ = asked("closed/", key=TEMPORARY, mode=mode)

    keys, now_us = alter(given, decision, keyring=KEYS, now_us=NOW_US)
    again = decide(request, keys, now_us)

    authentication = again.trace.authentication
    assert authentication
    assert authentication.verification
    assert authentication.verification.differs == differs
    assert authentication.body == text


def test_a_clock_that_is_not_too_far_off_is_accepted() -> None:
    request, decision, _ = SIGNED

    again = decide(request, *alter(fault("clock-skew", seconds=200), decision, keyring=KEYS, now_us=NOW_US))

    assert not again.trace.is_denied
