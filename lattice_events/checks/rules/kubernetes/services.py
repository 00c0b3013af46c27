"""Services as backends and exports see them: their ports, and what pods want."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lattice_events.checks.rules.kubernetes.routes import Keys, annotation_of
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.kubernetes import PORT, SERVICE_NAME
from lattice_events.definitions.values import ManifestObject


@dataclass(frozen=True, kw_only=True)
class ExportedPort:
    """One port that a ServiceExport names.

    Attributes:
        port: As it is written.
        path: Where it stands in the export.
        route_type: Of the routes that may use it: ``HTTP``, ``GRPC`` or ``TLS``; empty where none can be said.
    """

    port: Any
    path: Keys
    route_type: str = ""


def exported_service(export: ManifestObject, definitions: Definitions) -> ManifestObject | None:
    """The Service that a ServiceExport exports; ``None`` if it is not given."""
    name = annotation_of(export, SERVICE_NAME) or export.name
    return definitions.named("Service", export.namespace, name)


def exported_ports(export: ManifestObject) -> Iterator[ExportedPort]:
    """The ports that a ServiceExport names: its field counts, else the annotation."""
    fields = export.items("spec", "exportedPorts")
    for index, each in enumerate(fields):
        path = ("spec", "exportedPorts", index, "port")
        yield ExportedPort(port=each.get("port"), path=path, route_type=str(each.get("routeType")))
    if not fields:
        for port in annotation_of(export, PORT).split(","):
            if port.strip():
                yield ExportedPort(port=port.strip(), path=("metadata", "annotations", PORT))


def ports(service: ManifestObject) -> Sequence[Mapping[str, Any]]:
    """The ports of a Service."""
    return service.items("spec", "ports")


def find_port(service: ManifestObject, port: object) -> tuple[Keys, Mapping[str, Any]] | None:
    """The port of a Service that has a number, with its path; without a number, the only one."""
    found = [
        (("spec", "ports", index), each)
        for index, each in enumerate(ports(service))
        if port is None or str(each.get("port")) == str(port)
    ]
    return found[0] if len(found) == 1 else None


def numbers(service: ManifestObject) -> str:
    """The ports of a Service in words."""
    return ", ".join(str(each.get("port")) for each in ports(service))
