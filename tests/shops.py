"""A network of a company's size, made without chance: services of functions and pods that call each other."""

from __future__ import annotations

from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    Function,
    HttpTarget,
    LambdaTarget,
    Listener,
    Match,
    Network,
    PathMatch,
    Principal,
    Rule,
    Service,
    ServiceNetwork,
    TargetGroup,
    WeightedTargetGroup,
    generated_domain_name,
    make_id,
)
from lattice_events.network.policy import Caller, parse_policy

REGION, ACCOUNT = "eu-west-1", "123456789012"
NAMES = (
    "accounts", "addresses", "audit", "auth", "baskets", "billing", "catalog", "checkout", "coupons", "currency",
    "delivery", "discounts", "emails", "events", "exports", "fraud", "geo", "images", "inventory", "invoices",
    "loyalty", "offers", "orders", "payments", "pricing", "ratings", "returns", "search", "shipping", "stores",
)  # fmt: skip
VPC = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-0a1b2c3d4e5f60718"
_LATTICE = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}"
_LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"


def shop(count: int = 30) -> Network:
    """A network of services: every third asks who calls, every fourth runs in pods, and they call each other."""
    network = ServiceNetwork(
        name="shop",
        arn=f"{_LATTICE}:servicenetwork/{make_id('sn', 'shop')}",
        vpc_ids=(VPC.rpartition("/")[2],),
    )
    names = [f"{NAMES[index % len(NAMES)]}{index // len(NAMES) or ''}" for index in range(count)]
    groups: dict[str, TargetGroup] = {}
    services = [_service(index, names, network.arn, groups) for index in range(count)]
    functions = sorted(
        {
            target.function_arn
            for group in groups.values()
            for target in group.targets
            if isinstance(target, LambdaTarget)
        }
    )
    return Network(
        region=REGION,
        account=ACCOUNT,
        service_networks=(network,),
        services=tuple(services),
        target_groups=tuple(groups.values()),
        functions=tuple(map(_function, functions)),
        principals=tuple(map(_principal, functions)),
    )


def _service(index: int, names: list[str], network_arn: str, groups: dict[str, TargetGroup]) -> Service:
    name = names[index]
    arn = f"{_LATTICE}:service/{make_id('svc', name)}"
    is_guarded = index % 3 == 2
    callers = [names[(index + step) % len(names)] for step in (1, 4, 7)]
    return Service(
        name=name,
        arn=arn,
        domain_name=generated_domain_name(name, make_id("svc", name), REGION),
        auth_type="AWS_IAM" if is_guarded else "NONE",
        auth_policy=parse_policy(_policy(arn, callers)) if is_guarded else None,
        listeners=(_listener(index, name, arn, groups),),
        service_network_arns=(network_arn,),
    )


def _listener(index: int, name: str, service_arn: str, groups: dict[str, TargetGroup]) -> Listener:
    arn = f"{service_arn}/listener/{make_id('listener', name)}"
    api = _group(f"shop-{name}-api", is_pod=index % 4 == 3, groups=groups)
    admin = _group(f"shop-{name}-admin", is_pod=False, groups=groups)
    canary = _group(f"shop-{name}-next", is_pod=False, groups=groups)
    rules = [_rule(arn, 10 * (at + 1), f"/{name}/{noun}", (api, 1)) for at, noun in enumerate(_nouns(index))]
    if index % 2:
        rules.append(_rule(arn, 90, f"/{name}/admin", (admin, 1)))
    if index % 5 == 0:
        rules.append(_rule(arn, 95, f"/{name}/beta", (api, 90), (canary, 10)))
    return Listener(
        name="https",
        arn=arn,
        protocol="HTTPS",
        port=443,
        rules=tuple(rules),
        default_action=FixedResponseAction(status=404) if rules else _forward((api, 1)),
    )


def _nouns(index: int) -> tuple[str, ...]:
    return ("items", "lists", "totals", "reports", "history", "drafts", "archive")[: index * 5 % 8]


def _rule(listener_arn: str, priority: int, path: str, *shares: tuple[str, int]) -> Rule:
    return Rule(
        name=f"rule-{priority}",
        arn=f"{listener_arn}/rule/{make_id('rule', listener_arn, str(priority))}",
        priority=priority,
        match=Match(
            method="GET" if priority == 20 else None,
            path=PathMatch(kind="prefix", value=path, case_sensitive=True),
        ),
        action=_forward(*shares),
    )


def _forward(*shares: tuple[str, int]) -> ForwardAction:
    return ForwardAction(
        target_groups=tuple(
            WeightedTargetGroup(target_group_arn=arn, weight=weight) for arn, weight in shares
        )
    )


def _group(name: str, *, is_pod: bool, groups: dict[str, TargetGroup]) -> str:
    arn = f"{_LATTICE}:targetgroup/{make_id('tg', name)}"
    urls = tuple(HttpTarget(url=f"http://{name}-{pod}.shop.svc") for pod in range(3))
    groups[arn] = TargetGroup(
        name=name,
        arn=arn,
        type="IP" if is_pod else "LAMBDA",
        targets=urls if is_pod else (LambdaTarget(function_arn=f"{_LAMBDA}:{name}"),),
        event_version="V2",
    )
    return arn


def _function(arn: str) -> Function:
    name = arn.rpartition(":")[2]
    return Function(
        name=name, arn=arn, handler="app.handler", runtime="python3.12", code=".", role_arn=_role(name)
    )


def _principal(arn: str) -> Principal:
    name = arn.rpartition(":")[2]
    calls = {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}
    return Principal(
        name=name,
        caller=Caller(arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{name}", role_arn=_role(name)),
        identity_policy=parse_policy({"Version": "2012-10-17", "Statement": [calls]}, kind="identity"),
        vpc_arn=VPC if name.endswith("-api") else None,
    )


def _role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def _policy(service_arn: str, callers: list[str]) -> dict[str, object]:
    read = {
        "Sid": "Readers",
        "Effect": "Allow",
        "Principal": {"AWS": [_role(f"shop-{name}-api") for name in callers]},
        "Action": "vpc-lattice-svcs:Invoke",
        "Resource": f"{service_arn}/*",
        "Condition": {"StringEquals": {"vpc-lattice-svcs:RequestMethod": "GET"}},
    }
    return {"Version": "2012-10-17", "Statement": [read]}
