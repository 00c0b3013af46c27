"""Link what the sources define into one network, or say everything that keeps them apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from lattice_events.definitions.lattice_schema import CONTROLLER_PREFIX
from lattice_events.errors import ConfigurationError, Problem, Question, RefusedName
from lattice_events.network.model import (
    Action,
    FixedResponseAction,
    ForwardAction,
    Function,
    HttpTarget,
    LambdaTarget,
    Listener,
    Network,
    Rule,
    Service,
    ServiceNetwork,
    Target,
    TargetGroup,
    make_id,
)
from lattice_events.readers.common.fragment import Fragment, Reference, RunNote
from lattice_events.readers.linking.claims import claim_services
from lattice_events.readers.linking.clashes import listener_clashes, name_clashes
from lattice_events.readers.linking.directory import Directory, Entry, short
from lattice_events.readers.linking.identities import foreign_notes
from lattice_events.readers.linking.policies import Policies

_Part = TypeVar("_Part", Listener, Rule)


def assemble(
    fragments: Sequence[Fragment],
    *,
    region: str,
    account: str,
    chosen_network: str | None = None,
    urls: Callable[..., Sequence[str] | None] = lambda *_: None,
    replaced: Collection[str] = (),
    is_partial: bool = False,
) -> tuple[Network, tuple[str, ...]]:
    """Link fragments into a network, and tell what should be printed about it.

    A reference to what no source defines is taken to mean the only thing that it could; of several, it is a problem.

    Args:
        fragments: Of every source.
        region: Of the run.
        account: Of the run.
        chosen_network: Name of the defined network that such references mean, where there are several.
        urls: Gives the URLs of the servers that replace targets, by name of the group; see `Context.urls`.
        replaced: Names of the targets that the user names servers for.
        is_partial: Whether what leaves the rest to be told is no problem; see `is_bearable`.

    Raises:
        ConfigurationError: Carries every problem of every fragment.
    """
    merged = Fragment()
    for fragment in fragments:
        merged.add(fragment)
    claimed = claim_services(merged)
    where = {"region": region, "account": account}
    linker = _Linker(merged, **where, chosen=chosen_network, urls=urls, replaced=replaced, claimed=claimed)
    network = linker.link()
    problems = [*merged.problems, *name_clashes(merged), *linker.problems]
    if is_partial:
        problems = [each for each in problems if not is_bearable(each)]
    if problems:
        raise ConfigurationError(dict.fromkeys(each.saying(merged.hidden(each.message)) for each in problems))
    return network, tuple(dict.fromkeys(map(merged.hidden, (*merged.notes, *linker.notes))))


def is_bearable(problem: Problem) -> bool:
    """Whether a problem leaves the rest to be told: a question about some services only, or a name that is refused."""
    if isinstance(problem, Question):
        return problem.doubtful is not None
    return isinstance(problem, RefusedName)


class _Linker:
    """Links one fragment."""

    def __init__(
        self,
        merged: Fragment,
        *,
        region: str,
        account: str,
        chosen: str | None,
        urls: Callable[..., Sequence[str] | None],
        replaced: Collection[str],
        claimed: Collection[str],
    ) -> None:
        self._merged = merged
        self._claimed = claimed
        self._urls = urls
        self._region = region
        self._account = account
        _add_implied_networks(merged)
        self._networks = list(merged.service_networks)
        self._functions = list(merged.functions)
        self._directory = Directory(list(_entries(merged)), chosen, replaced)
        self.problems: list[Problem] = []
        self._refuse_unknown_choice(chosen)

    @property
    def notes(self) -> Sequence[str]:
        """What should be printed."""
        return self._directory.notes

    def _refuse_unknown_choice(self, chosen: str | None) -> None:
        names = [each.name for each in self._networks]
        if chosen is not None and chosen not in names:
            message = (
                f"serviceNetwork is {chosen}, but the service networks are: {', '.join(names) or 'none'}."
            )
            self.problems.append(Problem(message))
            self._directory.chosen = None

    def link(self) -> Network:
        """The network; what is wrong with it is in the problems."""
        merged = self._merged
        services = self._with_placed(merged.services)
        self.problems += listener_clashes(services)
        services = self._relinked(services)
        groups = (*self._linked_functions(), *self._stand_ins(services))
        by_service = self._service_networks()
        vpcs = self._vpcs()
        policies = Policies(merged.auth_policies, self._directory)
        network = Network(
            region=self._region,
            account=self._account,
            service_networks=tuple(
                replace(
                    policies.on(each), vpc_ids=tuple(dict.fromkeys((*each.vpc_ids, *vpcs.get(each.arn, ()))))
                )
                for each in self._networks
            ),
            services=tuple(
                replace(
                    policies.on(each),
                    service_network_arns=tuple(
                        dict.fromkeys((*each.service_network_arns, *by_service.get(each.arn, ())))
                    ),
                )
                for each in services
            ),
            target_groups=groups,
            functions=tuple(self._functions),
            principals=tuple(map(policies.of, merged.principals)),
        )
        self.problems += self._directory.problems
        self._directory.notes += foreign_notes(network)
        return network

    # ── listeners and rules of other sources ──────────────────────────────────────────────────

    def _with_placed(self, services: Iterable[Service]) -> list[Service]:
        """The services with the listeners and rules that other sources give them."""
        rules = self._placed([(each.listener, each.rule) for each in self._merged.rules])
        listeners = self._placed([(each.service, each.listener) for each in self._merged.listeners])

        def ruled(listener: Listener) -> Listener:
            return replace(listener, rules=(*listener.rules, *rules.get(listener.arn, ())))

        return [
            service
            if service.arn in self._claimed  # the controller deletes them
            else replace(
                service,
                listeners=tuple(map(ruled, (*service.listeners, *listeners.get(service.arn, ())))),
            )
            for service in services
        ]

    def _placed(self, parts: Iterable[tuple[Reference, _Part]]) -> dict[str, list[_Part]]:
        """Parts by the ARN of what they belong to."""
        placed: dict[str, list[_Part]] = {}
        for reference, part in parts:
            entry = self._directory.find_or_note(reference)
            if entry is not None:
                placed.setdefault(entry.thing.arn, []).append(part)
        return placed

    # ── target groups and functions ───────────────────────────────────────────────────────────

    def _relinked(self, services: Iterable[Service]) -> list[Service]:
        """The services with every target group that another source defines under its own ARN."""
        arns: dict[str, str] = {}
        for reference in self._merged.imported_target_groups:
            entry = self._directory.find(reference)
            if entry is not None:
                arns[reference.text] = entry.thing.arn
        return [_with_groups(service, arns) for service in services] if arns else list(services)

    def _linked_functions(self) -> Iterator[TargetGroup]:
        """Target groups that point at the functions of any source, by name; what is not defined cannot run."""
        known = {each.name: each.arn for each in self._functions}

        def linked(target: Target, group: TargetGroup) -> Target:
            if not isinstance(target, LambdaTarget):
                return target
            name = target.function_arn.rpartition(":")[2]
            if name not in known:
                known[name] = self._missing_function(name, target.function_arn, group.origin).arn
            return LambdaTarget(function_arn=known[name])

        for group in self._merged.target_groups:
            yield replace(group, targets=tuple(linked(target, group) for target in group.targets))

    def _missing_function(self, name: str, arn: str, origin: str) -> Function:
        """A function that a target group names and no source defines: requests to it fail, and say so."""
        obstacle = "no source that was given defines it"
        missing = Function(
            name=name, arn=arn, handler="", runtime="", code="", obstacle=obstacle, origin=origin
        )
        self._functions.append(missing)
        if name not in {declared for _, declared in self._merged.declared_functions}:
            self._directory.notes.append(
                RunNote(
                    f"{origin}: The function {name} is not defined in any source, so requests to it fail. Give its definition too."
                )
            )
        return missing

    def _stand_ins(self, services: Iterable[Service]) -> Iterator[TargetGroup]:
        """A group for each one that is forwarded to and defined nowhere: a server that the user names replaces it."""
        known = {group.arn for group in self._merged.target_groups}
        questions = dict(self._merged.questions)
        for action, origin in _actions(services):
            for each in action.target_groups if isinstance(action, ForwardAction) else ():
                if each.target_group_arn in questions:
                    self.problems.append(questions.pop(each.target_group_arn))
                if each.target_group_arn not in known:
                    known.add(each.target_group_arn)
                    yield self._stand_in(each.target_group_arn, origin)

    def _stand_in(self, arn: str, origin: str) -> TargetGroup:
        name = short(arn)
        urls = self._urls(name)
        if urls is None:
            self.problems.append(
                Problem(
                    f"The target group {name} is not defined. Give its definition too, or a server that replaces "
                    f"its targets: --target {name}=URL.",
                    origin,
                )
            )
        return TargetGroup(
            name=name,
            arn=arn,
            type="IP",
            targets=tuple(HttpTarget(url=url) for url in urls or ()),
            origin=origin,
        )

    # ── service networks ──────────────────────────────────────────────────────────────────────

    def _service_networks(self) -> dict[str, list[str]]:
        """ARNs of the networks of each service, by its ARN, in the order of the networks' names."""
        found: dict[str, list[ServiceNetwork]] = {}
        for each in self._merged.service_associations:
            network = self._network(each.service_network)
            service = self._directory.find_or_note(each.service)
            if network is not None and service is not None:
                found.setdefault(service.thing.arn, []).append(network)
        return {arn: [each.arn for each in sorted(networks, key=_name)] for arn, networks in found.items()}

    def _vpcs(self) -> dict[str, list[str]]:
        """The VPCs of each network, by its ARN."""
        vpcs: dict[str, list[str]] = {}
        for each in self._merged.vpc_associations:
            network = self._network(each.service_network)
            if network is not None:
                vpcs.setdefault(network.arn, []).append(each.vpc_id)
        return vpcs

    def _network(self, reference: Reference) -> ServiceNetwork | None:
        """The network of an association; one that nothing defines is made, if no other could be meant."""
        before = len(self._directory.problems)
        entry = self._directory.find(reference)
        if entry is not None:
            return entry.thing if isinstance(entry.thing, ServiceNetwork) else None
        return self._make(reference) if len(self._directory.problems) == before else None

    def _make(self, reference: Reference) -> ServiceNetwork:
        """A network for a reference that nothing defines."""
        name = short(reference.text)
        arn = reference.text
        if not arn.startswith("arn:"):
            id_ = name if name.startswith("sn-") else make_id("sn", name)
            arn = f"arn:aws:vpc-lattice:{self._region}:{self._account}:servicenetwork/{id_}"
        network = ServiceNetwork(name=name, arn=arn)
        self._networks.append(network)
        self._directory.add(Entry(kind="servicenetwork", thing=network), reference)
        self._directory.notes.append(
            RunNote(
                f"Service network {name} is not defined; a service network with AuthType NONE replaces it."
            )
        )
        return network


