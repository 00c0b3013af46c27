"""Kubernetes manifests, as the AWS Gateway API Controller 2.1 reads them.

Kubernetes words stop here. What the API server would default is defaulted here, since manifests
are read as they were written.

Source:
    https://www.gateway-api-controller.eks.aws.dev/latest/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.errors import Problem
from lattice_events.network.model import (
    Action,
    FixedResponseAction,
    ForwardAction,
    HeaderMatch,
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
from lattice_events.readers.actions import WrongPropertyError
from lattice_events.readers.assemble import service_arn, service_network_arn, target_group_arn
from lattice_events.readers.fragment import Fragment, ServiceAssociation, VpcAssociation
from lattice_events.readers.source import Document, Path

_CONTROLLER = "application-networking.k8s.aws"
_GATEWAY_API = "gateway.networking.k8s.io"
_NAME_OVERRIDE = f"{_CONTROLLER}/service-name-override"
_TARGET_GROUP_ARN = f"{_CONTROLLER}/target-group-arn"
_REFUSED = {
    "GRPCRoute": "gRPC is not played by the local network",
    "TLSRoute": "TLS passthrough is not played by the local network",
    "IAMAuthPolicy": "lattice dev evaluates no auth policies yet",
}
_DEFAULT_NAMESPACE = "default"


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
    objects = [_Object(document) for document in documents if isinstance(document.value, dict)]
    return _ManifestReader(objects, region, account, target_urls, assumptions).read()


class _Object:
    """One Kubernetes object."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.kind = str(document.value.get("kind"))
        self.group = str(document.value.get("apiVersion", "")).rpartition("/")[0]
        metadata = document.value.get("metadata")
        self.metadata: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
        self.name = str(self.metadata.get("name", ""))
        self.namespace = str(self.metadata.get("namespace", _DEFAULT_NAMESPACE))
        annotations = self.metadata.get("annotations")
        self.annotations: Mapping[str, Any] = annotations if isinstance(annotations, dict) else {}
        spec = document.value.get("spec")
        self.spec: Mapping[str, Any] = spec if isinstance(spec, dict) else {}

    @property
    def origin(self) -> str:
        return self.document.locate(())


