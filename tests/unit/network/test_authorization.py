"""Three policies together: who is blamed, the exact 403, and what targets are told of a caller."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events import QueryParams, Request
from lattice_events.assumptions import Assumptions
from lattice_events.client.denials import read_denial
from lattice_events.errors import AccessDeniedError
from lattice_events.network.authentication import KnownKey
from lattice_events.network.authorization import Layer
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Decision, Forward, Reply, Source
from lattice_events.network.explanation import describe
from lattice_events.network.model import Network, Principal
from lattice_events.network.policy import Caller, Facts, Policy, parse_policy
from tests.files import load_cases
from tests.networks import NETWORK_ARN, forward_to, http_group, listener, network, rule, service
from tests.unit.network.test_authentication import NOW, SESSION_KEY, signed

SESSION = "arn:aws:sts::123456789012:assumed-role/app/s1"
VPC = "arn:aws:ec2:us-west-2:210987654321:vpc/vpc-7"
SERVICE_ARN = service().arn


def policy(written: str, *, kind: Any = "auth") -> Policy | None:
    """``allow``, ``deny`` or ``other`` (about nobody here); ``none`` is no policy."""
    if written == "none":
        return None
    principal = {} if kind == "identity" else {"Principal": "*"}
    allow = {
        "Sid": "Allow",
        "Effect": "Allow",
        **principal,
        "Action": "vpc-lattice-svcs:Invoke",
        "Resource": "*",
    }
    statements: list[dict[str, Any]] = {
        "allow": [allow],
        "deny": [allow, {**allow, "Sid": "Deny", "Effect": "Deny"}],
        "other": [{**allow, "Sid": "Other", "Resource": "*/other"}],
        "empty": [],
    }[written]
    if not statements:
        return Policy(statements=())
    return parse_policy({"Version": "2012-10-17", "Statement": statements}, kind=kind)


def net_of(given: dict[str, Any]) -> Network:
    """A network whose layers say what a row wants."""
    foo = service(
        auth_type="NONE" if given["service"] == "off" else "AWS_IAM",
        auth_policy=None if given["service"] == "off" else policy(given["service"]),
    )
    base = network(foo, groups=(http_group("http://h", name="functions"),))
    off = given["network"] == "off"
    shared = replace(
        base.service_networks[0],
        auth_type="NONE" if off else "AWS_IAM",
        auth_policy=None if off else policy(given["network"]),
    )
    return replace(base, service_networks=(shared,))


def decide(
    net: Network, principal: Principal | None, request: Request | None = None, **options: Any
) -> Decision:
    arguments: dict[str, Any] = {"source": Source(address="10.0.0.7", port=443, vpc_arn=VPC), **options}
    return plan(
        net,
        request or signed({"mode": "none" if principal is None else "header"}),
        credentials={"AKIDSESSION": KnownKey(credentials=SESSION_KEY, principal=principal)},
        fresh_request_id="fresh",
        now_us=int(NOW.timestamp() * 1_000_000),
        roll=0.0,
        turn={},
        health={},
        **{"assumptions": Assumptions(), **arguments},
    )


def principal_of(given: dict[str, Any]) -> Principal | None:
    if given["identity"] == "anonymous":
        return None
    own = None if given["identity"] == "unknown" else policy(given["identity"], kind="identity")
    return Principal(name="app", caller=Caller(arn=SESSION), identity_policy=own)


@pytest.mark.parametrize(("given", "expected"), load_cases("authorization"))
def test_the_layers_together(given: dict[str, Any], expected: str) -> None:
    decision = decide(
        net_of(given),
        principal_of(given),
        assumptions=Assumptions(**given.get("assumptions", {})),
    )

    if expected == "allowed":
        assert isinstance(decision, Forward)
        return
    assert isinstance(decision, Reply)
    body = decision.response.body.decode()
    assert (decision.response.status, body) == (403, expected.replace("SERVICE", SERVICE_ARN))
    # What the client reads out of it is what was decided.
    error = read_denial(decision.response.body)
    assert isinstance(error, AccessDeniedError)
    assert decision.trace.authorization
    assert decision.trace.authorization.denied_by
    assert error.policy_layer == decision.trace.authorization.denied_by.kind
    assert error.path == "/orders/7"
    assert len(decision.reason.splitlines()) == 2


def test_a_denied_request_is_not_routed() -> None:
    guarded = net_of({"service": "none", "network": "off"})

    decision = decide(guarded, None)

    assert (decision.trace.trials, decision.trace.target_group) == ((), None)


def test_rules_may_come_before_the_policies() -> None:
    foo = service(
        auth_type="AWS_IAM",
        listeners=(listener(None, rule(1, {"exact": "/orders/7"}, forward_to("functions"))),),
    )

    decision = decide(network(foo), None, assumptions=Assumptions(authorize_before_rules=False))

    assert isinstance(decision, Reply)
    assert decision.response.status == 403
    assert decision.trace.rule is not None
    assert decision.trace.target_group is None


CALLER = Caller(arn=SESSION, tags={"team": "a;b"}, org_id="o-1", org_paths=("o-1/r-1/",))
OPEN = {"service": "allow", "network": "off"}


def test_policies_are_asked_about_the_whole_request() -> None:
    http = listener(port=80, protocol="HTTP")
    foo = service(listeners=(http,), auth_type="AWS_IAM", auth_policy=policy("allow"), tags={"stage": "test"})
    request = signed({})
    source = Source(address="10.0.0.7", port=80, vpc_arn=VPC)

    decision = decide(network(foo), Principal(name="app", caller=CALLER), request, source=source)

    assert decision.trace.authorization
    assert decision.trace.authorization.facts == Facts(
        caller=CALLER,
        service_arn=SERVICE_ARN,
        path="/orders/7",
        method="GET",
        headers=request.headers,
        query=QueryParams.parse("b=2&a=1"),
        port=80,
        service_network_arn=NETWORK_ARN,
        source_vpc="vpc-7",
        source_vpc_owner="210987654321",
        source_ip="10.0.0.7",
        is_secure=False,
        now=NOW,
        service_tags={"stage": "test"},
    )


def test_a_layer_without_a_verdict_says_why() -> None:
    nobody = Principal(name="pod", caller=Caller())
    known = Principal(name="app", caller=CALLER, identity_policy=Policy(statements=()))
    about = Principal(name="app", caller=CALLER, identity_policy=policy("other", kind="identity"))

    def last_layer(principal: Principal) -> Layer:
        authorization = decide(net_of(OPEN), principal).trace.authorization
        assert authorization
        return authorization.layers[-1]

    assert last_layer(nobody).title == "the IAM policies of pod"
    assert last_layer(known).title == f"the IAM policies of {CALLER.principal_arn}"
    assert last_layer(known).remark == "None of them mentions vpc-lattice-svcs:Invoke."
    assert last_layer(about).remark == ""


@pytest.mark.parametrize(
    ("layers", "principal", "reason"),
    [
        (
            {"service": "none", "network": "off"},
            None,
            "denied by the auth policy of the service foo: an anonymous caller may not GET /orders/7\n"
            "There is no auth policy, and AuthType AWS_IAM without one denies everything.",
        ),
        (
            {"service": "deny", "network": "off"},
            Principal(name="app", caller=CALLER),
            f"denied by the auth policy of the service foo: {SESSION} may not GET /orders/7\ndenied by Deny",
        ),
    ],
    ids=["without a policy", "by a statement"],
)
def test_a_denial_is_explained_in_two_lines(
    layers: dict[str, Any], principal: Principal | None, reason: str
) -> None:
    decision = decide(net_of(layers), principal)

    assert isinstance(decision, Reply)
    assert decision.reason == reason


def test_where_no_policy_is_asked_a_signature_says_nothing_to_targets() -> None:
    net = net_of({"service": "off", "network": "off"})
    assumptions = Assumptions(verify_signature_when_auth_none=True)

    decision = decide(net, Principal(name="app", caller=CALLER), assumptions=assumptions)

    assert isinstance(decision, Forward)
    assert decision.trace.principal is not None
    assert decision.trace.authorization is None
    assert "x-amzn-lattice-identity" not in decision.request.headers


def test_an_http_target_is_told_who_calls() -> None:
    decision = decide(net_of(OPEN), Principal(name="app", caller=CALLER))

    assert isinstance(decision, Forward)
    headers = decision.request.headers
    assert headers["x-amzn-lattice-identity"] == (
        f"Principal={SESSION}; PrincipalOrgID=o-1; PrincipalOrgPaths=o-1/r-1/; SessionName=s1; Type=AWS_IAM"
    )
    assert headers["x-amzn-lattice-identity-tags"] == (
        f"principal={SESSION}; principalorgid=o-1; principalorgpath=o-1/r-1/; team=a\\;b"
    )
    assert headers["x-amzn-source-vpc"] == "vpc-7"
    assert headers["x-amzn-lattice-network"] == f"SourceVpcArn={VPC}"


def test_what_is_not_known_of_a_caller_is_left_empty() -> None:
    decision = decide(net_of(OPEN), Principal(name="app", caller=Caller(arn=SESSION, tags={"a": "b"})))

    assert isinstance(decision, Forward)
    headers = decision.request.headers
    assert headers["x-amzn-lattice-identity-tags"] == (
        f"principal={SESSION}; principalorgid=; principalorgpath=; a=b"
    )
    assert decision.request.identity.principal_org_paths is None


def test_an_untagged_caller_has_no_header_of_tags() -> None:
    decision = decide(net_of(OPEN), Principal(name="app", caller=Caller(arn=SESSION)))

    assert isinstance(decision, Forward)
    assert "x-amzn-lattice-identity-tags" not in decision.request.headers


def test_an_authorization_that_is_no_signature_is_the_target_s() -> None:
    request = signed({"mode": "none", "headers": [["authorization", "Bearer token"]]})

    decision = decide(net_of(OPEN), None, request, assumptions=Assumptions(forward_signature=False))

    assert isinstance(decision, Forward)
    assert decision.request.headers["authorization"] == "Bearer token"


def test_an_anonymous_caller_has_no_identity_header() -> None:
    decision = decide(net_of(OPEN), None)

    assert isinstance(decision, Forward)
    assert "x-amzn-lattice-identity" not in decision.request.headers
    assert "x-amzn-lattice-identity-tags" not in decision.request.headers


@pytest.mark.parametrize(("forwarded", "there"), [(True, True), (False, False)])
def test_the_signature_reaches_the_target_or_not(forwarded: bool, there: bool) -> None:
    assumptions = Assumptions(forward_signature=forwarded)

    decision = decide(net_of(OPEN), Principal(name="app", caller=CALLER), assumptions=assumptions)

    assert isinstance(decision, Forward)
    assert ("authorization" in decision.request.headers) is there
    assert ("x-amz-security-token" in decision.request.headers) is there


VPC_POLICY = parse_policy(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "vpc-lattice-svcs:SourceVpc": "vpc-7",
                    "vpc-lattice-svcs:SourceVpcOwnerAccount": "210987654321",
                }
            },
        }
    }
)


@pytest.mark.parametrize(
    ("default", "token", "signature", "allowed"),
    [
        (VPC, None, None, True),
        (None, None, None, False),
        ("arn:aws:ec2:us-west-2:1:vpc/vpc-1", VPC, None, True),
        ("arn:aws:ec2:us-west-2:1:vpc/vpc-1", None, VPC, True),
        (VPC, "arn:aws:ec2:us-west-2:1:vpc/vpc-1", VPC, False),
    ],
    ids=["the default", "none", "of the proxy token", "of the signature", "the token before the signature"],
)
def test_the_source_vpc_is_the_connection_s_then_the_caller_s_then_the_default(
    default: str | None, token: str | None, signature: str | None, allowed: bool
) -> None:
    net = replace(network(service(auth_type="AWS_IAM", auth_policy=VPC_POLICY)))
    connected = token and Principal(name="pod", caller=Caller(), vpc_arn=token)
    caller = signature and Principal(name="app", caller=CALLER, vpc_arn=signature)
    source = Source(address="10.0.0.7", port=443, vpc_arn=default, principal=connected or None)

    decision = decide(net, caller or None, source=source)

    assert isinstance(decision, Forward) is allowed


def test_a_connection_of_no_vpc_leaves_it_to_the_signature() -> None:
    net = network(service(auth_type="AWS_IAM", auth_policy=VPC_POLICY))
    source = Source(address="10.0.0.7", port=443, principal=Principal(name="pod", caller=Caller()))

    decision = decide(net, Principal(name="app", caller=CALLER, vpc_arn=VPC), source=source)

    assert isinstance(decision, Forward)


def test_the_policy_of_the_network_that_the_vpc_is_on_counts() -> None:
    foo = service(service_network_arns=(NETWORK_ARN, "arn:other"))
    net = network(foo)
    other = replace(
        net.service_networks[0], arn="arn:other", name="other", vpc_ids=("vpc-7",), auth_type="AWS_IAM"
    )
    net = replace(net, service_networks=(*net.service_networks, other))

    decision = decide(net, None)

    assert isinstance(decision, Reply)
    assert decision.trace.service_network == other


VPC_A, VPC_B = (f"arn:aws:ec2:us-west-2:123456789012:vpc/vpc-{letter}" for letter in "ab")
VPC_C = "arn:aws:ec2:us-west-2:123456789012:vpc/vpc-c"


@pytest.mark.parametrize(
    ("default", "token", "signature", "is_signed", "judged_by"),
    [
        (VPC_A, None, None, False, "open"),
        (VPC_B, None, None, False, "closed"),
        (VPC_A, VPC_B, None, False, "closed"),
        (VPC_A, None, VPC_B, True, "closed"),
        (VPC_B, None, VPC_A, True, "open"),
        (VPC_A, VPC_A, VPC_B, True, "open"),
        (VPC_A, None, None, True, "open"),
        (VPC_C, None, None, False, "open"),
        (None, None, None, False, "open"),
    ],
    ids=[
        "the default",
        "the default, on the other",
        "of the proxy token",
        "of the signature",
        "of the signature, on the other",
        "the token before the signature",
        "a signature that names none",
        "on none of them: the first",
        "not known: the first",
    ],
)
def test_of_two_networks_the_one_that_the_caller_s_vpc_is_on_counts(
    default: str | None, token: str | None, signature: str | None, is_signed: bool, judged_by: str
) -> None:
    base = network(service(service_network_arns=("arn:open", "arn:closed")))
    (shared,) = base.service_networks
    lets_in = replace(shared, arn="arn:open", name="open", vpc_ids=("vpc-a",))
    refuses = replace(shared, arn="arn:closed", name="closed", vpc_ids=("vpc-b",), auth_type="AWS_IAM")
    net = replace(base, service_networks=(lets_in, replace(refuses, auth_policy=policy("deny"))))
    connected = Principal(name="bob", caller=Caller(), vpc_arn=token) if token else None
    caller = Principal(name="bob", caller=CALLER, vpc_arn=signature) if is_signed else None
    source = Source(address="10.0.0.7", port=443, vpc_arn=default, principal=connected)

    decision = decide(net, caller, source=source)

    assert decision.trace.service_network
    assert decision.trace.service_network.name == judged_by
    assert isinstance(decision, Forward) is (judged_by == "open")
    # Where nobody asks, no signature is looked at.
    assert (decision.trace.authentication is None) is (judged_by == "open")


def test_a_wrong_signature_counts_only_where_the_network_asks() -> None:
    base = network(service(service_network_arns=("arn:open", "arn:closed")))
    (shared,) = base.service_networks
    lets_in = replace(shared, arn="arn:open", vpc_ids=("vpc-a",))
    asks = replace(shared, arn="arn:closed", vpc_ids=("vpc-b",), auth_type="AWS_IAM")
    net = replace(base, service_networks=(lets_in, asks))
    wrong = signed({}).replace(path="/other")

    decisions = [
        decide(net, None, wrong, source=Source(address="10.0.0.7", port=443, vpc_arn=vpc))
        for vpc in (VPC_A, VPC_B)
    ]

    assert [isinstance(each, Forward) for each in decisions] == [True, False]


def test_a_service_on_no_network_is_asked_alone() -> None:
    net = network(service(auth_type="AWS_IAM", service_network_arns=()))

    decision = decide(net, None)

    assert isinstance(decision, Reply)
    assert describe(decision, net, Assumptions())["authorization"]["layers"][0]["remark"]


# ── properties ────────────────────────────────────────────────────────────────────────────────────

LAYERS = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["off", "none", "allow", "deny", "other"]),
        "network": st.sampled_from(["off", "none", "allow", "deny", "other"]),
        "identity": st.sampled_from(["anonymous", "unknown", "allow", "deny", "other", "empty"]),
    }
)


@given(LAYERS)
def test_a_plan_is_determined_by_its_arguments(layers: dict[str, Any]) -> None:
    one = decide(net_of(layers), principal_of(layers))
    other = decide(net_of(layers), principal_of(layers))

    assert one == other


@given(LAYERS, st.sampled_from(["service", "network", "identity"]))
def test_a_deny_never_lets_anybody_in(layers: dict[str, Any], kind: str) -> None:
    refused = {**layers, kind: "deny"} if layers[kind] in ("allow", "other") else layers
    before = isinstance(decide(net_of(layers), principal_of(layers)), Forward)
    after = isinstance(decide(net_of(refused), principal_of(refused)), Forward)

    assert before or not after


@given(LAYERS)
def test_whatever_is_decided_can_be_described(layers: dict[str, Any]) -> None:
    net = net_of(layers)
    decision = decide(net, principal_of(layers))

    described = describe(decision, net, Assumptions())

    assert (described["reply"] is None) is isinstance(decision, Forward)
    assert "Signature=" not in repr(described)
    assert "TOKENVALUE" not in repr(described)


def test_weights_share_as_they_say() -> None:
    import random

    draw = random.Random(1)
    foo = service(listeners=(listener(forward_to("a", "b", weights=(90, 10))),))
    net = network(foo, groups=(http_group("http://a", name="a"), http_group("http://b", name="b")))
    total = 10_000

    chosen = 0
    for _ in range(total):
        decision = plan(
            net,
            signed({"mode": "none"}),
            source=Source(address="10.0.0.7", port=443),
            credentials={},
            fresh_request_id="fresh",
            now_us=0,
            roll=draw.random(),
            turn={},
            health={},
            assumptions=Assumptions(),
        )
        assert isinstance(decision, Forward)
        chosen += decision.target_group.name == "a"

    assert abs(chosen - total * 0.9) <= 3 * (total * 0.9 * 0.1) ** 0.5