def _add_implied_networks(merged: Fragment) -> None:
    """A Gateway only names its service network: it is there whether or not a source defines it."""
    known = {each.name for each in merged.service_networks}
    for each in merged.implied_networks:
        if each.name not in known:
            known.add(each.name)
            merged.service_networks.append(each)


def _entries(merged: Fragment) -> Iterator[Entry]:
    """Everything that a reference may mean."""
    for network in merged.service_networks:
        yield Entry(kind="servicenetwork", thing=network)
    for service in merged.services:
        yield Entry(kind="service", thing=service)
        for listener in service.listeners:
            yield Entry(kind="listener", thing=listener)
    for placed in merged.listeners:
        yield Entry(kind="listener", thing=placed.listener)
    for group in merged.target_groups:
        yield Entry(
            kind="targetgroup", thing=group, is_candidate=not group.name.startswith(CONTROLLER_PREFIX)
        )


def _actions(services: Iterable[Service]) -> Iterator[tuple[Action, str]]:
    """Every action, and where it is written."""
    for service in services:
        for listener in service.listeners:
            yield listener.default_action, listener.origin
            yield from ((rule.action, rule.origin) for rule in listener.rules)


def _with_groups(service: Service, arns: Mapping[str, str]) -> Service:
    """A service whose actions name target groups by the given ARNs."""

    def relinked(action: Action) -> Action:
        if isinstance(action, FixedResponseAction):
            return action
        groups = (
            replace(each, target_group_arn=arns.get(each.target_group_arn, each.target_group_arn))
            for each in action.target_groups
        )
        return replace(action, target_groups=tuple(groups))

    listeners = tuple(
        replace(
            listener,
            default_action=relinked(listener.default_action),
            rules=tuple(replace(rule, action=relinked(rule.action)) for rule in listener.rules),
        )
        for listener in service.listeners
    )
    return replace(service, listeners=listeners)


def _name(network: ServiceNetwork) -> str:
    return network.name
