"""Networks that the VPC Lattice API can define, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    HeaderMatch,
    HealthCheck,
    HttpTarget,
    LambdaTarget,
    Listener,
    Match,
    Network,
    PathMatch,
    Rule,
    Service,
    ServiceNetwork,
    TargetGroup,
    WeightedTargetGroup,
    generated_domain_name,
    make_id,
)
from lattice_events.network.policy import parse_policy

REGION, ACCOUNT = "us-west-2", "123456789012"
ARN = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hello"
VPCS = ("vpc-0123abcd", "vpc-0123456789abcdef0")
NAMES = st.sampled_from(("foo", "bar", "a-b", "x2y"))


def arn(kind: str, prefix: str, *names: str) -> str:
    return f"{ARN}:{kind}/{make_id(prefix, *names)}"


WHO: tuple[dict[str, Any], ...] = (
    {"Principal": "*"},
    {"NotPrincipal": {"AWS": [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"]}},
    {"Principal": {"AWS": ACCOUNT, "Service": ["a.amazonaws.com", "b.amazonaws.com"]}},
    {"Principal": {}},
)
WHAT: tuple[dict[str, Any], ...] = (
    {"Action": "*", "Resource": "*"},
    {
        "NotAction": ["vpc-lattice-svcs:Invoke", "vpc-lattice-svcs:Connect"],
        "NotResource": [f"{ARN}:service/*", "é"],
    },
)
CONDITIONS: tuple[dict[str, Any], ...] = (
    {
        "ForAnyValue:StringLikeIfExists": {
            "aws:PrincipalOrgPaths": ["o-1/*", "${*}"],
            "aws:PrincipalOrgID": "o-1",
        }
    },
    {"Null": {"vpc-lattice-svcs:Port": True}, "NumericEquals": {"vpc-lattice-svcs:Port": 443}},
)
STATEMENTS = st.builds(
    lambda who, what, others: {"Effect": "Deny", **who, **what, **others},
    st.sampled_from(WHO),
    st.sampled_from(WHAT),
    st.fixed_dictionaries({}, optional={"Sid": st.just("First"), "Condition": st.sampled_from(CONDITIONS)}),
)
POLICIES = st.builds(
    lambda version, statements: parse_policy({"Version": version, "Statement": statements}),
    st.sampled_from(("2012-10-17", "2008-10-17")),
    st.lists(STATEMENTS, min_size=1, max_size=3),
)
HEALTH_CHECKS = st.builds(
    HealthCheck,
    path=st.sampled_from(("/", "/health?x=1")),
    interval_seconds=st.integers(5, 300),
    timeout_seconds=st.integers(1, 120),
    healthy_threshold=st.integers(2, 10),
    unhealthy_threshold=st.integers(2, 10),
    statuses=st.sampled_from((((200, 200),), ((200, 299), (302, 302)))),
)
TEXTS = st.sampled_from(("a", "A b", "x=1"))
MATCHES = st.builds(
    Match,
    method=st.sampled_from((None, "GET", "PURGE")),
    path=st.none()
    | st.builds(
        PathMatch,
        kind=st.sampled_from(("exact", "prefix")),
        value=st.sampled_from(("/", "/A?b")),
        case_sensitive=st.booleans(),
    ),
    headers=st.lists(
        st.builds(
            HeaderMatch,
            name=st.sampled_from(("x-a", "X-B")),
            kind=st.sampled_from(("exact", "prefix", "contains")),
            value=TEXTS,
            case_sensitive=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
)


HOSTS = ("127.0.0.1", "[::1]", "10.1.2.3", "localhost")


@st.composite
def groups(draw: st.DrawFn, name: str, *, is_made: bool) -> TargetGroup:
    """A group of any type; its targets have one protocol."""
    kind: Any = draw(st.sampled_from(("LAMBDA", "IP", "INSTANCE", "ALB")))
    fields: dict[str, Any] = {"name": name, "arn": arn("targetgroup", "tg", name), "type": kind}
    if kind == "LAMBDA":
        targets = draw(
            st.sampled_from(
                ((), (LambdaTarget(function_arn=FUNCTION),), (LambdaTarget(function_arn=f"{FUNCTION}:live"),))
            )
        )
        return TargetGroup(**fields, targets=targets, event_version=draw(st.sampled_from(("V1", "V2"))))
    scheme = draw(st.sampled_from(("http", "https")))
    known = [each for each in HOSTS if not is_made or (kind == "IP" and each[0] == "1")]
    hosts = draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else []
    urls = [f"{scheme}://{host}:{draw(st.integers(1, 65535))}" for host in hosts]
    check = None if kind == "ALB" else draw(st.none() | HEALTH_CHECKS)
    return TargetGroup(**fields, targets=tuple(HttpTarget(url=url) for url in urls), health_check=check)


@st.composite
def actions(draw: st.DrawFn, arns: list[str]) -> Any:
    """Forward to some of the groups, or a fixed response."""
    chosen = draw(st.lists(st.sampled_from(arns), max_size=3, unique=True)) if arns else []
    if not chosen:
        return FixedResponseAction(status=draw(st.sampled_from((404, 500))))
    weighted = (
        WeightedTargetGroup(target_group_arn=each, weight=draw(st.integers(0, 999))) for each in chosen
    )
    return ForwardAction(target_groups=tuple(weighted))


@st.composite
def listeners(draw: st.DrawFn, service_arn: str, group_arns: list[str]) -> tuple[Listener, ...]:
    found = []
    for port in draw(st.lists(st.integers(1, 65535), max_size=2, unique=True)):
        own = f"{service_arn}/listener/{make_id('listener', service_arn, str(port))}"
        rules = tuple(
            Rule(
                name=f"rule{priority}",
                arn=f"{own}/rule/{make_id('rule', own, str(priority))}",
                priority=priority,
                match=draw(MATCHES),
                action=draw(actions(group_arns)),
            )
            for priority in draw(st.lists(st.integers(1, 2000), max_size=3, unique=True))
        )
        protocol: Any = draw(st.sampled_from(("HTTP", "HTTPS")))
        found.append(
            Listener(
                name=f"port-{port}",
                arn=own,
                protocol=protocol,
                port=port,
                default_action=draw(actions(group_arns)),
                rules=rules,
            )
        )
    return tuple(found)


@st.composite
def networks(draw: st.DrawFn, *, is_made: bool = False) -> Network:
    """Service networks, services and target groups, each of which may be in use or not.

    Args:
        draw: Of hypothesis.
        is_made: Whether the operations of the API would make it: a target group is one service's, a VPC on one
            service network, a target an address.
    """
    target_groups = [
        draw(groups(name, is_made=is_made)) for name in draw(st.lists(NAMES, max_size=3, unique=True))
    ]
    some_networks = [
        ServiceNetwork(
            name=name,
            arn=arn("servicenetwork", "sn", name),
            auth_type=draw(st.sampled_from(("NONE", "AWS_IAM"))),
            auth_policy=draw(st.none() | POLICIES),
            vpc_ids=tuple(
                draw(st.lists(st.sampled_from(VPCS[number : number + 1] if is_made else VPCS), unique=True))
            ),
        )
        for number, name in enumerate(draw(st.lists(NAMES, max_size=2, unique=True)))
    ]
    some_services = []
    for number, name in enumerate(draw(st.lists(NAMES, max_size=2, unique=True))):
        own = arn("service", "svc", name)
        some_services.append(
            Service(
                name=name,
                arn=own,
                domain_name=generated_domain_name(name, own.rpartition("/")[2], REGION),
                custom_domain_name=draw(st.none() | st.just(f"{name}.example.com")),
                auth_type=draw(st.sampled_from(("NONE", "AWS_IAM"))),
                auth_policy=draw(st.none() | POLICIES),
                tags=draw(st.dictionaries(TEXTS, TEXTS)),
                listeners=draw(
                    listeners(
                        own, [each.arn for each in (target_groups[number::2] if is_made else target_groups)]
                    )
                ),
                service_network_arns=tuple(each.arn for each in some_networks if draw(st.booleans())),
            )
        )
    return Network(
        region=REGION,
        account=ACCOUNT,
        service_networks=tuple(some_networks),
        services=tuple(some_services),
        target_groups=tuple(target_groups),
    )
