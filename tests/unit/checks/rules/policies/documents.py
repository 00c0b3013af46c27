"""Policies for the tests of their rules: a service that has one, as the readers would define it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lattice_events.checks.rule import Material
from lattice_events.checks.rules.policies.documents import Document
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import AUTH_POLICY, SERVICE
from lattice_events.definitions.values import Resource
from lattice_events.headers import Headers
from lattice_events.network.policy import Caller, Facts

IDS = ("svc-0123456789abcdef0", "svc-0fedcba9876543210")
ACCOUNTS = ("111122223333", "444455556666")
SERVICES = tuple(f"arn:aws:vpc-lattice:us-east-1:{ACCOUNTS[0]}:service/{each}" for each in IDS)
NETWORK = f"arn:aws:vpc-lattice:us-east-1:{ACCOUNTS[0]}:servicenetwork/sn-0123456789abcdef0"
ROLES = tuple(f"arn:aws:iam::{account}:role/{name}" for account in ACCOUNTS for name in ("r", "path/s"))
USERS = (f"arn:aws:iam::{ACCOUNTS[0]}:user/u",)
SESSIONS = tuple(f"arn:aws:sts::{account}:assumed-role/r/x" for account in ACCOUNTS)
PRINCIPALS = ("*", *ACCOUNTS, f"arn:aws:iam::{ACCOUNTS[1]}:root", *ROLES, *USERS, *SESSIONS)
CALLERS = (
    Caller(),
    *(Caller(arn=each) for each in (*SESSIONS, *USERS)),
    *(Caller(arn=f"arn:aws:sts::{each}:assumed-role/s/y", role_arn=f"arn:aws:iam::{each}:role/path/s") for each in ACCOUNTS),
)  # fmt: skip
RESOURCES = (
    "*", "*/*", "*/a", "*/orders/*", "/orders/*", "orders", "https://orders/*", "*service*", "arn:aws:vpc-lattice:*:*:service/*",
    *(f"{each}{end}" for each in SERVICES for end in ("", "/", "/*", "/a", "/orders/*", "*", "?a", "/${aws:PrincipalAccount}")),
    *(f"{NETWORK}{end}" for end in ("", "/*", "*")), f"arn:aws:vpc-lattice-svcs:us-east-1:{ACCOUNTS[0]}:service/{IDS[0]}/*",
)  # fmt: skip
ACTIONS = ("*", "vpc-lattice-svcs:*", "vpc-lattice-svcs:Invoke", "vpc-lattice-svcs:inv*", "vpc-lattice:Invoke", "vpc-lattice-svcs:Connect")  # fmt: skip
OPERATORS = (
    "StringEquals", "StringEqualsIgnoreCase", "StringLike", "StringNotEquals", "StringNotLike", "ArnLike", "ArnNotEquals", "Null"
)  # fmt: skip
VALUES = {
    "vpc-lattice-svcs:RequestMethod": ("GET", "get", "G*", "*", "PUT"),
    "vpc-lattice-svcs:RequestPath": ("/a", "a", "/*", "/orders/*", "?a"),
    "vpc-lattice-svcs:RequestHeader/x": ("*", "a"),
    "vpc-lattice-svcs:Port": ("443", "https"),
    "vpc-lattice-svcs:SourceVpc": ("vpc-0123456789abcdef0", "vpc-*", f"arn:aws:ec2:us-east-1:{ACCOUNTS[0]}:vpc/vpc-1"),
    "vpc-lattice-svcs:ServiceArn": (*SERVICES, f"{SERVICES[0]}/*", "arn:aws:vpc-lattice:*:*:service/*"),
    "vpc-lattice-svcs:ServiceNetworkArn": (NETWORK, "sn-0123456789abcdef0", SERVICES[0]),
    "aws:PrincipalArn": (*ROLES, *SESSIONS, *USERS, "arn:aws:iam::*:role/*", "arn:aws:sts::*:assumed-role/r/*", "arn:*:*:*:*:*"),
    "aws:PrincipalAccount": (*ACCOUNTS, "11112222333", "4444*"),
    "aws:PrincipalType": ("AssumedRole", "anonymous", "Anonymous", "Role", "A*"),
    "aws:PrincipalOrgID": ("o-abc", "abc", "o-*"),
    "aws:SourceIp": ("10.0.0.1", "10.0.0.0/8"),
    "aws:SourceArn": (*ROLES,),
    "aws:CalledVia": ("lambda.amazonaws.com",),
}  # fmt: skip


def often(usual: str, others: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Half of the time what lets many requests through, so that the other parts decide."""
    return st.just(usual) | st.sampled_from(others)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """None, or one of one value."""
    if draw(st.integers(0, 3)) == 0:
        return {}
    operator, key = draw(st.sampled_from(OPERATORS)), draw(st.sampled_from(sorted(VALUES)))
    value = draw(st.sampled_from(("true", "false") if operator == "Null" else VALUES[key]))
    end = "" if operator == "Null" else draw(st.sampled_from(("", "IfExists")))
    prefix = draw(st.sampled_from(("", "", "ForAnyValue:", "ForAllValues:")))
    return {f"{prefix}{operator}{end}": {key: value}}


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    """One of single values, so that what is told of a part is told of the whole."""
    principal = draw(often("*", PRINCIPALS))
    return {
        "Effect": draw(st.sampled_from(("Allow", "Allow", "Deny"))),
        "Principal": "*" if principal == "*" else {"AWS": principal},
        "Action": draw(often("vpc-lattice-svcs:Invoke", ACTIONS)),
        draw(often("Resource", ("Resource", "NotResource"))): draw(often("*", RESOURCES)),
        "Condition": draw(conditions()),
    }


