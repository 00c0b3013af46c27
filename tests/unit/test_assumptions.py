"""Every switch of `Assumptions` does something: with another value, something else comes out."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import Assumptions
from lattice_events.codec import decode_response, encode_event
from lattice_events.errors import ResponseError
from lattice_events.network.authentication import KnownKey
from lattice_events.network.dataplane import fail, plan
from lattice_events.network.decision import Decision, Forward, Reply, Source, TargetFailure
from lattice_events.network.model import Network, Principal
from lattice_events.network.policy import Caller, parse_policy
from lattice_events.readers.cloudformation.resources import read_template
from lattice_events.readers.cloudformation.template import TemplateOptions
from lattice_events.readers.common.documents import parse_yaml, parse_yaml_stream
from lattice_events.readers.kubernetes.routes import read_manifests
from lattice_events.sigv4 import Credentials, sign_lattice
from tests.integration.wire import HOST, headers_of, wired
from tests.networks import ACCOUNT, REGION, http_group, listener, network, rule, service

NOW = datetime(2026, 1, 2, 3, 7, 45, tzinfo=UTC)
KEY = Credentials(access_key_id="AKID", secret_access_key="s")
CALLER = Principal(name="app", caller=Caller(arn=f"arn:aws:iam::{ACCOUNT}:user/app"))
STATEMENT = {"Principal": "*", "Action": "*", "Resource": "*"}
ALLOW, DENY = (parse_policy({"Statement": {**STATEMENT, "Effect": each}}) for each in ("Allow", "Deny"))
HTTP = (http_group("http://h", name="functions"),)
Observe = Callable[[Assumptions], Any]


def request(
    path: str = "/orders/7", *headers: tuple[str, str], host: str = "foo", query: str = ""
) -> Request:
    domain = service(host).domain_name
    return Request(path=path, query_string=query, headers=Headers((("host", domain), *headers)))


def decide(asked: Request, assumptions: Assumptions, net: Network | None = None) -> Decision:
    """Plan a request to the service foo."""
    return plan(
        net or network(groups=HTTP),
        asked,
        source=Source(address="10.0.0.7", port=443),
        credentials={"AKID": KnownKey(credentials=KEY, principal=CALLER)},
        fresh_request_id="fresh",
        now_us=int(NOW.timestamp() * 1_000_000),
        roll=0.0,
        turn={},
        health={},
        assumptions=assumptions,
    )


def is_forwarded(asked: Request, net: Network) -> Observe:
    return lambda assumptions: isinstance(decide(asked, assumptions, net), Forward)


def matches(path: str, match: dict[str, Any], query: str = "") -> Observe:
    net = network(service(listeners=(listener(None, rule(1, match)),)))
    return lambda assumptions: decide(request(path, query=query), assumptions, net).trace.rule is not None


def reply(assumptions: Assumptions, asked: Request, net: Network | None = None) -> tuple[int, bytes]:
    decision = decide(asked, assumptions, net)
    assert isinstance(decision, Reply)
    return decision.response.status, decision.response.body


def failed(failure: TargetFailure) -> Observe:
    def observe(assumptions: Assumptions) -> Any:
        decision = decide(request(), assumptions)
        assert isinstance(decision, Forward)
        return fail(decision, failure, "why", assumptions).response.status

    return observe


def event(version: Any, asked: Request) -> Observe:
    return lambda assumptions: encode_event(asked, version=version, assumptions=assumptions)


def response(returned: object) -> Observe:
    def observe(assumptions: Assumptions) -> Any:
        try:
            return decode_response(returned, assumptions=assumptions)
        except ResponseError:
            return "refused"

    return observe


def target_header(name: str, asked: Request, net: Network | None = None) -> Observe:
    def observe(assumptions: Assumptions) -> Any:
        decision = decide(asked, assumptions, net)
        assert isinstance(decision, Forward)
        return decision.request.headers.get(name)

    return observe


def connection_of_target(assumptions: Assumptions) -> list[str] | None:
    """What a target is told of the connection."""

    async def ask() -> bytes:
        async with wired(assumptions=assumptions) as wire:
            await wire.ask(f"GET / HTTP/1.1\r\nHost: {HOST}".encode())
            return wire.received[0]

    return headers_of(asyncio.run(ask())).get("connection")


def signed(path: str = "/orders/7", *, age_seconds: int = 0, encoding: Any = "double") -> Request:
    done = sign_lattice(
        "GET",
        f"https://{service().domain_name}{path}",
        headers=(),
        credentials=KEY,
        region=REGION,
        now=NOW - timedelta(seconds=age_seconds),
        path_encoding=encoding,
    )
    return Request(path=path, headers=Headers(done.headers))


def guarded(**changes: Any) -> Network:
    return network(service(auth_type="AWS_IAM", auth_policy=ALLOW, **changes), groups=HTTP)


def blamed(assumptions: Assumptions) -> Any:
    """Of a network without a policy and a service that denies, who is blamed."""
    net = network(service(auth_type="AWS_IAM", auth_policy=DENY))
    (shared,) = net.service_networks
    asks = dataclasses.replace(net, service_networks=(dataclasses.replace(shared, auth_type="AWS_IAM"),))
    return reply(assumptions, request(), asks)


TEMPLATE = """\
Resources:
  Service: {Type: "AWS::VpcLattice::Service", Properties: {Name: foo}}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties: {ServiceIdentifier: !Ref Service, Protocol: HTTP, DefaultAction: {FixedResponse: {StatusCode: 404}}}
  Rule:
    Type: AWS::VpcLattice::Rule
    Properties:
      ListenerIdentifier: !Ref Listener
      Priority: 1
      Match: {HttpMatch: {PathMatch: {Match: {Exact: /a}}}}
      Action: {FixedResponse: {StatusCode: 500}}
