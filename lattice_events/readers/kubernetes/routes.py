"""Kubernetes manifests, as the AWS Gateway API Controller 2.1 reads them: each HTTPRoute is a service.

Source:
    https://www.gateway-api-controller.eks.aws.dev/latest/
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/gateway/model_build_lattice_service.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.definitions.kubernetes import (
    CONTROLLER,
    NAME_OVERRIDE,
    OUR_CLASS,
    TAGS,
    TAKEOVER,
    cut_name,
    service_name,
)
from lattice_events.definitions.lattice_schema import name_problem
from lattice_events.errors import Problem, Question
from lattice_events.network.model import (
    FixedResponseAction,
    Listener,
    ListenerProtocol,
    Service,
    ServiceNetwork,
    generated_domain_name,
    make_id,
)
from lattice_events.readers.common.arns import service_arn, service_network_arn
from lattice_events.readers.common.documents import Document
from lattice_events.readers.common.fragment import Fragment, Reference, RouteService, ServiceAssociation
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.kubernetes.backends import Backends
from lattice_events.readers.kubernetes.gateways import (
    Attached,
    Parent,
    accepting,
    find_parents,
    hostnames,
    is_of_another_controller,
    is_ours,
    is_standalone,
    missing_gateways,
    placement_notes,
    read_listener,
)
from lattice_events.readers.kubernetes.objects import Cluster, Object, mappings
from lattice_events.readers.kubernetes.policies import (
    network_of_gateway,
    read_auth_policy,
    read_vpc_policy,
    target_of,
)
from lattice_events.readers.kubernetes.rules import read_rules
from lattice_events.readers.kubernetes.selectors import UnknownLabelError
from lattice_events.readers.kubernetes.targets import Reading, Surroundings, TargetGroups, target_names

_NOT_EMULATED = {"GRPCRoute": "gRPC", "TLSRoute": "TLS passthrough"}


def read_manifests(
    documents: Sequence[Document],
    *,
    region: str,
    account: str,
    target_urls: Mapping[str, Sequence[str]],
    assumptions: Assumptions = DEFAULTS,
    runs: bool = True,
) -> Fragment:
    """Read what manifests define: Gateways, HTTPRoutes and the Services that they name.

    Args:
        documents: Every object of every file; kinds that do not concern the network are skipped.
        region: Of the run.
        account: Of the run.
        target_urls: URLs of the pods by ``NAMESPACE/NAME`` of their Service, or by ``NAME`` in the
            default namespace; likewise those that replace a ServiceImport.
        assumptions: What a path match means that does not mind its case.
        runs: Whether requests will be sent, so that URLs must be known.
    """
    surroundings = Surroundings(region=region, account=account, target_urls=target_urls, runs=runs)
    return _ManifestReader(Cluster(documents), surroundings, assumptions).read()


class _ManifestReader:
    """Reads one cluster."""

    def __init__(self, cluster: Cluster, surroundings: Surroundings, assumptions: Assumptions) -> None:
        self._cluster = cluster
        self._where = {"region": surroundings.region, "account": surroundings.account}
        self._assumptions = assumptions
        self._fragment = Fragment(problems=list(cluster.problems), notes=list(cluster.notes))
        self._groups = TargetGroups(cluster, surroundings, self._fragment)
        self._backends = Backends(
            Reading(cluster=cluster, surroundings=surroundings, groups=self._groups, fragment=self._fragment)
        )
        self._resources: dict[tuple[str, str, str], str] = {}  # see read_auth_policy
        self._left_out: list[Object] = []

    def read(self) -> Fragment:
        """Read every object that concerns the network."""
        self._fragment.objects += self._cluster.defined()
        self._read_networks()
        self._fragment.target_names += _target_names(self._cluster)
        for route in self._cluster.of_kind("HTTPRoute"):
            try:
                self._read_route(route)
            except WrongPropertyError as error:
                kind = Question if isinstance(error, UnknownLabelError) else Problem
                self._fragment.problems.append(kind(error.problem, route.locate(error.path)))
        self._note_other_routes()
        for policy in self._cluster.of_kind("VpcAssociationPolicy"):
            read_vpc_policy(policy, self._fragment, self._resources)
        for policy in self._cluster.of_kind("IAMAuthPolicy"):
            read_auth_policy(policy, self._fragment, self._resources)
        self._fragment.target_groups += self._groups.all
        return self._fragment

    def _read_networks(self) -> None:
        """A service network for each ServiceNetwork and Gateway, by name; a namespace counts for nothing.

        A Gateway's may be a template's: then the Gateway stands for that one.
        """
        for each in self._cluster.of_kind("ServiceNetwork"):
            self._fragment.service_networks.append(self._network(each))
        for each in self._cluster.of_kind("Gateway"):
            if is_ours(each, self._cluster):
                self._fragment.implied_networks.append(self._network(each))
                self._resources["Gateway", each.namespace, each.name] = each.name
        if not self._cluster.of_kind("Gateway"):
            self._imply_networks()

    def _imply_networks(self) -> None:
        """A service network for each Gateway that a policy is on, where no Gateway is given at all."""
        for policy in self._cluster.of_kind("IAMAuthPolicy"):
            kind, namespace, name = target_of(policy)
            if kind == "Gateway" and (kind, namespace, name) not in self._resources:
                self._resources[kind, namespace, name] = name
                arn = service_network_arn(name, **self._where)
                self._fragment.implied_networks.append(
                    ServiceNetwork(name=name, arn=arn, origin=policy.origin)
                )
                self._fragment.notes.append(
                    f"Gateway {namespace}/{name} is not in the manifests; its service network is assumed, because "
                    f"IAMAuthPolicy {policy.shown} is on it."
                )

    def _network(self, each: Object) -> ServiceNetwork:
        return ServiceNetwork(
            name=each.name, arn=service_network_arn(each.name, **self._where), origin=each.origin
        )

    def _note_other_routes(self) -> None:
        """Say which routes are not emulated, and which are of others."""
        for kind, what in _NOT_EMULATED.items():
            for route in self._cluster.of_kind(kind):
                self._resources[kind, route.namespace, route.name] = ""
                if not is_of_another_controller(route, self._cluster):
                    self._fragment.notes.append(
                        f"{kind} {route.name} is left out, because {what} is not emulated."
                    )
        if self._left_out:
            self._note_left_out(self._left_out)

    def _note_left_out(self, routes: Sequence[Object]) -> None:
        """Say which routes are of no Gateway here, and which Gateways would help."""
        names, is_one = ", ".join(route.name for route in routes), len(routes) == 1
        missing = sorted({name for route in routes for name in missing_gateways(route, self._cluster)})
        self._fragment.notes.append(
            f"HTTPRoute{'' if is_one else 's'} {names} {'has' if is_one else 'have'} no parent Gateway of "
            f"class {OUR_CLASS} here; {'it is' if is_one else 'they are'} left out."
            + (f" Not in the manifests: Gateway {', '.join(missing)}." if missing else "")
        )

    # ── a route ───────────────────────────────────────────────────────────────────────────────

    def _read_route(self, route: Object) -> None:
        """An HTTPRoute is a service; it has its rules on every listener that it attaches to."""
        self._resources["HTTPRoute", route.namespace, route.name] = ""
        parents = find_parents(route, self._cluster)
        if not parents:
            self._left_out.append(route)
            return
        self._fragment.notes += placement_notes(route, parents)
        name = self._service_name(route)
        arn = service_arn(name, **self._where)
        self._resources["HTTPRoute", route.namespace, route.name] = arn
        accepted = accepting(route, parents, self._cluster)
        names = hostnames(route)
        attached = _of_the_first(parents, accepted)
        if not attached:
            self._fragment.notes.append(
                f"HTTPRoute {route.name}: its service has no listener, because the controller makes only those of its "
                f"first Gateway, {parents[0].gateway.shown}, which takes the route on none."
            )
        service = Service(
            name=name,
            arn=arn,
            domain_name=generated_domain_name(name, make_id("svc", name), self._where["region"]),
            custom_domain_name=names[0] if names else None,
            tags=_tags(route),
            listeners=self._listeners(route, arn, attached),
            origin=route.origin,
        )
        takes_over_from = str(route.annotations.get(TAKEOVER) or "").strip()
        self._fragment.route_services.append(RouteService(service=service, takes_over_from=takes_over_from))
        if not is_standalone(route, parents):
            self._associate(route, arn, [parents[index] for index in accepted])

    def _associate(self, route: Object, arn: str, parents: Sequence[Parent]) -> None:
        """Put a route's service on the networks of the Gateways that take it."""
        service = Reference(text=arn, origin=route.origin, kinds=("service",))
        for name in dict.fromkeys(parent.gateway.name for parent in parents):
            network = network_of_gateway(name, route.origin)
            self._fragment.service_associations.append(
                ServiceAssociation(service=service, service_network=network, origin=route.origin)
            )

    def _service_name(self, route: Object) -> str:
        """The controller's name for a route's service."""
        given = route.annotations.get(NAME_OVERRIDE)
        name = service_name(route.name, route.namespace, route.annotations)
        problem = name_problem("service", name)
        if problem and given:
            message = problem[0].upper() + problem[1:] + "."
            where = route.locate(("metadata", "annotations", NAME_OVERRIDE))
            self._fragment.problems.append(Problem(message, where))
        elif problem:
            self._fragment.notes.append(
                f"HTTPRoute {route.name}: {problem}, so VPC Lattice refuses it; set the annotation {NAME_OVERRIDE}."
            )
        return name

    def _listeners(self, route: Object, arn: str, attached: Sequence[Attached]) -> tuple[Listener, ...]:
        """A listener for each port, with the route's rules; what none of them wants is a 404."""
        rules = read_rules(
            route,
            backends=self._backends,
            fragment=self._fragment,
            case_sensitive=self._assumptions.api_case_sensitive,
        )
        listeners = []
        for port, protocol in self._ports(attached).items():
            listener_arn = f"{arn}/listener/{make_id('listener', arn, str(port))}"
            listeners.append(
                Listener(
                    name=f"{cut_name(route.name, route.namespace)}-{port}-{protocol.lower()}",
                    arn=listener_arn,
                    protocol=protocol,
                    port=port,
                    default_action=FixedResponseAction(status=404),
                    rules=tuple(rule.on(listener_arn, route) for rule in rules),
                    origin=route.origin,
                )
            )
        return tuple(listeners)

    def _ports(self, attached: Sequence[Attached]) -> dict[int, ListenerProtocol]:
        """The port and protocol of listeners, each port once."""
        ports: dict[int, ListenerProtocol] = {}
        for gateway, path, listener in attached:
            try:
                port, protocol = read_listener(listener, path)
                ports.setdefault(port, protocol)
            except WrongPropertyError as error:
                self._fragment.problems.append(Problem(error.problem, gateway.locate(error.path)))
        return ports


