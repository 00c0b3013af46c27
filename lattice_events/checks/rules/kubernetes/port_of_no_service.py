"""A port of a backend or an export that its Service does not have."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import BackendRef, backends, find_backend, routes
from lattice_events.checks.rules.kubernetes.services import (
    ExportedPort,
    exported_ports,
    exported_service,
    numbers,
    ports,
)
from lattice_events.definitions.values import ManifestObject


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions):
        for backend in backends(route):
            service = find_backend(backend, material.definitions)
            if backend.kind == "Service" and service is not None:
                yield from _of_backend(backend, service)
    for export in material.definitions.of_kind("ServiceExport"):
        service = exported_service(export, material.definitions)
        if service is not None:
            for each in exported_ports(export):
                yield from _of_export(export, each, service)


def _of_backend(backend: BackendRef, service: ManifestObject) -> Iterator[Found]:
    port, what = backend.value.get("port"), f"Service {service.shown}"
    if port is None:
        message = f"The backend {backend.name} has no port, which the API server asks of a Service; {what} has {numbers(service)}."
        yield Found(place=backend.place(), message=message)
    elif not _is_number(port):
        message = f"The port of a backend is a number of {what} ({numbers(service)}), not a name: {port!r}."
        yield Found(place=backend.place("port"), message=message)
    elif _lacks(service, port):
        message = f"{what} has no port {port}, so the controller registers no targets for it and requests fail.{_advice(service, port)}"
        yield Found(place=backend.place("port"), message=message)


def _of_export(export: ManifestObject, each: ExportedPort, service: ManifestObject) -> Iterator[Found]:
    place, what = export.locate(each.path), f"ServiceExport {export.shown}"
    if not _is_number(each.port):
        message = f"{what} exports the port {each.port!r}, which is no number, so the controller ignores it; Service {service.name} has {numbers(service)}."
        yield Found(place=place, message=message)
    elif _lacks(service, each.port):
        message = f"{what} exports port {each.port}, which Service {service.name} does not have, so its target group stays empty.{_advice(service, each.port)}"
        yield Found(place=place, message=message)


def _is_number(port: object) -> bool:
    return str(port).isdecimal()


def _lacks(service: ManifestObject, port: object) -> bool:
    """Whether a Service has other ports; one whose ports are not written may have any."""
    return bool(ports(service)) and not any(str(each.get("port")) == str(port) for each in ports(service))


def _advice(service: ManifestObject, port: object) -> str:
    """The port that is meant."""
    for each in ports(service):
        if str(each.get("targetPort")) == str(port):
            return f" {port} is the targetPort of port {each.get('port')}; name that one."
    return f" It has {numbers(service)}."


RULE = Rule(
    code="LTC606",
    name="port-of-no-service",
    severity="error",
    reason="A backend or an export names a port that its Service does not have, or none.",
    why="The port is a number of the Service, neither the pod's targetPort nor a name. For one that the Service does not have, the controller makes a target group and registers nothing in it; nothing says so, and requests fail. Without a port the API server refuses the route.",
    fix="Name a port of the Service by its number.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_targets.go",
        "https://gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference",
    ),
    form="manifests",
    wrong=BOTH + ROUTE.replace("          port: 80", "          port: 8080"),
    right=BOTH + ROUTE,
    check=_check,
)
