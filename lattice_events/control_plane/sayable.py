"""A network as the VPC Lattice API can say it.

What sources define may have names, ARNs and targets that the API would not take: a rule goes by its logical id, a
target group of another stack by the name of the parameter that tells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from lattice_events.network.model import (
    DEFAULT_PORTS,
    Action,
    FixedResponseAction,
    HttpTarget,
    Listener,
    Network,
    Rule,
    Service,
    Target,
    TargetGroup,
    make_id,
)

_NAME = re.compile(r"(?!(?:rule|listener|tg)-)(?!-)(?!.*--)(?!.*-$)[a-z0-9-]{3,63}")
_GROUP = re.compile(r"arn:[a-z0-9-]+:vpc-lattice:[a-zA-Z0-9-]+:[0-9]{12}:targetgroup/tg-[0-9a-z]{17}")
_URL = re.compile(r"https?://(?:[^:/@]+|\[[^/@]+\])(?::[0-9]+)?")


def sayable(network: Network) -> Network:
    """The same network with names and ARNs that the API has; one that it can say already is as it was.

    A group's targets have one protocol there, that of the first; those of another one are left out.
    """
    prefix = f"arn:aws:vpc-lattice:{network.region}:{network.account}:targetgroup/"
    arns = {
        each.arn: each.arn if _GROUP.fullmatch(each.arn) else prefix + make_id("tg", each.arn)
        for each in network.target_groups
    }
    return replace(
        network,
        services=tuple(_service(each, arns) for each in network.services),
        target_groups=tuple(_group(each, arns[each.arn]) for each in network.target_groups),
    )


def _service(service: Service, group_arns: Mapping[str, str]) -> Service:
    return replace(
        service, listeners=tuple(_listener(each, service.arn, group_arns) for each in service.listeners)
    )


def _listener(listener: Listener, service_arn: str, group_arns: Mapping[str, str]) -> Listener:
    arn = f"{service_arn}/listener/{listener.arn.rpartition('/')[2]}"
    return replace(
        listener,
        arn=arn,
        name=_name(listener.name, "listener"),
        default_action=_action(listener.default_action, group_arns),
        rules=tuple(_rule(each, arn, group_arns) for each in listener.rules),
    )


def _rule(rule: Rule, listener_arn: str, group_arns: Mapping[str, str]) -> Rule:
    return replace(
        rule,
        arn=f"{listener_arn}/rule/{rule.arn.rpartition('/')[2]}",
        name=_name(rule.name, "rule"),
        action=_action(rule.action, group_arns),
    )


def _action(action: Action, group_arns: Mapping[str, str]) -> Action:
    if isinstance(action, FixedResponseAction):
        return action
    groups = (
        replace(each, target_group_arn=group_arns[each.target_group_arn]) for each in action.target_groups
    )
    return replace(action, target_groups=tuple(groups))


def _name(name: str, kind: str) -> str:
    """A name that the API takes: the one that was given, or what is nearest to it."""
    near = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return next(filter(_NAME.fullmatch, (name, near)), make_id(kind, name).replace("-", ""))


def _group(group: TargetGroup, arn: str) -> TargetGroup:
    targets = tuple(_targets(group.targets))
    if group.name.startswith("tg-"):  # one that is known by its id only
        return replace(group, arn=arn, name=_name(group.name, "tg"), targets=targets)
    return replace(group, arn=arn, targets=targets)


def _targets(targets: Iterable[Target]) -> Iterator[Target]:
    """The targets, each with its port; a place that only a run has is not one."""
    scheme = ""
    for each in targets:
        if not isinstance(each, HttpTarget):
            yield each
        elif _URL.fullmatch(each.url) and each.url.startswith(scheme):
            url = urlsplit(each.url)
            scheme = f"{url.scheme}://"
            port = "" if url.port is not None else f":{DEFAULT_PORTS[url.scheme.upper()]}"
            yield HttpTarget(url=each.url + port)