def _target_names(cluster: Cluster) -> Iterator[tuple[str, ...]]:
    """What a server may be named for: all that is given, and the backends of every route, also of one that is wrong."""
    for kind in ("Service", "ServiceImport"):
        yield from (target_names(each.namespace, each.name) for each in cluster.of_kind(kind))
    for route in cluster.of_kind("HTTPRoute"):
        for rule in mappings(route.spec.get("rules")):
            for each in mappings(rule.get("backendRefs")):
                yield target_names(str(each.get("namespace") or route.namespace), str(each.get("name")))


def _tags(route: Object) -> dict[str, str]:
    """The tags that an annotation gives a route's service; those of the controller are its own.

    Source:
        https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/docs/guides/additional-tags.md
    """
    pairs = [each.partition("=") for each in str(route.annotations.get(TAGS) or "").split(",")]
    tags = {key.strip(): value.strip() for key, _, value in pairs if key.strip() and value.strip()}
    return {key: value for key, value in tags.items() if not key.startswith(f"{CONTROLLER}/")}


def _of_the_first(parents: Sequence[Parent], accepted: Mapping[int, Sequence[Attached]]) -> list[Attached]:
    """The listeners that a service has: those of its first Gateway, which all networks share."""
    first = parents[0].gateway.name
    return [
        each
        for index, attached in accepted.items()
        if parents[index].gateway.name == first
        for each in attached
    ]
