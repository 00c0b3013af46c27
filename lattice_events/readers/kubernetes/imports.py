"""ServiceImports: target groups of other clusters, and those that an ARN names.

Source:
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/docs/api-types/service-import.md
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/gateway/model_build_rule.go
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/deploy/lattice/target_group_manager.go
"""

from __future__ import annotations

import re

from lattice_events.definitions.kubernetes import (
    CLUSTER_NAME,
    EXPORT_NAME,
    FEDERATED,
    FEDERATION,
    NAME_OVERRIDE,
    PORT,
    SERVICE_NAME,
    TARGET_GROUP_ARN,
    VPC,
)
from lattice_events.errors import Problem
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.fragment import Reference
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.kubernetes.objects import Object, items
from lattice_events.readers.kubernetes.services import has_port
from lattice_events.readers.kubernetes.targets import Reading, shown_target

_ARN = re.compile(r"arn:[^:]*:vpc-lattice:[^:]*:[^:]*:targetgroup/tg-\S+")


class ServiceImports:
    """Finds the target group that a ServiceImport means."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def target_group(self, route: Object, namespace: str, name: str, path: Path) -> str | None:
        """The ARN of the target group; ``None`` when a problem of the ServiceImport itself is recorded.

        Raises:
            WrongPropertyError: The controller fails the route.
        """
        found = self._reading.cluster.find("ServiceImport", namespace, name)
        override = route.annotations.get(NAME_OVERRIDE)
        if found is None and override:
            message = (
                f"ServiceImport {namespace}/{name} does not exist, so the controller refuses to claim the existing "
                f"service {override} for a route with service-name-override. Give the manifest of the ServiceImport."
            )
            raise WrongPropertyError(message, path)
        arn = "" if found is None else _annotation(found, TARGET_GROUP_ARN)
        if found is not None and arn:
            return self._by_arn(found, arn, route.locate(path))
        return self._by_name(found, namespace, name, route, path)

    def _by_arn(self, found: Object, arn: str, origin: str) -> str | None:
        """The target group that an ARN names: a template's, or a local server of its own."""
        conflicting = [key for key in (EXPORT_NAME, VPC, CLUSTER_NAME) if key in found.annotations]
        problem = None
        if conflicting:
            problem = (
                f"ServiceImport {found.shown} sets {TARGET_GROUP_ARN} together with {', '.join(conflicting)}; "
                "set exactly one of them (ConflictingServiceImportAnnotations)."
            )
        elif not _ARN.fullmatch(arn):
            problem = (
                f"{TARGET_GROUP_ARN} {arn!r} is not the ARN of a target group (InvalidExternalTargetGroup)."
            )
        if problem:
            path = ("metadata", "annotations", TARGET_GROUP_ARN)
            self._reading.fragment.problems.append(Problem(problem, found.locate(path)))
            return None
        if self._reading.surroundings.urls(found.namespace, found.name) is not None:
            return self._reading.groups.of_import(found.namespace, found.name, origin, arn=arn)
        self._reading.fragment.imported_target_groups.append(
            Reference(text=arn, origin=origin, kinds=("targetgroup",))
        )
        return arn

    def _by_name(self, found: Object | None, namespace: str, name: str, route: Object, path: Path) -> str:
        """The target group of the ServiceExport of a name: one that is given, else one of another cluster."""
        wanted = ("" if found is None else _annotation(found, EXPORT_NAME)) or name
        export = self._reading.cluster.find("ServiceExport", namespace, wanted)
        reason = "is not given" if export is None else self._unusable(export)
        replaced = self._reading.surroundings.urls(namespace, name) is not None
        if export is not None and reason is None and (self._has_server(export) or not replaced):
            self._note_cluster(found, export)
            return self._exported(export, route.locate(path))
        if replaced or (found is not None and not self._reading.surroundings.runs):
            return self._reading.groups.of_import(namespace, name, route.locate(path))
        message = (
            f"The target group for ServiceImport {namespace}/{name} could not be found: ServiceExport "
            f"{namespace}/{wanted} {reason}. Give its manifest with that of its Service, or name a local server: "
            f"--target {shown_target(namespace, name)}=http://127.0.0.1:PORT."
        )
        raise WrongPropertyError(message, path)

    def _exported(self, export: Object, origin: str) -> str:
        """The target group of a ServiceExport."""
        service = self._reading.cluster.find("Service", export.namespace, _service_name(export))
        ports = _exported_ports(export)
        if service is not None and ports and not any(has_port(service, port) for port in ports):
            fields: Path = ("spec", "exportedPorts", 0, "port")
            where = fields if export.spec.get("exportedPorts") else ("metadata", "annotations", PORT)
            self._reading.fragment.notes.append(
                f"{export.locate(where)}: ServiceExport {export.shown}: Service {service.shown} has no port {', '.join(ports)}; the controller "
                "registers no targets for it."
            )
            return self._reading.groups.of_no_pods(export.namespace, export.name, "export", origin)
        return self._reading.groups.of_pods(
            export.namespace, _service_name(export), origin, export=export.name
        )

    def _unusable(self, export: Object) -> str | None:
        """Why the controller makes no target group for HTTP of a ServiceExport, or ``None``."""
        if export.annotations.get(FEDERATION) != FEDERATED:
            return f"has no annotation {FEDERATION}: {FEDERATED}, so the controller ignores it"
        if export.spec.get("exportedPorts") and not _exported_ports(export):
            return "exports no port of routeType HTTP"
        service = _service_name(export)
        if self._reading.cluster.find("Service", export.namespace, service) or self._has_server(export):
            return None
        return f"is of Service {service}, which is not given"

    def _has_server(self, export: Object) -> bool:
        """Whether a local server is given for the Service of a ServiceExport."""
        return self._reading.surroundings.urls(export.namespace, _service_name(export)) is not None

    def _note_cluster(self, found: Object | None, export: Object) -> None:
        """Say what cannot be checked: manifests do not tell whose they are."""
        named = [] if found is None else [_annotation(found, key) for key in (CLUSTER_NAME, VPC)]
        if found is not None and any(named):
            self._reading.fragment.notes.append(
                f"ServiceExport {export.shown} is assumed to be that of {' in '.join(filter(None, named))}, "
                f"which ServiceImport {found.shown} names."
            )


def _service_name(export: Object) -> str:
    """The Service that a ServiceExport exports: the one of its name, unless it says another."""
    return _annotation(export, SERVICE_NAME) or export.name


def _exported_ports(export: Object) -> list[str]:
    """The ports for HTTP that a ServiceExport names; none means every port of its Service."""
    listed = items(export.spec.get("exportedPorts"), ("spec", "exportedPorts"))
    if listed:
        return [str(each.get("port")) for each in listed if each.get("routeType") == "HTTP"]
    return [port.strip() for port in _annotation(export, PORT).split(",") if port.strip()]


def _annotation(each: Object, key: str) -> str:
    """An annotation, trimmed as the controller trims it; blank is as good as absent."""
    return str(each.annotations.get(key) or "").strip()
