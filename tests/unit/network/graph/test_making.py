"""The graph of a network: what is in it, and that it is a function of the set of what is there."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events import Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.network.authorization import authorize, needs_authorization
from lattice_events.network.graph import ANONYMOUS, Edge, Graph, Node, make_graph
from lattice_events.network.model import (
    FixedResponseAction,
    Network,
    Principal,
    Service,
    ServiceNetwork,
)
from lattice_events.network.policy import Caller, Facts, parse_policy
from lattice_events.network.routing import route
from tests.networks import (
    FUNCTION_ARN,
    NETWORK_ARN,
    forward_to,
    group_arn,
    http_group,
    lambda_group,
    listener,
    rule,
)
from tests.networks import network as network_of
from tests.networks import service as service_of
from tests.shops import shop

ROLE = "arn:aws:iam::123456789012:role/app"
APP = Principal(name="app", caller=Caller(arn="arn:aws:sts::123456789012:assumed-role/app/s", role_arn=ROLE))
IN_VPC = replace(APP, vpc_arn="arn:aws:ec2:us-west-2:123456789012:vpc/vpc-1")
FOO, ORDERS = service_of().arn, service_of("orders").arn


def statement(resource: str = "*", effect: str = "Allow", **changes: Any) -> dict[str, Any]:
    about: dict[str, Any] = {"Action": "vpc-lattice-svcs:Invoke", "Resource": resource}
    return {"Sid": "App", "Effect": effect, "Principal": {"AWS": ROLE}, **about, **changes}


def guarded(*statements: dict[str, Any], name: str = "orders", **changes: Any) -> Service:
    """A service with AuthType AWS_IAM."""
    policy = parse_policy({"Version": "2012-10-17", "Statement": list(statements)}) if statements else None
    return service_of(name, auth_type="AWS_IAM", auth_policy=policy, **changes)


def graph_of(*services: Service, principals: tuple[Principal, ...] = (APP,), **options: Any) -> Graph:
    groups = (lambda_group(), http_group("http://127.0.0.1:8080"))
    return make_graph(replace(network_of(*services, groups=groups), principals=principals), **options)


def names(graph: Graph, kind: Any) -> list[str]:
    return [node.name for node in graph.of_kind(kind)]


def calls(graph: Graph) -> list[tuple[str, str, str]]:
    return [
        (graph.node_by_id[edge.source].name, graph.node_by_id[edge.target].name, edge.label)
        for edge in graph.edges
        if edge.kind == "call"
    ]


def test_everything_on_the_way_of_a_request_is_a_node() -> None:
    action = forward_to("functions", "pods", weights=(1, 2))
    graph = graph_of(
        service_of(listeners=(listener(None, rule(10, {"method": "GET", "prefix": "/a"}, action)),))
    )
    group, pods, default = group_arn("functions"), group_arn("pods"), "arn:listener/443/default"

    assert graph == Graph(
        nodes=(
            Node(id=NETWORK_ARN, kind="service network", name="sample", details=("1 VPC",)),
            Node(id=FOO, kind="service", name="foo"),
            Node(id="arn:listener/443", kind="listener", name="HTTPS 443", service=FOO),
            Node(id="arn:rule/10", kind="rule", name="10 · GET /a*", service=FOO, order=10),
            Node(id=default, kind="rule", name="default", service=FOO, order=1 << 31),
            Node(id=group, kind="target group", name="functions", details=("Lambda V2",), service=FOO),
            Node(id=pods, kind="target group", name="pods", details=("IP",), service=FOO),
            Node(id=FUNCTION_ARN, kind="function", name="hello"),
            Node(id="http://127.0.0.1:8080", kind="HTTP target", name="127.0.0.1:8080"),
        ),
        edges=(
            Edge(source=NETWORK_ARN, target=FOO, kind="association"),
            Edge(source="arn:listener/443", target="arn:rule/10", kind="listener"),
            Edge(source="arn:listener/443", target=default, kind="listener"),
            Edge(source="arn:rule/10", target=group, kind="forward", label="33.3 %"),
            Edge(source="arn:rule/10", target=pods, kind="forward", label="66.7 %"),
            Edge(source=default, target=group, kind="forward"),
            Edge(source=group, target=FUNCTION_ARN, kind="target"),
            Edge(source=pods, target="http://127.0.0.1:8080", kind="target"),
        ),
    )
    assert graph.edges[0].id == f"{NETWORK_ARN} -> {FOO}"


def test_a_caller_leads_to_a_service_that_lets_it_in() -> None:
    get = {"StringEquals": {"vpc-lattice-svcs:RequestMethod": "GET"}}
    graph = graph_of(guarded(statement(f"{ORDERS}/orders/*", Condition=get)))

    assert calls(graph) == [("app", "orders", "GET /orders/*")]
    assert graph.node_by_id[ORDERS].details == ("AWS_IAM",)
    assert graph.node_by_id[f"{ORDERS}/auth-policy"] == Node(
        id=f"{ORDERS}/auth-policy",
        kind="auth policy",
        name="auth policy",
        details=("Allow App: GET /orders/*",),
        service=ORDERS,
    )
    assert graph.edges_from(f"{ORDERS}/auth-policy")[0].target == ORDERS


@pytest.mark.parametrize(
    ("statements", "identity", "expected"),
    [
        ([statement()], None, [("app", "orders", "")]),
        ([statement(Principal="*")], None, [("anonymous", "orders", ""), ("app", "orders", "")]),
        ([statement(Principal={"AWS": "210987654321"})], None, []),
        ([statement(ORDERS)], None, []),  # a bare ARN of a service matches no path
        ([statement(), statement(effect="Deny")], None, []),
        ([statement(), statement("*/admin/*", "Deny")], None, [("app", "orders", "some requests")]),
        ([], None, []),
        ([statement()], [], []),
        ([statement()], [statement(f"{ORDERS}/a/*")], [("app", "orders", "/a/*")]),
        ([statement()], [statement(f"{FOO}/*")], []),
    ],
    ids=[
        "all",
        "anyone",
        "other",
        "bare",
        "denied",
        "partly",
        "no policy",
        "no own",
        "partly own",
        "elsewhere",
    ],
)
def test_who_may_call_a_service_is_what_all_policies_say(
    statements: list[dict[str, Any]], identity: list[dict[str, Any]] | None, expected: list[Any]
) -> None:
    policy = None
    if identity is not None:
        own = [{**each, "Principal": None} for each in identity]
        written = [{key: value for key, value in each.items() if value is not None} for each in own]
        other = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        policy = parse_policy({"Version": "2012-10-17", "Statement": [*written, other]}, kind="identity")

    graph = graph_of(guarded(*statements), principals=(replace(APP, identity_policy=policy),))

    assert calls(graph) == expected


def test_a_caller_leads_to_the_service_network_that_its_vpc_is_on() -> None:
    elsewhere = replace(APP, name="elsewhere", vpc_arn="arn:aws:ec2:us-west-2:123456789012:vpc/vpc-9")

    graph = graph_of(service_of(), principals=(IN_VPC, elsewhere, replace(APP, name="nowhere")))

    assert calls(graph) == [("app", "sample", "")]


def test_a_service_network_s_own_policy_decides_too() -> None:
    policy = parse_policy({"Version": "2012-10-17", "Statement": [statement(f"{FOO}/*")]})
    at = ServiceNetwork(name="sample", arn=NETWORK_ARN, auth_type="AWS_IAM", auth_policy=policy)
    network = replace(
        network_of(service_of(), guarded(statement())), service_networks=(at,), principals=(APP,)
    )

    graph = make_graph(network)

    assert calls(graph) == [("app", "foo", "")]
    assert graph.node_by_id[NETWORK_ARN].details == ("AWS_IAM",)
    assert graph.node_by_id[f"{NETWORK_ARN}/auth-policy"].details == ("Allow App: foo",)
    assert graph.node_by_id[f"{NETWORK_ARN}/auth-policy"].service is None


def test_a_service_on_no_network_asks_its_own_policy_alone() -> None:
    graph = graph_of(guarded(statement(), service_network_arns=()))

    assert calls(graph) == [("app", "orders", "")]
    assert names(graph, "service network") == []


def test_only_the_services_that_are_asked_for_are_shown() -> None:
    graph = graph_of(service_of(), guarded(statement()), services={"orders"})

    assert names(graph, "service") == ["orders"]
    assert names(graph, "caller") == ["app"]


def test_what_one_caller_may_reach_is_shown_rule_by_rule() -> None:
    rules = (
        rule(10, {"prefix": "/orders/drafts"}),
        rule(20, {"exact": "/orders/7"}),
        rule(30, {"prefix": "/admin"}),
        rule(40, {"method": "PUT", "prefix": "/orders"}),
        rule(
            50, {"prefix": "/ADMIN", "case_sensitive": False}
        ),  # /orders is no path of it, but that is not told
        rule(60, {"exact": "/orders/8?x=1"}),
    )
    get = {"StringEquals": {"vpc-lattice-svcs:RequestMethod": "GET"}}
    reads = statement(f"{ORDERS}/orders/*", Condition=get)
    closed = guarded(statement(Principal="*", Effect="Deny"), name="closed")

    graph = graph_of(guarded(reads, listeners=(listener(None, *rules),)), closed, caller=APP)

    assert names(graph, "service") == ["orders"]
    assert [node.order for node in graph.of_kind("rule")] == [10, 20, 50, 60, 1 << 31]
    assert calls(graph) == [("app", "orders", "GET /orders/*")]


def test_a_caller_alone_also_leads_to_what_is_open() -> None:
    outside = service_of("outside", service_network_arns=())
    graph = graph_of(service_of(), outside, caller=APP)

    assert calls(graph) == [("app", "sample", ""), ("app", "outside", "")]
    assert graph.node_by_id[outside.arn].details == ("on no service network",)


@pytest.mark.parametrize("caller", [APP, ANONYMOUS])
def test_a_caller_who_reaches_nothing_is_alone(caller: Principal) -> None:
    graph = graph_of(guarded(), service_of("empty", listeners=()), caller=caller)

    assert names(graph, "caller") == [caller.name]
    assert len(graph.nodes) == 1


def test_anonymous_callers_are_not_the_caller_of_that_name() -> None:
    graph = graph_of(guarded(statement(Principal="*")), principals=(replace(APP, name="anonymous"),))

    assert [node.id for node in graph.of_kind("caller")] == ["anonymous", "caller:anonymous"]


def test_a_listener_s_port_and_protocol_count() -> None:
    tls = {"Bool": {"aws:SecureTransport": "true"}, "NumericEquals": {"vpc-lattice-svcs:Port": "443"}}
    plain = replace(listener(port=80, protocol="HTTP"), arn="arn:listener/80")
    orders = guarded(statement(Condition=tls), listeners=(listener(), plain))

    assert names(graph_of(orders), "listener") == ["HTTP 80", "HTTPS 443"]
    assert names(graph_of(orders, caller=APP), "listener") == ["HTTPS 443"]


def test_what_is_special_about_a_service_or_a_rule_is_said() -> None:
    plain = service_of("plain", custom_domain_name="shop.example", listeners=())
    fixed = service_of("fixed", listeners=(listener(FixedResponseAction(status=404)),))

    graph = graph_of(plain, fixed)

    assert graph.node_by_id[plain.arn].details == ("shop.example", "no listener")
    assert graph.node_by_id["arn:listener/443/default"].details == ("answers 404",)


def test_a_group_of_two_services_belongs_to_none() -> None:
    graph = graph_of(service_of(), service_of("bar"), services={"bar"})

    assert graph.node_by_id[group_arn("functions")].service is None


def test_a_group_that_stands_twice_in_an_action_has_one_edge() -> None:
    twice = forward_to("functions", "pods", "functions", weights=(1, 2, 1))
    alone = forward_to("functions", "functions")
    zero = forward_to("functions", "pods", weights=(0, 0))
    rules = rule(10, {"prefix": "/a"}, alone), rule(20, {"prefix": "/b"}, zero)

    graph = graph_of(service_of(listeners=(listener(twice, *rules),)))

    labels = {edge.id: edge.label for edge in graph.edges if edge.target == group_arn("functions")}
    assert sorted(labels.values()) == ["", "0 %", "50 %"]


def shuffled(network: Network, seed: int) -> Network:
    """The same network, its parts in another order."""
    draw = random.Random(seed)

    def mixed(values: Any) -> Any:
        return tuple(draw.sample(values, len(values)))

    services = [
        replace(
            each,
            listeners=mixed([replace(at, rules=mixed(at.rules)) for at in each.listeners]),
            service_network_arns=mixed(each.service_network_arns),
        )
        for each in network.services
    ]
    return replace(
        network,
        services=mixed(services),
        target_groups=mixed([replace(each, targets=mixed(each.targets)) for each in network.target_groups]),
        principals=mixed(network.principals),
        functions=mixed(network.functions),
        service_networks=mixed(network.service_networks),
    )


@given(st.integers())
def test_the_graph_minds_no_order(seed: int) -> None:
    network = shop(6)
    denying = ServiceNetwork(name="denying", arn=f"{NETWORK_ARN}2", auth_type="AWS_IAM")
    both = replace(
        network,
        service_networks=(*network.service_networks, denying),
        services=tuple(
            replace(each, service_network_arns=(*each.service_network_arns, denying.arn))
            for each in network.services
        ),
    )

    for caller in (None, network.principals[0], IN_VPC):
        assert make_graph(shuffled(both, seed), caller=caller) == make_graph(both, caller=caller)


PATHS = ("/", "/a", "/a/b", "/b")
RULES = tuple(
    rule(priority, {kind: path, "method": method} if method else {kind: path})
    for priority, (kind, path, method) in enumerate(
        [("exact", "/a", None), ("prefix", "/a", "PUT"), ("prefix", "/b", None)], start=1
    )
)


@st.composite
def policies(draw: st.DrawFn, kind: Any) -> Any:
    """No policy, or one of a few statements about two services."""
    statements = [
        {
            "Effect": draw(st.sampled_from(("Allow", "Allow", "Deny"))),
            **(
                {}
                if kind == "identity"
                else {"Principal": draw(st.sampled_from(("*", {"AWS": ROLE}, {"AWS": "2" * 12})))}
            ),
            "Action": "vpc-lattice-svcs:Invoke",
            "Resource": draw(
                st.sampled_from(("*", f"{FOO}/*", f"{FOO}/a*", f"{FOO}/a/*", f"{FOO}/b", "*/a"))
            ),
            "Condition": draw(
                st.sampled_from(
                    (
                        {},
                        {"StringEquals": {"vpc-lattice-svcs:RequestMethod": "PUT"}},
                        {"StringNotLike": {"vpc-lattice-svcs:RequestPath": "/a*"}},
                        {"StringEquals": {"vpc-lattice-svcs:SourceVpc": "vpc-1"}},
                    )
                )
            ),
        }
        for _ in range(draw(st.integers(1, 3)))
    ]
    return parse_policy({"Version": "2012-10-17", "Statement": statements}, kind=kind)


@given(policies("auth"), policies("auth"), policies("identity"), st.data())
def test_whatever_the_policies_let_in_is_in_the_caller_s_graph(
    of_service: Any, of_network: Any, own: Any, data: st.DataObject
) -> None:
    caller = replace(data.draw(st.sampled_from((APP, IN_VPC))), identity_policy=own)
    auth_types: Any = st.sampled_from(("NONE", "AWS_IAM"))
    foo = service_of(
        listeners=(listener(None, *RULES),), auth_type=data.draw(auth_types), auth_policy=of_service
    )
    at = ServiceNetwork(
        name="sample", arn=NETWORK_ARN, auth_type=data.draw(auth_types), auth_policy=of_network
    )
    network = replace(network_of(foo), service_networks=(at,))
    request = Request(
        method=data.draw(st.sampled_from(("GET", "PUT"))), path=data.draw(st.sampled_from(PATHS))
    )
    vpc = (
        caller.vpc_arn.rpartition("/")[2]
        if caller.vpc_arn
        else data.draw(st.sampled_from(("vpc-1", "vpc-2")))
    )
    facts = Facts(
        service_arn=FOO, caller=caller.caller, path=request.path, method=request.method, source_vpc=vpc
    )
    is_in = not needs_authorization(foo, at) or (
        authorize(facts, service=foo, service_network=at, principal=caller, assumptions=DEFAULTS).denied_by
        is None
    )
    met = route(foo.listeners[0], request, DEFAULTS).rule

    graph = make_graph(network, caller=caller)

    if is_in:
        assert FOO in graph.node_by_id
        assert (met.arn if met else "arn:listener/443/default") in graph.node_by_id
        assert graph.edges_from("caller:app")


def test_a_weight_of_one_in_a_thousand_is_not_nothing() -> None:
    action = forward_to("functions", "pods", weights=(1, 999))

    graph = graph_of(service_of(listeners=(listener(action),)))

    assert [edge.label for edge in graph.edges if edge.kind == "forward"] == ["0.1 %", "99.9 %"]