REQUESTS = tuple(
    Facts(
        service_arn=service,
        caller=caller,
        path=path,
        method=method,
        headers=headers,
        service_network_arn=NETWORK,
        source_vpc=vpc,
        source_ip="10.0.0.1",
    )
    for service in SERVICES
    for caller in CALLERS
    for path, method, headers, vpc in (
        ("/", "GET", Headers(), None),
        ("/a", "GET", Headers([("x", "a")]), "vpc-0123456789abcdef0"),
        ("/orders/1", "PUT", Headers([("x", "*")]), "vpc-0123456789abcdef0"),
        ("/b", "PUT", Headers(), None),
    )
)
TO_FIRST = tuple(each for each in REQUESTS if each.service_arn == SERVICES[0])


def policy_of(*written: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(written)}


def resource(
    name: str, kind: str, properties: dict[str, Any], *, arn: str = "", account: str = ACCOUNTS[0]
) -> Resource:
    """A resource whose parts all stand at one place."""
    return Resource(
        name=name,
        type=kind,
        stack="stack",
        region="us-east-1",
        account=account,
        arn=arn,
        written={"Type": kind, "Properties": properties},
        locate=lambda path: f"{name}.yaml:1:1 ({'.'.join(map(str, path))})",
        resolve=lambda: properties,
    )


def services() -> tuple[Resource, ...]:
    """Both services; they ask who calls."""
    return tuple(
        resource(f"Service{index}", SERVICE, {"Name": f"s{index}", "AuthType": "AWS_IAM"}, arn=arn)
        for index, arn in enumerate(SERVICES)
    )


def on_first_service(document: Any) -> Material:
    """A policy on the first of both services."""
    policy = resource("Policy", AUTH_POLICY, {"ResourceIdentifier": SERVICES[0], "Policy": document})
    return Material(definitions=Definitions(resources=(*services(), policy)))


def document_of(value: Any, *, kind: str = "auth") -> Document:
    return Document(
        kind="identity" if kind == "identity" else "auth", owner="it", value=value, locate=lambda _: ""
    )
