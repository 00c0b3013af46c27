"""Link what the sources define into one network, or say everything that keeps them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.model import (
    Action,
    AuthType,
    FixedResponseAction,
    ForwardAction,
    LambdaTarget,
    Listener,
    Network,
    Service,
    ServiceNetwork,
    Target,
    make_id,
)
from lattice_events.readers.common.fragment import AuthPolicyAttachment, Fragment

CONTROLLER_PREFIX = "k8s-"  # of the names that the Gateway API controller gives to target groups


def assemble(
    fragments: Sequence[Fragment], *, region: str, account: str, chosen_network: str | None = None
) -> tuple[Network, tuple[str, ...]]:
    """Link fragments into a network, and tell what should be printed about it.

    A service network that a template only refers to is taken to be the only one that is defined.

    Args:
        fragments: Of every source.
        region: Of the run.
        account: Of the run.
        chosen_network: Name of the defined network that references mean, where there are several.

    Raises:
        ConfigurationError: Carries every problem of every fragment.
    """
    merged = _merge(fragments)
    problems = [*merged.problems, *_clashes(merged), *_listener_problems(merged.services)]
    _add_implied_networks(merged)
    _link_target_groups(merged)
    problems += _link_functions(merged)
    links = _NetworkLinks(merged, region=region, account=account, chosen=chosen_network)
    services = [_on_networks(service, merged, links) for service in merged.services]
    services = [_with_policy(service, merged) for service in services]
    vpcs: dict[str, list[str]] = {}
    for association in merged.vpc_associations:
        arn = links.arn_of(association.service_network, association.origin)
        vpcs.setdefault(arn, []).append(association.vpc_id)
    policies = _network_policies(merged, links)
    networks = [
        replace(
            _policed(each, policies.get(each.arn)),
            vpc_ids=tuple(dict.fromkeys((*each.vpc_ids, *vpcs.get(each.arn, ())))),
        )
        for each in links.networks
    ]
    problems += links.problems
    problems += _missing_targets(merged)
    if problems:
        raise ConfigurationError(dict.fromkeys(problems))
    network = Network(
        region=region,
        account=account,
        service_networks=tuple(networks),
        services=tuple(services),
        target_groups=tuple(merged.target_groups),
        functions=tuple(merged.functions),
        principals=tuple(merged.principals),
    )
    return network, tuple(dict.fromkeys((*merged.notes, *links.notes)))


def _merge(fragments: Sequence[Fragment]) -> Fragment:
    """All fragments in one."""
    merged = Fragment()
    for fragment in fragments:
        for name, values in vars(fragment).items():
            getattr(merged, name).extend(values)
    return merged


def _add_implied_networks(merged: Fragment) -> None:
    """A Gateway only names its service network: it is there whether or not a source defines it."""
    known = {each.name for each in merged.service_networks}
    for each in merged.implied_networks:
        if each.name not in known:
            known.add(each.name)
            merged.service_networks.append(each)


def _link_functions(merged: Fragment) -> list[Problem]:
    """Point target groups at the functions of any source, by name; say which do not exist."""
    by_name = {each.name: each for each in merged.functions}
    declared = {name for _, name in merged.declared_functions}
    problems = []
    for index, group in enumerate(merged.target_groups):
        targets: list[Target] = []
        for target in group.targets:
            if not isinstance(target, LambdaTarget):
                targets.append(target)
                continue
            name = target.function_arn.rpartition(":")[2]
            if name in by_name:
                targets.append(LambdaTarget(function_arn=by_name[name].arn))
            elif name not in declared:
                problems.append(Problem(f"The function {name} is not defined.", group.origin))
        merged.target_groups[index] = replace(group, targets=tuple(targets))
    return problems


def _link_target_groups(merged: Fragment) -> None:
    """Take a target group that a ServiceImport names by its real ARN to be the only one that it can be."""
    known = {each.arn for each in merged.target_groups}
    candidates = [each for each in merged.target_groups if not each.name.startswith(CONTROLLER_PREFIX)]
    if len(candidates) != 1:
        return
    (only,) = candidates
    for arn in merged.imported_target_groups:
        if arn not in known:
            merged.notes.append(
                f"Target group {_short(arn)} is assumed to be {only.name}, the only one that a template defines."
            )

    def relinked(action: Action) -> Action:
        if isinstance(action, FixedResponseAction):
            return action
        groups = tuple(
            each if each.target_group_arn in known else replace(each, target_group_arn=only.arn)
            for each in action.target_groups
        )
        return replace(action, target_groups=groups)

    for index, service in enumerate(merged.services):
        listeners = tuple(
            replace(
                listener, rules=tuple(replace(rule, action=relinked(rule.action)) for rule in listener.rules)
            )
            for listener in service.listeners
        )
        merged.services[index] = replace(service, listeners=listeners)


class _NetworkLinks:
    """Finds the service network that a reference means."""

    def __init__(self, merged: Fragment, *, region: str, account: str, chosen: str | None) -> None:
        self.networks = list(merged.service_networks)
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self._region = region
        self._account = account
        self._has_definitions = bool(merged.service_networks)
        self._chosen = next((each for each in self.networks if each.name == chosen), None)
        if chosen is not None and self._chosen is None:
            names = ", ".join(each.name for each in self.networks) or "none"
            self.problems.append(
                Problem(f"custom.lattice.serviceNetwork is {chosen}, but the service networks are: {names}.")
            )

    def arn_of(self, reference: str, origin: str) -> str:
        """The ARN of the network that a reference means."""
        for each in self.networks:
            if reference in (each.arn, each.arn.rpartition("/")[2], each.name):
                return each.arn
        if self._chosen is not None:
            return self._chosen.arn
        if not self._has_definitions:
            return self._make(reference).arn
        if len(self.networks) > 1:
            names = ", ".join(each.name for each in self.networks)
            message = f"The service network {reference} is not one of those defined ({names}). Choose one with custom.lattice.serviceNetwork: NAME."
            self.problems.append(Problem(message, origin))
            return reference
        only = self.networks[0]
        self.notes.append(
            f"Service network {_short(reference)} is assumed to be {only.name}, the only one defined."
        )
        return only.arn

    def _make(self, reference: str) -> ServiceNetwork:
        """A network for a reference that nothing defines."""
        name = _short(reference)
        arn = reference
        if not reference.startswith("arn:"):
            id_ = name if name.startswith("sn-") else make_id("sn", name)
            arn = f"arn:aws:vpc-lattice:{self._region}:{self._account}:servicenetwork/{id_}"
        network = ServiceNetwork(name=name, arn=arn)
        self.networks.append(network)
        self.notes.append(
            f"Service network {_short(reference)} is not defined; a service network with AuthType NONE replaces it."
        )
        return network


def _short(reference: str) -> str:
    """An ARN's last part."""
    return reference.rpartition("/")[2]


