"""Where a user wrote what the plugin (plugin/) has made a resource of: its logical ids start with that of the service."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.readers.common.documents import Path, mapping
from lattice_events.readers.serverless.package import Package

_OURS = ("custom", "lattice")
_NETWORK = "LatticeServiceNetwork"


def plugin_sources(path: Path, package: Package) -> Iterator[Path]:
    """The key paths of the configuration from which a part of a resource of the plugin may come."""
    match path:
        case ("Resources", str(logical_id), *rest) if logical_id.startswith("Lattice"):
            yield from _sources(logical_id, tuple(rest), package)
        case _:
            return


def _sources(logical_id: str, rest: Path, package: Package) -> Iterator[Path]:
    service = _service_of(logical_id, package)
    if service:
        yield from _of_service(service, logical_id, rest, package)
    elif logical_id.startswith(_NETWORK):
        yield (*_OURS, "serviceNetwork", *_field(logical_id, rest))
    elif logical_id.startswith("LatticeVpc"):
        yield (*_OURS, "vpcAssociations")


def _service_of(logical_id: str, package: Package) -> str:
    """The service that a resource belongs to: of those whose name fits, the longest; empty for none."""
    names = {str(mapping(event).get("service", event)) for _, _, event in package.lattice_events}
    fitting = (name for name in names if logical_id.startswith(f"Lattice{_pascal(name)}"))
    return max(fitting, key=len, default="")


def _pascal(name: str) -> str:
    """As lib/ids.js of the plugin has it: ``foo-service`` is ``FooService``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _of_service(service: str, logical_id: str, rest: Path, package: Package) -> Iterator[Path]:
    """The field that says it, else the events of the service."""
    yield (*_OURS, "services", service, *_field(logical_id, rest))
    if logical_id.endswith("AuthPolicy"):
        return
    for name, index, event in package.lattice_events:
        if service in (event, mapping(event).get("service")):
            yield ("functions", name, "events", index, "lattice")


def _field(logical_id: str, rest: Path) -> Path:
    """The field of ``custom.lattice`` that a part of a resource comes from."""
    if logical_id.endswith("AuthPolicy"):
        return ("authPolicy", *rest[2:])
    match rest:
        case ("Properties", str(name), *_):
            return (name[0].lower() + name[1:],)
        case _:
            return ()
