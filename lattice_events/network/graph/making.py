"""The graph of a network: everything, what belongs to some services, or what one caller may reach."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lattice_events.network.graph.reach import ANONYMOUS, Way, limits, networks_for, reach
from lattice_events.network.graph.values import Edge, Graph, Node, NodeKind
from lattice_events.network.graph.words import (
    Names,
    action_details,
    calls_words,
    policy_details,
    rule_words,
    share_words,
    target_words,
    vpc_words,
)
from lattice_events.network.model import (
    ForwardAction,
    LambdaTarget,
    Listener,
    Match,
    Network,
    Principal,
    Rule,
    Service,
    ServiceNetwork,
    Target,
    TargetGroup,
)
from lattice_events.network.policy import Extent

Part = Node | Edge
_LAST = 1 << 31  # beyond every priority


def make_graph(
    network: Network, *, services: Collection[str] | None = None, caller: Principal | None = None
) -> Graph:
    """The graph of a network.

    A caller leads to each service with AuthType AWS_IAM, its own or its service network's, of which the policies let
    it call something. To the others, who ask nobody, the way is through a service network: callers lead to the one
    that their VPC is associated with.

    Args:
        network: All of it.
        services: Names of the services to show; ``None`` is all.
        caller: Whose way alone to show: what it may reach, rule by rule.
    """
    maker = _Maker(network, caller)
    parts = [
        part
        for each in network.services
        if services is None or each.name in services
        for part in maker.service(each)
    ]
    if caller is not None:
        parts.append(_caller(caller))
    return Graph.of(
        (part for part in parts if isinstance(part, Node)), (part for part in parts if isinstance(part, Edge))
    )


def caller_id(principal: Principal) -> str:
    """The id of a caller's node."""
    return f"caller:{principal.name}" if principal.caller.arn else principal.name


def policy_id(owner: Service | ServiceNetwork) -> str:
    """The id of the node of an auth policy."""
    return f"{owner.arn}/auth-policy"


def default_rule_id(listener: Listener) -> str:
    """The id of the node of a listener's default action."""
    return f"{listener.arn}/default"


def target_id(target: Target) -> str:
    """The id of a target's node; a server that is in two target groups has one."""
    return target.function_arn if isinstance(target, LambdaTarget) else target.url


