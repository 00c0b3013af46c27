"""What a rule of a route does: forward to the backends that there are.

Source:
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/gateway/model_build_rule.go
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/deploy/lattice/rule_manager.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lattice_events.definitions.lattice_schema import SHAPES
from lattice_events.network.model import Action, FixedResponseAction, ForwardAction, WeightedTargetGroup
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.properties import WrongPropertyError, shaped_number, whole_number
from lattice_events.readers.kubernetes.imports import ServiceImports
from lattice_events.readers.kubernetes.objects import Object, items
from lattice_events.readers.kubernetes.services import has_port, refuse_unusable
from lattice_events.readers.kubernetes.targets import (
    Reading,
    shown_target,
)

_MAX_WEIGHT = 1_000_000  # in the Gateway API; VPC Lattice, which sees those that are kept, takes less


class Backends:
    """Reads backendRefs."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._imports = ServiceImports(reading)

    def action(self, route: Object, rule: Mapping[str, Any], path: Path) -> Action:
        """Forward to the backends that exist; with none, the controller answers 500."""
        path = (*path, "backendRefs")
        groups = []
        for index, backend in enumerate(items(rule.get("backendRefs"), path)):
            group = self._weighted(route, backend, (*path, index))
            if group is not None:
                groups.append(group)
        most = SHAPES["WeightedTargetGroupList"].high
        if len(groups) > most:
            raise WrongPropertyError(f"A rule has at most {most} backendRefs.", path)
        return ForwardAction(target_groups=tuple(groups)) if groups else FixedResponseAction(status=500)

    def _weighted(self, route: Object, backend: Mapping[str, Any], path: Path) -> WeightedTargetGroup | None:
        """A backend's target group; ``None`` for one that the controller drops."""
        if "port" in backend:
            shaped_number(backend["port"], "Port", (*path, "port"))
        arn = self._target_group(route, backend, path)
        limit = _MAX_WEIGHT if arn is None else SHAPES["TargetGroupWeight"].high
        weight = whole_number(backend.get("weight", 1), 0, limit, (*path, "weight"))
        return None if arn is None else WeightedTargetGroup(target_group_arn=arn, weight=weight)

    def _target_group(self, route: Object, backend: Mapping[str, Any], path: Path) -> str | None:
        """The ARN of a backend's target group; ``None`` when there is none."""
        namespace, name = str(backend.get("namespace") or route.namespace), str(backend.get("name"))
        match backend.get("kind", "Service"):
            case "Service":
                return self._service(route, namespace, name, backend.get("port"), path)
            case "ServiceImport":
                return self._imports.target_group(route, namespace, name, path)
            case kind:
                message = f"The controller knows backendRefs of kind Service and ServiceImport, not {kind}; it fails such a route."
                raise WrongPropertyError(message, (*path, "kind"))

    def _service(self, route: Object, namespace: str, name: str, port: Any, path: Path) -> str | None:
        """The target group of a Service's pods."""
        service = self._reading.cluster.find("Service", namespace, name)
        origin = route.locate(path)
        if service is None:
            if not self._is_assumed(route, namespace, name):
                return None
            return self._reading.groups.of_pods(namespace, name, origin)
        refuse_unusable(service, path)
        if port is not None and not has_port(service, port):
            self._reading.fragment.notes.append(
                f"{route.locate((*path, 'port'))}: HTTPRoute {route.name}: Service {service.shown} has no port {port}; the controller registers no targets for it."
            )
            return self._reading.groups.of_no_pods(namespace, name, str(port), origin)
        return self._reading.groups.of_pods(namespace, name, origin)

    def _is_assumed(self, route: Object, namespace: str, name: str) -> bool:
        """Whether a Service that is not given is there: who names a server for it means it. Says so."""
        what = f"Service {namespace}/{name} is not in the manifests"
        if self._reading.surroundings.urls(namespace, name) is not None:
            self._reading.fragment.notes.append(f"{what}; it is assumed, because a target is given for it.")
            return True
        self._reading.fragment.notes.append(
            f"HTTPRoute {route.name}: {what}; the controller drops such a backend. Give its manifest, or "
            f"--target {shown_target(namespace, name)}=URL."
        )
        return False
