"""Kubernetes manifests, as the AWS Gateway API Controller 2.1 reads them.

What the API server would default is defaulted here, since manifests
are read as they were written.

Source:
    https://www.gateway-api-controller.eks.aws.dev/latest/
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.errors import Problem
from lattice_events.network.model import (
    Action,
    FixedResponseAction,
    ForwardAction,
    HeaderMatch,
    HealthCheck,
    HttpTarget,
    Listener,
    ListenerProtocol,
    Match,
    PathMatch,
    Rule,
    Service,
    ServiceNetwork,
    TargetGroup,
    WeightedTargetGroup,
    generated_domain_name,
    make_id,
)
from lattice_events.readers.common.arns import service_arn, service_network_arn, target_group_arn
from lattice_events.readers.common.documents import Document, Path
from lattice_events.readers.common.fragment import Fragment, Reference, ServiceAssociation
from lattice_events.readers.common.lattice_schema import SHAPES, name_problem
from lattice_events.readers.common.properties import (
    WrongPropertyError,
    header_name,
    header_value,
    refuse_odd_path,
    shaped_number,
    shaped_text,
    whole_number,
)
from lattice_events.readers.kubernetes.objects import (
    CONTROLLER,
    DEFAULT_NAMESPACE,
    Object,
    Parent,
    attachments,
    hostnames,
    is_standalone,
    items,
    object_at,
    read_listener,
    read_objects,
    refuse_odd_object,
)
from lattice_events.readers.kubernetes.policies import (
    network_of_gateway,
    read_auth_policy,
    read_service_health_check,
    read_vpc_policy,
)
from lattice_events.readers.linking.assemble import CONTROLLER_PREFIX

_GATEWAY_API = "gateway.networking.k8s.io"
_NAME_OVERRIDE = f"{CONTROLLER}/service-name-override"
_TARGET_GROUP_ARN = f"{CONTROLLER}/target-group-arn"
_READ = (
    "Gateway", "GatewayClass", "HTTPRoute", "IAMAuthPolicy", "Service", "ServiceImport", "ServiceNetwork",
    "TargetGroupPolicy", "VpcAssociationPolicy",
)  # fmt: skip
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
_MAX_WEIGHT = 1_000_000  # in the Gateway API; VPC Lattice, which sees those that are kept, takes less
_REFUSED = {
    "GRPCRoute": "gRPC is not emulated by lattice dev",
    "TLSRoute": "TLS passthrough is not emulated by lattice dev",
}


def read_manifests(
    documents: Sequence[Document],
    *,
    region: str,
    account: str,
    target_urls: Mapping[str, Sequence[str]],
    assumptions: Assumptions = DEFAULTS,
) -> Fragment:
    """Read what manifests define: Gateways, HTTPRoutes and the Services that they name.

    Args:
        documents: Every object of every file; kinds that do not concern the network are skipped.
        region: Of the run.
        account: Of the run.
        target_urls: URLs of the pods by ``NAMESPACE/NAME`` of their Service, or by ``NAME`` in the
            default namespace.
        assumptions: What a path match means that does not mind its case.
    """
    return _ManifestReader(list(read_objects(documents)), region, account, target_urls, assumptions).read()


def _priorities(route: Object, count: int) -> list[int]:
    """The priority of each rule: the annotated one, else counted on in the order of the document.

    The controller counts on from the annotated rule that it saw last, which need not be the highest.
    """
    annotated: dict[int, int] = {}
    for index in range(count):
        given = route.annotations.get(f"{CONTROLLER}/rule-{index}-priority")
        if given is not None:
            path: Path = ("metadata", "annotations", f"{CONTROLLER}/rule-{index}-priority")
            is_number = str(given).isascii() and str(given).isdigit()
            annotated[index] = shaped_number(str(given), "RulePriority", path) if is_number else index + 1
    following = itertools.count(next(reversed(annotated.values()), 0) + 1)
    return [annotated[index] if index in annotated else next(following) for index in range(count)]


class _ManifestReader:
    """Reads one set of objects."""

    def __init__(
        self,
        objects: Sequence[Object],
        region: str,
        account: str,
        target_urls: Mapping[str, Sequence[str]],
        assumptions: Assumptions,
    ) -> None:
        self._objects = objects
        self._by_kind: dict[str, list[Object]] = {}
        self._by_name: dict[tuple[str, str, str], Object] = {}  # of a kind and namespace
        for each in objects:
            self._by_kind.setdefault(each.kind, []).append(each)
            self._by_name.setdefault((each.kind, each.namespace, each.name), each)
        self._region = region
        self._account = account
        self._target_urls = target_urls
        self._assumptions = assumptions
        self._fragment = Fragment()
        self._groups: dict[str, TargetGroup] = {}
        self._services: dict[tuple[str, str], str] = {}  # ARN by namespace and name of the route

    def read(self) -> Fragment:
        """Read every object that concerns the network."""
        for each in self._objects:
            if each.kind in _READ:
                self._guarded(refuse_odd_object, each)
            if each.kind in _REFUSED and each.group in (CONTROLLER, _GATEWAY_API):
                self._problem(each, ("kind",), f"{each.kind} {each.name} is refused: {_REFUSED[each.kind]}.")
        self._read_networks()
        for policy in self._of_kind("VpcAssociationPolicy"):
            read_vpc_policy(policy, self._fragment)
        for route in self._of_kind("HTTPRoute"):
            self._guarded(self._read_route, route)
        for policy in self._of_kind("IAMAuthPolicy"):
            read_auth_policy(policy, self._fragment, self._services)
        self._fragment.target_groups += self._groups.values()
        return self._fragment

    def _guarded(self, reader: Callable[[Object], None], each: Object) -> None:
        """Read one object; what is wrong with it becomes a problem."""
        try:
            reader(each)
        except WrongPropertyError as error:
            self._problem(each, error.path, error.problem)

    def _of_kind(self, kind: str) -> list[Object]:
        return self._by_kind.get(kind, [])

    def _problem(self, each: Object, path: Path, message: str) -> None:
        self._fragment.problems.append(Problem(message, each.locate(path)))

    # ── service networks ──────────────────────────────────────────────────────────────────────

    @cached_property
    def _gateways(self) -> list[Object]:
        """The Gateways that the controller serves: those of its class."""
        classes = {
            each.name
            for each in self._of_kind("GatewayClass")
            if str(each.spec.get("controllerName", "")).startswith(CONTROLLER)
        } | {"amazon-vpc-lattice"}
        return [
            each for each in self._of_kind("Gateway") if str(each.spec.get("gatewayClassName")) in classes
        ]

    def _read_networks(self) -> None:
        """A service network for each ServiceNetwork and Gateway, by name; a namespace counts for nothing.

        A Gateway's may be a template's: then the Gateway stands for that one.
        """
        for defined, networks in (
            (self._of_kind("ServiceNetwork"), self._fragment.service_networks),
            (self._gateways, self._fragment.implied_networks),
        ):
            for each in defined:
                arn = service_network_arn(each.name, region=self._region, account=self._account)
                networks.append(ServiceNetwork(name=each.name, arn=arn, origin=each.origin))

    # ── routes ────────────────────────────────────────────────────────────────────────────────

    def _read_route(self, route: Object) -> None:
        """An HTTPRoute is a service; it has its rules on every listener that it attaches to."""
        name = self._service_name(route)
        parents = self._parents(route)
        if not parents:
            self._fragment.notes.append(
                f"HTTPRoute {route.name} has no parent Gateway of class amazon-vpc-lattice here; it is left out."
            )
            return
        arn = service_arn(name, region=self._region, account=self._account)
        self._services[route.namespace, route.name] = arn
        ports = self._ports(route, parents)
        listeners = tuple(self._listener(route, arn, port, protocol) for port, protocol in ports.items())
        names = hostnames(route)
        self._fragment.services.append(
            Service(
                name=name,
                arn=arn,
                domain_name=generated_domain_name(name, make_id("svc", name), self._region),
                custom_domain_name=names[0] if names else None,
                listeners=listeners,
                origin=route.origin,
            )
        )
        for gateway, _ in () if is_standalone(route, parents) else parents:
            self._fragment.service_associations.append(
                ServiceAssociation(
                    service=Reference(text=arn, origin=route.origin, kinds=("service",)),
                    service_network=network_of_gateway(gateway.name, route.origin),
                    origin=route.origin,
                )
            )

    def _service_name(self, route: Object) -> str:
        """The controller's name for a route's service."""
        given = route.annotations.get(_NAME_OVERRIDE)
        if given:
            problem = name_problem("service", str(given))
            if problem:
                path = ("metadata", "annotations", _NAME_OVERRIDE)
                self._problem(route, path, problem[0].upper() + problem[1:] + ".")
            return str(given)
        return f"{route.name[:20].strip('-')}-{route.namespace[:18].strip('-')}"

    def _parents(self, route: Object) -> list[Parent]:
        """The Gateways that a route attaches to, with the reference that names each."""
        gateways = {(each.namespace, each.name): each for each in self._gateways}
        parents = []
        for index, reference in enumerate(items(route.spec.get("parentRefs"), ("spec", "parentRefs"))):
            if "port" in reference:
                shaped_number(reference["port"], "Port", ("spec", "parentRefs", index, "port"))
            key = (str(reference.get("namespace", route.namespace)), str(reference.get("name")))
            if key in gateways:
                parents.append((gateways[key], reference))
        return parents

    def _ports(self, route: Object, parents: Sequence[Parent]) -> dict[int, ListenerProtocol]:
        """The listeners that a route attaches to, each port once."""
        ports: dict[int, ListenerProtocol] = {}
        attached = list(attachments(route, parents, self._objects))
        for gateway, path, listener in attached:
            try:
                port, protocol = read_listener(listener, path)
                ports.setdefault(port, protocol)
            except WrongPropertyError as error:
                self._problem(gateway, error.path, error.problem)
        if not attached:
            raise WrongPropertyError("The route matches no listener of its Gateway.", ("spec", "parentRefs"))
        return ports

    def _listener(self, route: Object, arn: str, port: int, protocol: ListenerProtocol) -> Listener:
        """One listener with the route's rules; what none of them wants is a 404."""
        name = f"{route.name[:20].strip('-')}-{route.namespace[:18].strip('-')}-{port}-{protocol.lower()}"
        listener_arn = f"{arn}/listener/{make_id('listener', arn, str(port))}"
        return Listener(
            name=name,
            arn=listener_arn,
            protocol=protocol,
            port=port,
            default_action=FixedResponseAction(status=404),
            rules=tuple(self._rules(route, listener_arn)),
            origin=route.origin,
        )

    def _rules(self, route: Object, listener_arn: str) -> list[Rule]:
        """A route's rules in the order of the document, which is their priority."""
        written = items(route.spec.get("rules"), ("spec", "rules"))
        rules = []
        for index, (rule, priority) in enumerate(zip(written, _priorities(route, len(written)), strict=True)):
            path: Path = ("spec", "rules", index)
            if rule.get("filters"):
                self._fragment.notes.append(
                    f"HTTPRoute {route.name}: filters of rule {index} are ignored, as the controller ignores them."
                )
            rules.append(
                Rule(
                    name=f"k8s-{route.name}-rule-{priority}",
                    arn=f"{listener_arn}/rule/{make_id('rule', listener_arn, str(priority))}",
                    priority=priority,
                    match=self._match(rule, path),
                    action=self._action(route, rule, path),
                    origin=route.locate(path),
                )
            )
        return rules

    def _match(self, rule: Mapping[str, Any], path: Path) -> Match:
        """A rule's one match; none means every path."""
        matches = items(rule.get("matches"), (*path, "matches"))
        if len(matches) > 1:
            raise WrongPropertyError(
                "The controller accepts one entry in matches (LATTICE_NO_SUPPORT_FOR_MULTIPLE_MATCHES); write one rule for each.",
                (*path, "matches", 1),
            )
        match = matches[0] if matches else {}
        path = (*path, "matches", 0)
        if match.get("queryParams"):
            raise WrongPropertyError(
                "The controller accepts no queryParams (LATTICE_UNSUPPORTED_MATCH_TYPE).",
                (*path, "queryParams"),
            )
        headers = items(match.get("headers"), (*path, "headers"))
        most = SHAPES["HeaderMatchList"].high
        if len(headers) > most:
            raise WrongPropertyError(
                f"The controller accepts at most {most} headers (LATTICE_EXCEED_MAX_HEADER_MATCHES).",
                (*path, "headers"),
            )
        method = match.get("method")
        if method is not None and method not in _METHODS:
            message = f"method must be one of {', '.join(_METHODS)}, not {method!r}."
            raise WrongPropertyError(message, (*path, "method"))
        return Match(
            method=method,
            path=self._path_match(object_at(match.get("path"), (*path, "path")), (*path, "path")),
            headers=tuple(
                self._header_match(header, (*path, "headers", index)) for index, header in enumerate(headers)
            ),
        )

    def _path_match(self, value: Mapping[str, Any], path: Path) -> PathMatch:
        kind = value.get("type", "PathPrefix")
        wanted = value.get("value", "/")
        if kind not in ("Exact", "PathPrefix"):
            raise WrongPropertyError(
                f"The controller accepts Exact and PathPrefix, not {kind} (LATTICE_UNSUPPORTED_PATH_MATCH_TYPE).",
                path,
            )
        refuse_odd_path(wanted, kind, (*path, "value"))
        shape = "PathMatchExact" if kind == "Exact" else "PathMatchPrefix"
        return PathMatch(
            kind="exact" if kind == "Exact" else "prefix",
            value=shaped_text(wanted, shape, (*path, "value")),
            case_sensitive=self._assumptions.api_case_sensitive,
        )

    def _header_match(self, value: Mapping[str, Any], path: Path) -> HeaderMatch:
        if value.get("type", "Exact") != "Exact":
            raise WrongPropertyError("The controller accepts only Exact header matches.", (*path, "type"))
        return HeaderMatch(
            name=header_name(value.get("name"), (*path, "name")),
            kind="exact",
            value=header_value(value.get("value"), "HeaderMatchExact", (*path, "value")),
            case_sensitive=False,
        )

    # ── backends ──────────────────────────────────────────────────────────────────────────────

    def _action(self, route: Object, rule: Mapping[str, Any], path: Path) -> Action:
        """Forward to the backends that exist; to none, the controller answers 500."""
        groups = []
        backends, most = (
            items(rule.get("backendRefs"), (*path, "backendRefs")),
            SHAPES["WeightedTargetGroupList"].high,
        )
        if len(backends) > most:
            raise WrongPropertyError(f"A rule has at most {most} backendRefs.", (*path, "backendRefs"))
        for index, backend in enumerate(backends):
            here = (*path, "backendRefs", index)
            if "port" in backend:
                shaped_number(backend["port"], "Port", (*here, "port"))
            arn = self._backend(route, backend, here)
            limit = _MAX_WEIGHT if arn is None else SHAPES["TargetGroupWeight"].high
            weight = whole_number(backend.get("weight", 1), 0, limit, (*here, "weight"))
            if arn is not None:
                groups.append(WeightedTargetGroup(target_group_arn=arn, weight=weight))
        return ForwardAction(target_groups=tuple(groups)) if groups else FixedResponseAction(status=500)

    def _backend(self, route: Object, backend: Mapping[str, Any], path: Path) -> str | None:
        """The target group of a backendRef; ``None`` for one that the controller drops."""
        kind = backend.get("kind", "Service")
        namespace = str(backend.get("namespace", route.namespace))
        name = str(backend.get("name"))
        found = self._by_name.get((str(kind), namespace, name))
        if kind == "ServiceImport" and found is not None and _TARGET_GROUP_ARN in found.annotations:
            arn = str(found.annotations[_TARGET_GROUP_ARN])
            self._fragment.imported_target_groups.append(
                Reference(text=arn, origin=route.locate(path), kinds=("targetgroup",))
            )
            return arn
        if kind != "Service" or found is None:
            what = f"{kind} {namespace}/{name}"
            self._fragment.notes.append(
                f"HTTPRoute {route.name}: {what} is not in the manifests; the controller drops such a backend."
            )
            return None
        return self._target_group(namespace, name, route.locate(path))

    def _target_group(self, namespace: str, name: str, origin: str) -> str:
        """The target group of a Service's pods."""
        key = f"{namespace}/{name}"
        arn = target_group_arn(key, region=self._region, account=self._account)
        urls = self._target_urls.get(key)
        if urls is None and namespace == DEFAULT_NAMESPACE:
            urls = self._target_urls.get(name)
        if urls is None:
            shown = name if namespace == DEFAULT_NAMESPACE else key
            message = (
                f"Which local server replaces the pods of Service {key}? Set custom.lattice.targets."
                f"{shown}: {{url: http://127.0.0.1:PORT}} or {{command: [python3, app.py]}}."
            )
            self._fragment.problems.append(Problem(message, origin))
            urls = ()
        self._groups[key] = TargetGroup(
            name=f"{CONTROLLER_PREFIX}{namespace}-{name}",
            arn=arn,
            type="IP",
            targets=tuple(HttpTarget(url=url) for url in urls),
            health_check=self._health_check(namespace, name),
            origin=origin,
        )
        return arn

    def _health_check(self, namespace: str, name: str) -> HealthCheck | None:
        """How the pods of a Service are checked."""
        policies = self._of_kind("TargetGroupPolicy")
        try:
            return read_service_health_check(policies, namespace, name)
        except WrongPropertyError as error:
            for policy in policies:
                self._problem(policy, error.path, error.problem)
            return None