def _items(value: Any, path: Path) -> list[Mapping[str, Any]]:
    """A list of objects; absent is empty."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise WrongPropertyError(f"{path[-1]} must be a list of objects.", path)
    return value


class _ManifestReader:
    """Reads one set of objects."""

    def __init__(
        self,
        objects: Sequence[_Object],
        region: str,
        account: str,
        target_urls: Mapping[str, Sequence[str]],
        assumptions: Assumptions,
    ) -> None:
        self._objects = objects
        self._region = region
        self._account = account
        self._target_urls = target_urls
        self._assumptions = assumptions
        self._fragment = Fragment()
        self._groups: dict[str, TargetGroup] = {}

    def read(self) -> Fragment:
        """Read every object that concerns the network."""
        for each in self._objects:
            if each.kind in _REFUSED and each.group in (_CONTROLLER, _GATEWAY_API):
                self._problem(each, ("kind",), f"{each.kind} {each.name} is refused: {_REFUSED[each.kind]}.")
        self._read_networks()
        for policy in self._of_kind("VpcAssociationPolicy"):
            self._read_vpc_policy(policy)
        for route in self._of_kind("HTTPRoute"):
            try:
                self._read_route(route)
            except WrongPropertyError as error:
                self._problem(route, error.path, error.problem)
        self._fragment.target_groups += self._groups.values()
        return self._fragment

    def _of_kind(self, kind: str) -> list[_Object]:
        return [each for each in self._objects if each.kind == kind]

    def _problem(self, each: _Object, path: Path, message: str) -> None:
        self._fragment.problems.append(Problem(message, each.document.locate(path)))

    # ── service networks ──────────────────────────────────────────────────────────────────────

    def _gateways(self) -> list[_Object]:
        """The Gateways that the controller serves: those of its class."""
        classes = {
            each.name
            for each in self._of_kind("GatewayClass")
            if str(each.spec.get("controllerName", "")).startswith(_CONTROLLER)
        } | {"amazon-vpc-lattice"}
        return [each for each in self._of_kind("Gateway") if each.spec.get("gatewayClassName") in classes]

    def _read_networks(self) -> None:
        """A service network for each ServiceNetwork and each Gateway, by name; a namespace counts for nothing."""
        seen: set[str] = set()
        for each in (*self._of_kind("ServiceNetwork"), *self._gateways()):
            if each.name not in seen:
                seen.add(each.name)
                arn = service_network_arn(each.name, region=self._region, account=self._account)
                self._fragment.service_networks.append(
                    ServiceNetwork(name=each.name, arn=arn, origin=each.origin)
                )

    def _read_vpc_policy(self, policy: _Object) -> None:
        """The cluster's VPC on a Gateway's network, under a made-up id."""
        target = policy.spec.get("targetRef")
        if isinstance(target, dict) and policy.spec.get("associateWithVpc", True) is True:
            self._fragment.vpc_associations.append(
                VpcAssociation(
                    vpc_id=make_id("vpc", "cluster"),
                    service_network=str(target.get("name")),
                    origin=policy.origin,
                )
            )

    # ── routes ────────────────────────────────────────────────────────────────────────────────

    def _read_route(self, route: _Object) -> None:
        """An HTTPRoute is a service; it has its rules on every listener that it attaches to."""
        name = self._service_name(route)
        parents = self._parents(route)
        if not parents:
            self._fragment.notes.append(
                f"HTTPRoute {route.name} has no parent Gateway of class amazon-vpc-lattice here; it is left out."
            )
            return
        arn = service_arn(name, region=self._region, account=self._account)
        listeners = tuple(
            self._listener(route, arn, port, protocol) for port, protocol in self._ports(parents)
        )
        hostnames = route.spec.get("hostnames") or []
        self._fragment.services.append(
            Service(
                name=name,
                arn=arn,
                domain_name=generated_domain_name(name, make_id("svc", name), self._region),
                custom_domain_name=str(hostnames[0]) if hostnames else None,
                listeners=listeners,
                origin=route.origin,
            )
        )
        for gateway, _ in parents:
            network = service_network_arn(gateway.name, region=self._region, account=self._account)
            self._fragment.service_associations.append(
                ServiceAssociation(service_arn=arn, service_network=network, origin=route.origin)
            )

    def _service_name(self, route: _Object) -> str:
        """The controller's name for a route's service."""
        given = route.annotations.get(_NAME_OVERRIDE)
        if given:
            return str(given)
        return f"{route.name[:20].strip('-')}-{route.namespace[:18].strip('-')}"

    def _parents(self, route: _Object) -> list[tuple[_Object, Mapping[str, Any]]]:
        """The Gateways that a route attaches to, with the reference that names each."""
        gateways = {(each.namespace, each.name): each for each in self._gateways()}
        parents = []
        for reference in _items(route.spec.get("parentRefs"), ("spec", "parentRefs")):
            key = (str(reference.get("namespace", route.namespace)), str(reference.get("name")))
            if key in gateways:
                parents.append((gateways[key], reference))
        return parents

    def _ports(
        self, parents: Iterable[tuple[_Object, Mapping[str, Any]]]
    ) -> list[tuple[int, ListenerProtocol]]:
        """The listeners that a route attaches to; without a sectionName, all of them."""
        ports: dict[int, ListenerProtocol] = {}
        for gateway, reference in parents:
            for index, listener in enumerate(_items(gateway.spec.get("listeners"), ("spec", "listeners"))):
                if reference.get("sectionName") not in (None, listener.get("name")):
                    continue
                if reference.get("port") not in (None, listener.get("port")):
                    continue
                protocol = listener.get("protocol")
                if protocol not in ("HTTP", "HTTPS"):
                    message = (
                        f"Listener {listener.get('name')} has protocol {protocol}; HTTP and HTTPS are played."
                    )
                    self._problem(gateway, ("spec", "listeners", index, "protocol"), message)
                    continue
                ports.setdefault(int(listener.get("port", 443)), protocol)
        if not ports:
            raise WrongPropertyError("The route matches no listener of its Gateway.", ("spec", "parentRefs"))
        return list(ports.items())

    def _listener(self, route: _Object, arn: str, port: int, protocol: ListenerProtocol) -> Listener:
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

    def _rules(self, route: _Object, listener_arn: str) -> list[Rule]:
        """A route's rules in the order of the document, which is their priority."""
        rules = []
        priority = 0
        for index, rule in enumerate(_items(route.spec.get("rules"), ("spec", "rules"))):
            path: Path = ("spec", "rules", index)
            priority = self._priority(route, index, priority)
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
                    origin=route.document.locate(path),
                )
            )
        return rules

    def _priority(self, route: _Object, index: int, previous: int) -> int:
        """The annotated priority, else the one after the rule before."""
        given = str(route.annotations.get(f"{_CONTROLLER}/rule-{index}-priority", ""))
        return int(given) if given.isascii() and given.isdigit() else previous + 1

    def _match(self, rule: Mapping[str, Any], path: Path) -> Match:
        """A rule's one match; none means every path."""
        matches = _items(rule.get("matches"), (*path, "matches"))
        if len(matches) > 1:
            raise WrongPropertyError(
                "The controller takes one entry in matches (LATTICE_NO_SUPPORT_FOR_MULTIPLE_MATCHES); write a rule "
                "for each.",
                (*path, "matches", 1),
            )
        match = matches[0] if matches else {}
        path = (*path, "matches", 0)
        if match.get("queryParams"):
            raise WrongPropertyError(
                "The controller takes no queryParams (LATTICE_UNSUPPORTED_MATCH_TYPE).",
                (*path, "queryParams"),
            )
        headers = _items(match.get("headers"), (*path, "headers"))
        if len(headers) > 5:
            raise WrongPropertyError("VPC Lattice takes at most 5 header matches.", (*path, "headers"))
        method = match.get("method")
        return Match(
            method=None if method is None else str(method),
            path=self._path_match(match.get("path") or {}, (*path, "path")),
            headers=tuple(
                self._header_match(header, (*path, "headers", index)) for index, header in enumerate(headers)
            ),
        )

    def _path_match(self, value: Mapping[str, Any], path: Path) -> PathMatch:
        kind = value.get("type", "PathPrefix")
        text = str(value.get("value", "/"))
        if kind not in ("Exact", "PathPrefix"):
            raise WrongPropertyError(
                f"The controller takes Exact and PathPrefix, not {kind} (LATTICE_UNSUPPORTED_PATH_MATCH_TYPE).",
                path,
            )
        if not text.startswith("/"):
            raise WrongPropertyError(f"A path starts with /, {text!r} does not.", (*path, "value"))
        return PathMatch(
            kind="exact" if kind == "Exact" else "prefix",
            value=text,
            case_sensitive=self._assumptions.api_case_sensitive,
        )

    def _header_match(self, value: Mapping[str, Any], path: Path) -> HeaderMatch:
        if value.get("type", "Exact") != "Exact":
            raise WrongPropertyError("The controller takes Exact header matches only.", (*path, "type"))
        return HeaderMatch(
            name=str(value.get("name")), kind="exact", value=str(value.get("value")), case_sensitive=False
        )

    # ── backends ──────────────────────────────────────────────────────────────────────────────

    def _action(self, route: _Object, rule: Mapping[str, Any], path: Path) -> Action:
        """Forward to the backends that exist; to none, the controller answers 500."""
        groups = []
        for index, backend in enumerate(_items(rule.get("backendRefs"), (*path, "backendRefs"))):
            arn = self._backend(route, backend, (*path, "backendRefs", index))
            if arn is not None:
                groups.append(WeightedTargetGroup(target_group_arn=arn, weight=int(backend.get("weight", 1))))
        return ForwardAction(target_groups=tuple(groups)) if groups else FixedResponseAction(status=500)

    def _backend(self, route: _Object, backend: Mapping[str, Any], path: Path) -> str | None:
        """The target group of a backendRef; ``None`` for one that the controller drops."""
        kind = backend.get("kind", "Service")
        namespace = str(backend.get("namespace", route.namespace))
        name = str(backend.get("name"))
        found = next(
            (each for each in self._of_kind(str(kind)) if (each.namespace, each.name) == (namespace, name)),
            None,
        )
        if kind == "ServiceImport" and found is not None and _TARGET_GROUP_ARN in found.annotations:
            return str(found.annotations[_TARGET_GROUP_ARN])
        if kind != "Service" or found is None:
            what = f"{kind} {namespace}/{name}"
            self._fragment.notes.append(
                f"HTTPRoute {route.name}: {what} is not in the manifests; the controller drops such a backend."
            )
            return None
        return self._target_group(namespace, name, route.document.locate(path))

    def _target_group(self, namespace: str, name: str, origin: str) -> str:
        """The target group of a Service's pods."""
        key = f"{namespace}/{name}"
        arn = target_group_arn(key, region=self._region, account=self._account)
        urls = self._target_urls.get(key)
        if urls is None and namespace == _DEFAULT_NAMESPACE:
            urls = self._target_urls.get(name)
        if urls is None:
            shown = name if namespace == _DEFAULT_NAMESPACE else key
            message = (
                f"What stands for the pods of Service {key} here? Say it with custom.lattice.targets."
                f"{shown}: {{url: http://127.0.0.1:PORT}} or {{command: [python3, app.py]}}."
            )
            self._fragment.problems.append(Problem(message, origin))
            urls = ()
        self._groups[key] = TargetGroup(
            name=f"k8s-{namespace}-{name}",
            arn=arn,
            type="IP",
            targets=tuple(HttpTarget(url=url) for url in urls),
            origin=origin,
        )
        return arn
