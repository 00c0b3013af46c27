"""Recorded requests under other policies, and as other callers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.network.authentication import Authentication, KnownKey
from lattice_events.network.exchange import Exchange
from lattice_events.network.lab import Change, Lab, Trial, with_changes
from lattice_events.network.model import Network, Principal
from lattice_events.network.policy import Caller
from tests.networks import NETWORK_ARN, service
from tests.recorded import observed
from tests.unit.network.test_authentication import NOW, SESSION_KEY, signed
from tests.unit.network.test_authorization import SESSION, net_of, policy

OFF = {"network": "off", "service": "off"}
APP = Principal(name="app", caller=Caller(arn=SESSION))
KEYRING = {"AKIDSESSION": KnownKey(credentials=SESSION_KEY, principal=APP)}


def exchange(given: dict[str, str], **changes: Any) -> Exchange:
    """A request to a network whose layers say this; signed, if there is a principal."""
    request = changes.pop("request", None)
    principal = changes.get("principal")
    if request is None:
        request = signed({"mode": "header" if principal else "none"})
    fields: dict[str, Any] = {"started_us": int(NOW.timestamp() * 1_000_000), **changes}
    return observed(request, net=net_of(given), **fields).exchange


def tried(was: Exchange, net: Network, **options: Any) -> Trial:
    trial = Lab(net, keyring=KEYRING, **options).try_request(was, DEFAULTS)
    assert trial
    return trial


@pytest.mark.parametrize(
    ("before", "after", "verdicts", "decided"),
    [
        ("other", "allow", ("denied", "allowed"), ["allowed by Allow"]),
        ("allow", "deny", ("allowed", "denied"), ["denied by Deny"]),
        ("allow", "none", ("allowed", "denied"), ["no statement allows it"]),
        ("off", "allow", ("allowed", "allowed"), ["allowed by Allow"]),
        ("deny", "off", ("denied", "allowed"), []),
    ],
)
def test_another_policy_of_the_service_decides(
    before: str, after: str, verdicts: tuple[str, str], decided: list[str]
) -> None:
    was = exchange({"network": "off", "service": before})

    trial = tried(was, net_of({"network": "off", "service": after}))

    assert trial.verdicts == verdicts
    assert trial.is_changed is (verdicts[0] != verdicts[1])
    assert [layer.verdict.describe() for layer in trial.deciding if layer.verdict is not None] == decided


def test_the_service_network_and_the_service_must_both_allow() -> None:
    was = exchange({"network": "other", "service": "other"})

    one = tried(was, net_of({"network": "other", "service": "allow"}))
    both = tried(was, net_of({"network": "allow", "service": "allow"}))

    assert (one.verdicts, one.deciding[0].kind) == (("denied", "denied"), "network")
    assert (both.verdicts, [layer.kind for layer in both.deciding]) == (
        ("denied", "allowed"),
        ["network", "service"],
    )


def test_changes_are_of_what_they_name_and_of_nothing_else() -> None:
    net = net_of({"network": "allow", "service": "allow"})
    arn = net.services[0].arn

    changed = with_changes(net, [Change(arn=arn, auth_type="NONE", policy=None)])
    both = with_changes(changed, [Change(arn=NETWORK_ARN, auth_type="AWS_IAM", policy=policy("deny"))])

    assert changed.services == (replace(net.services[0], auth_type="NONE", auth_policy=None),)
    assert changed.service_networks == net.service_networks
    assert both.service_networks[0].auth_policy == policy("deny")
    assert with_changes(net, []) == net


def test_a_signature_that_was_refused_stays_refused_whoever_calls() -> None:
    was = exchange({"network": "off", "service": "other"}, request=signed({"mode": "header"}), principal=None)
    assert was.decision
    assert was.decision.trace.authentication
    assert was.decision.trace.authentication.is_rejected

    trial = tried(was, net_of({"network": "off", "service": "allow"}), caller=Authentication(principal=APP))

    assert trial.verdicts == ("refused", "refused")
    assert (trial.is_changed, trial.deciding) == (False, ())


def test_a_signature_that_nobody_looked_at_is_verified_as_of_its_time() -> None:
    was = exchange(OFF, request=signed({"mode": "header"}))

    trial = tried(was, net_of({"network": "off", "service": "allow"}))

    assert trial.after.principal == APP
    assert trial.verdicts == ("allowed", "allowed")


@pytest.mark.parametrize(
    ("caller", "verdict"),
    [
        (None, "allowed"),
        (Authentication(), "allowed"),
        (Authentication(principal=APP), "denied"),
        (Authentication(principal=replace(APP, identity_policy=policy("allow", kind="identity"))), "allowed"),
    ],
)
def test_another_caller_brings_its_own_policies(caller: Authentication | None, verdict: str) -> None:
    if caller and caller.principal is APP:
        caller = Authentication(principal=replace(APP, identity_policy=policy("other", kind="identity")))
    was = exchange({"network": "off", "service": "allow"}, principal=APP)

    trial = tried(was, net_of({"network": "off", "service": "allow"}), caller=caller)

    assert trial.verdicts == ("allowed", verdict)


def test_a_caller_has_the_policies_of_the_network_of_now() -> None:
    given = {"network": "off", "service": "allow"}
    was = exchange(given, principal=APP)
    refused = replace(APP, identity_policy=policy("other", kind="identity"))

    trial = tried(was, replace(net_of(given), principals=(refused,)))

    assert trial.verdicts == ("allowed", "denied")
    assert trial.deciding[0].kind == "identity"


def test_the_connection_s_caller_gives_the_vpc_unless_another_calls() -> None:
    given = {"network": "allow", "service": "allow"}
    vpc = "arn:aws:ec2:us-west-2:123456789012:vpc/vpc-9"
    net = replace(net_of(given), principals=(replace(APP, vpc_arn=vpc),))
    was = exchange(given, caller="app")

    assert tried(was, net).after.source_vpc_arn == vpc
    assert was.decision
    before = was.decision.trace.source_vpc_arn
    assert tried(was, net, caller=Authentication()).after.source_vpc_arn == before


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((("host", "nobody.example.com"),), id="no service"),
        pytest.param((("host", "a b"),), id="refused before"),
    ],
)
def test_what_did_not_get_to_the_policies_is_not_tried(headers: tuple[tuple[str, str], ...]) -> None:
    was = exchange(OFF, request=Request(headers=Headers(headers)))

    assert Lab(net_of(OFF), keyring={}).try_request(was, DEFAULTS) is None
    assert Lab(net_of(OFF), keyring={}).try_request(was._replace(decision=None), DEFAULTS) is None


def test_a_request_to_a_service_or_a_port_that_is_gone_is_not_tried() -> None:
    was, net = exchange(OFF), net_of(OFF)
    elsewhere = replace(net, services=(service("other"),))
    closed = replace(net, services=(replace(net.services[0], listeners=()),))

    assert Lab(elsewhere, keyring={}).try_request(was, DEFAULTS) is None
    assert Lab(closed, keyring={}).try_request(was, DEFAULTS) is None