@dataclass(frozen=True)
class _Maker:
    """Makes the parts of one graph."""

    network: Network
    only: Principal | None

    @cached_property
    def _callers(self) -> Sequence[Principal]:
        return (self.only,) if self.only else (*self.network.principals, ANONYMOUS)

    @cached_property
    def _users(self) -> dict[str, set[str]]:
        """The ARNs of the services that forward to a target group, by its ARN."""
        users: dict[str, set[str]] = {}
        for service in self.network.services:
            for listener in service.listeners:
                for action in (listener.default_action, *(rule.action for rule in listener.rules)):
                    for each in action.target_groups if isinstance(action, ForwardAction) else ():
                        users.setdefault(each.target_group_arn, set()).add(service.arn)
        return users

    @cached_property
    def _service_names(self) -> dict[str, str]:
        return {each.arn: each.name for each in self.network.services}

    def service(self, service: Service) -> Iterator[Part]:
        """Everything of a service; nothing where the only caller may not reach any of it."""
        networks = networks_for(self.network, service, self.only.vpc_arn if self.only else None)
        inside = [part for each in service.listeners for part in self._listener(each, service, networks)]
        if self.only and not inside:
            return
        details = (
            "AWS_IAM" if service.auth_type == "AWS_IAM" else "",
            service.custom_domain_name or "",
            "" if service.listeners else "no listener",
            "on no service network" if None in networks else "",
        )
        yield _node(service.arn, "service", service.name, *details)
        yield from inside
        yield from self._policy(service, service)
        for each in networks:
            if each is not None:
                vpcs = vpc_words(each.vpc_ids)
                auth = "AWS_IAM" if each.auth_type == "AWS_IAM" else ""
                yield _node(each.arn, "service network", each.name, auth, vpcs)
                yield from self._policy(each, None)
                yield Edge(source=each.arn, target=service.arn, kind="association")
        for caller in self._callers:
            yield from self._calls(caller, service)

    def _listener(
        self, listener: Listener, service: Service, networks: Sequence[ServiceNetwork | None]
    ) -> Iterator[Part]:
        """A listener, its rules and what is behind them."""
        rules = [
            rule for rule in (*listener.rules, None) if self._is_reached(rule, listener, service, networks)
        ]
        if not rules:
            return
        yield _node(listener.arn, "listener", listener.in_words, service=service)
        for rule in rules:
            yield from self._rule(rule, listener, service)

    def _is_reached(
        self,
        rule: Rule | None,
        listener: Listener,
        service: Service,
        networks: Sequence[ServiceNetwork | None],
    ) -> bool:
        """Whether the only caller, if there is one, may reach a rule or the default action."""
        match = rule.match if rule else Match()
        return self.only is None or any(
            reach(self.only, Way(service, each, listener, match)) for each in networks
        )

    def _rule(self, rule: Rule | None, listener: Listener, service: Service) -> Iterator[Part]:
        """A rule, or the default action, and where it forwards to."""
        action = rule.action if rule else listener.default_action
        node = Node(
            id=rule.arn if rule else default_rule_id(listener),
            kind="rule",
            name=rule_words(rule),
            details=action_details(action),
            service=service.arn,
            order=rule.priority if rule else _LAST,
        )
        yield node
        yield Edge(source=listener.arn, target=node.id, kind="listener")
        if isinstance(action, ForwardAction):
            for arn in sorted({each.target_group_arn for each in action.target_groups}):
                yield Edge(source=node.id, target=arn, kind="forward", label=share_words(arn, action))
                yield from self._group(self.network.target_group_by_arn[arn], service)

    def _group(self, group: TargetGroup, service: Service) -> Iterator[Part]:
        """A target group and its targets."""
        version = f"Lambda {group.event_version}" if group.type == "LAMBDA" else group.type
        owner = service if len(self._users[group.arn]) == 1 else None
        yield _node(group.arn, "target group", group.name, version, service=owner)
        for target in group.targets:
            kind: NodeKind = "function" if isinstance(target, LambdaTarget) else "HTTP target"
            yield _node(target_id(target), kind, target_words(target))
            yield Edge(source=group.arn, target=target_id(target), kind="target")

    def _policy(self, owner: Service | ServiceNetwork, service: Service | None) -> Iterator[Part]:
        """The auth policy of a service or service network that asks one."""
        if owner.auth_type == "AWS_IAM":
            lines = policy_details(owner.auth_policy, Names(self._service_names, owner.arn))
            yield _node(policy_id(owner), "auth policy", "auth policy", *lines, service=service)
            yield Edge(source=policy_id(owner), target=owner.arn, kind="policy")

    def _calls(self, caller: Principal, service: Service) -> Iterator[Part]:
        """A caller and its ways to a service."""
        ways = [
            Way(service, each, listener)
            for each in networks_for(self.network, service, caller.vpc_arn)
            for listener in service.listeners
        ]
        guarded = [(way, extent) for way in ways if not way.is_open and (extent := reach(caller, way))]
        if guarded:
            statements = {each for way, _ in guarded for each in limits(caller, way)}
            is_all = all(extent is Extent.ALL for _, extent in guarded)
            label = "" if is_all else calls_words(statements, service.arn)
            yield _caller(caller)
            yield Edge(source=caller_id(caller), target=service.arn, kind="call", label=label)
        for way in ways:
            if way.is_open and (self.only or _is_client(caller, way.service_network)):
                target = way.service_network or service
                yield _caller(caller)
                yield Edge(source=caller_id(caller), target=target.arn, kind="call")


def _is_client(caller: Principal, service_network: ServiceNetwork | None) -> bool:
    """Whether a caller's VPC is known to be on a service network."""
    if service_network is None or caller.vpc_arn is None:
        return False
    return caller.vpc_arn.rpartition("/")[2] in service_network.vpc_ids


def _caller(caller: Principal) -> Node:
    return _node(caller_id(caller), "caller", caller.name)


def _node(id_: str, kind: NodeKind, name: str, *details: str, service: Service | None = None) -> Node:
    """A node with those details that there are."""
    return Node(
        id=id_,
        kind=kind,
        name=name,
        details=tuple(filter(None, details)),
        service=service.arn if service else None,
    )