"""
MANIFESTS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: sample}
spec: {gatewayClassName: amazon-vpc-lattice, listeners: [{name: http, protocol: HTTP, port: 80}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec: {parentRefs: [{name: sample}], rules: [{matches: [{path: {type: Exact, value: /a}}]}]}
"""


def template(assumptions: Assumptions) -> Any:
    document = parse_yaml(TEMPLATE, "stack.yml")
    options = TemplateOptions(
        region=REGION,
        account=ACCOUNT,
        stack_name="stack",
        parameters={},
        code=lambda _: None,
        assumptions=assumptions,
    )
    return read_template(document.value, locate=document.locate, options=options).services


def manifests(assumptions: Assumptions) -> Any:
    documents = list(parse_yaml_stream(MANIFESTS, "k8s.yml"))
    return read_manifests(
        documents, region=REGION, account=ACCOUNT, target_urls={}, assumptions=assumptions
    ).route_services


REPEATED = request("/", ("x-a", "1"), ("x-a", "2"), query="a=1&a=2")
TYPED = REPEATED.replace(headers=Headers({"content-type": "application/json; charset=utf-8"}), body=b"{}")
SWITCHES: dict[str, tuple[Any, Observe]] = {
    "keep_target_connections": (False, connection_of_target),
    "prefix_mode": ("element", matches("/apple", {"prefix": "/app"})),
    "api_case_sensitive": (False, manifests),
    "cloudformation_case_sensitive": (True, template),
    "match_query_string": (True, matches("/a", {"exact": "/a"}, query="b=1")),
    "v1_query_repeat": ("last", event("V1", REPEATED)),
    "v1_header_join": (", ", event("V1", REPEATED)),
    "text_type_with_parameters": ("text", event("V2", TYPED)),
    "identity_empty_fields": (False, target_header("x-amzn-lattice-identity", signed(), guarded())),
    "forwarded_for": ("replace", target_header("x-forwarded-for", request("/", ("x-forwarded-for", "1.2.3.4")))),
    "request_too_large_status": (502, failed("request_too_large")),
    "response_envoy_leniency": (True, response({"body": ""})),
    "response_header_lists": ("refuse", response({"statusCode": 200, "headers": {"a": ["b"]}})),
    "response_cookies": ("ignore", response({"statusCode": 200, "cookies": ["a=b"]})),
    "function_error_status": (500, failed("function")),
    "function_throttled_status": (503, failed("throttled")),
    "connect_failure_status": (500, failed("connect")),
    "target_protocol_error_status": (500, lambda given: (failed("protocol")(given), failed("closed")(given))),
    "timeout_status": (500, failed("timeout")),
    "empty_group_status": (500, lambda given: reply(given, request(), network(groups=(http_group(name="functions"),)))),
    "unknown_host_body": ("nobody", lambda given: reply(given, request(host="bar"))),
    "verify_signature_when_auth_none": (True, is_forwarded(signed(age_seconds=3600), network())),
    "authorize_before_rules": (
        False,
        lambda given: decide(
            request(), given, network(service(auth_type="AWS_IAM", listeners=(listener(None, rule(1, {})),)))
        ).trace.rule,
    ),
    "explicit_deny_first": (False, blamed),
    "clock_skew_seconds": (60, is_forwarded(signed(age_seconds=200), guarded())),
    "single_path_encoding": (False, is_forwarded(signed("/a%20b", encoding="single"), guarded())),
    "forward_signature": (False, target_header("authorization", signed(), guarded())),
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Assumptions)])
def test_another_value_of_a_switch_has_another_result(name: str) -> None:
    other, observe = SWITCHES[name]

    assert observe(Assumptions()) != observe(Assumptions(**{name: other}))