def _on_networks(service: Service, merged: Fragment, links: _NetworkLinks) -> Service:
    """A service with the networks that it is associated with."""
    arns = [
        links.arn_of(each.service_network, each.origin)
        for each in merged.service_associations
        if each.service_arn == service.arn
    ]
    return replace(service, service_network_arns=tuple(dict.fromkeys((*service.service_network_arns, *arns))))


def _with_policy(service: Service, merged: Fragment) -> Service:
    """A service with the auth policy that names it by ARN or id."""
    names = (service.arn, service.arn.rpartition("/")[2])
    return _policed(service, next((each for each in merged.auth_policies if each.resource in names), None))


def _network_policies(merged: Fragment, links: _NetworkLinks) -> dict[str, AuthPolicyAttachment]:
    """The auth policies that are no service's, by ARN of the service network that they mean."""
    arns = [service.arn for service in merged.services]
    known = {*arns, *(arn.rpartition("/")[2] for arn in arns)}
    others = [each for each in merged.auth_policies if each.resource not in known]
    return {links.arn_of(each.resource, each.origin): each for each in others}


_Policed = TypeVar("_Policed", Service, ServiceNetwork)


def _policed(resource: _Policed, attachment: AuthPolicyAttachment | None) -> _Policed:
    """A service or service network with its auth policy."""
    if attachment is None:
        return resource
    auth_type: AuthType = "AWS_IAM" if attachment.activates else resource.auth_type
    return replace(resource, auth_policy=attachment.policy, auth_type=auth_type)


def _clashes(merged: Fragment) -> list[Problem]:
    """Names that stand for two things."""
    kinds: tuple[tuple[str, Sequence[Any], Callable[[Any], str | None]], ...] = (
        ("service networks", merged.service_networks, lambda each: each.name),
        ("services", merged.services, lambda each: each.name),
        ("services with the custom domain name", merged.services, lambda each: each.custom_domain_name),
        ("target groups", merged.target_groups, lambda each: each.name),
        ("functions", merged.functions, lambda each: each.name),
    )
    problems = _policy_clashes(merged)
    for kind, values, key in kinds:
        first: dict[str, str] = {}
        for value in values:
            name = key(value)
            if name is None:
                continue
            if name in first:
                problems.append(
                    Problem(f"There are two {kind} {name}; the other is at {first[name]}.", value.origin)
                )
            first.setdefault(name, value.origin)
    return problems


def _policy_clashes(merged: Fragment) -> list[Problem]:
    """Two auth policies on one thing."""
    first: dict[str, str] = {}
    problems = []
    for each in merged.auth_policies:
        if each.resource in first:
            message = (
                f"There are two auth policies for {each.resource}; the other is at {first[each.resource]}."
            )
            problems.append(Problem(message, each.origin))
        first.setdefault(each.resource, each.origin)
    return problems


def _listener_problems(services: Iterable[Service]) -> list[Problem]:
    """Two listeners on a port, two rules of a priority."""
    problems = []
    for service in services:
        ports: dict[int, Listener] = {}
        for listener in service.listeners:
            if listener.port in ports:
                other = ports[listener.port].origin
                message = (
                    f"{service.name} has two listeners on port {listener.port}; the other is at {other}."
                )
                problems.append(Problem(message, listener.origin))
            ports.setdefault(listener.port, listener)
            problems += _priority_problems(listener)
    return problems


def _priority_problems(listener: Listener) -> list[Problem]:
    problems = []
    seen: dict[int, str] = {}
    for rule in listener.rules:
        if rule.priority in seen:
            message = f"Two rules of one listener have priority {rule.priority}; the other is at {seen[rule.priority]}."
            problems.append(Problem(message, rule.origin))
        seen.setdefault(rule.priority, rule.origin)
    return problems


def _missing_targets(merged: Fragment) -> list[Problem]:
    """Target groups that are forwarded to and defined nowhere."""
    known = {group.arn for group in merged.target_groups}
    problems = []
    for service in merged.services:
        for listener in service.listeners:
            actions = [(listener.default_action, listener.origin)]
            actions += [(rule.action, rule.origin) for rule in listener.rules]
            for action, origin in actions:
                groups = action.target_groups if isinstance(action, ForwardAction) else ()
                missing = [each.target_group_arn for each in groups if each.target_group_arn not in known]
                problems += [Problem(f"The target group {arn} is not defined.", origin) for arn in missing]
    return problems
