"""Small networks for tests."""

from __future__ import annotations

from typing import Any

from lattice_events.assumptions import DEFAULTS
from lattice_events.local.gateway.snapshot import Snapshot
from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    Function,
    HeaderMatch,
    HttpTarget,
    LambdaTarget,
    Listener,
    Match,
    Network,
    PathMatch,
    Rule,
    Service,
    ServiceNetwork,
    Target,
    TargetGroup,
    WeightedTargetGroup,
    generated_domain_name,
    make_id,
)

REGION = "us-west-2"
ACCOUNT = "123456789012"
NETWORK_ARN = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:servicenetwork/sn-0bf3f2882e9cc805a"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hello"


def group_arn(name: str) -> str:
    return f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:targetgroup/{make_id('tg', name)}"


def lambda_group(name: str = "functions", **changes: Any) -> TargetGroup:
    """A group with one function."""
    fields: dict[str, Any] = {
        "name": name,
        "arn": group_arn(name),
        "type": "LAMBDA",
        "targets": (LambdaTarget(function_arn=FUNCTION_ARN),),
        "event_version": "V2",
    }
    return TargetGroup(**{**fields, **changes})


def http_group(*urls: str, name: str = "pods") -> TargetGroup:
    """A group of HTTP servers."""
    targets: tuple[Target, ...] = tuple(HttpTarget(url=url) for url in urls)
    return TargetGroup(name=name, arn=group_arn(name), type="IP", targets=targets)


def forward_to(*names: str, weights: tuple[int, ...] = ()) -> ForwardAction:
    """Forward to groups by name."""
    return ForwardAction(
        target_groups=tuple(
            WeightedTargetGroup(target_group_arn=group_arn(name), weight=weights[index] if weights else 1)
            for index, name in enumerate(names)
        )
    )


def parse_match(row: dict[str, Any]) -> Match:
    """``{method, exact | prefix, case_sensitive, headers: [{name, exact | prefix | contains}]}``."""
    sensitive = row.get("case_sensitive", True)
    kind = next((kind for kind in ("exact", "prefix") if kind in row), None)
    return Match(
        method=row.get("method"),
        path=PathMatch(kind=kind, value=row[kind], case_sensitive=sensitive) if kind else None,
        headers=tuple(_parse_header(header) for header in row.get("headers", ())),
    )


def _parse_header(row: dict[str, Any]) -> HeaderMatch:
    kind: Any = next(kind for kind in ("exact", "prefix", "contains") if kind in row)
    return HeaderMatch(
        name=row["name"], kind=kind, value=row[kind], case_sensitive=row.get("case_sensitive", True)
    )


def rule(priority: int, row: dict[str, Any], action: Any = None) -> Rule:
    """A rule whose name is its priority."""
    return Rule(
        name=str(priority),
        arn=f"arn:rule/{priority}",
        priority=priority,
        match=parse_match(row),
        action=action or FixedResponseAction(status=404),
    )


def service(name: str = "foo", **changes: Any) -> Service:
    """A service with one HTTPS listener that forwards to the group ``functions``."""
    id_ = make_id("svc", name)
    fields: dict[str, Any] = {
        "name": name,
        "arn": f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:service/{id_}",
        "domain_name": generated_domain_name(name, id_, REGION),
        "listeners": (listener(),),
        "service_network_arns": (NETWORK_ARN,),
    }
    return Service(**{**fields, **changes})


def listener(default_action: Any = None, *rules: Rule, port: int = 443, protocol: Any = "HTTPS") -> Listener:
    """A listener."""
    return Listener(
        name=f"{protocol.lower()}-{port}",
        arn=f"arn:listener/{port}",
        protocol=protocol,
        port=port,
        default_action=default_action or forward_to("functions"),
        rules=rules,
    )


def network(*services: Service, groups: tuple[TargetGroup, ...] | None = None) -> Network:
    """A network with these services and one function."""
    return Network(
        region=REGION,
        account=ACCOUNT,
        service_networks=(ServiceNetwork(name="sample", arn=NETWORK_ARN, vpc_ids=("vpc-1",)),),
        services=services or (service(),),
        target_groups=(lambda_group(),) if groups is None else groups,
        functions=(
            Function(name="hello", arn=FUNCTION_ARN, handler="h.hello", runtime="python3.12", code="."),
        ),
    )


def snapshot(of: Network, **changes: Any) -> Snapshot:
    """What a gateway decides by: a network, and nobody who is known."""
    fields: dict[str, Any] = {
        "assumptions": DEFAULTS,
        "vpc_arn": None,
        "tokens": {},
        "credentials": {},
        "health": {},
    }
    return Snapshot(network=of, **{**fields, **changes})
