"""Which functions call which services: those that have the domain name of one in a variable of their environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lattice_events.checks.rule import Material
from lattice_events.checks.rules.policies.anonymity import may_let_in
from lattice_events.checks.rules.policies.levels import Level, levels
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import FUNCTION, SERVICE
from lattice_events.definitions.values import ManifestObject, Resource
from lattice_events.network.model import Network, generated_domain_name, host_key

_ID = re.compile(r"-([0-9a-z]{17})\.[0-9a-z]+\.vpc-lattice-svcs\.")
_HOST = re.compile(r"(?:https?://)?([A-Za-z0-9.-]+)")
_ROUTES = ("HTTPRoute", "GRPCRoute")
_Service = Resource | ManifestObject


@dataclass(frozen=True, kw_only=True)
class Call:
    """That a function has the domain name of a service.

    Attributes:
        function: The one.
        variable: That has it.
        name: Of the service.
        service: The service, where a template defines it.
        needs_signature: Whether one of the policies in front of the service surely lets nobody in who does not sign.
    """

    function: Resource
    variable: str
    name: str
    service: Resource | None
    needs_signature: bool


def calls(material: Material) -> Sequence[Call]:
    """Every call that the environments of functions tell of."""
    services = _Services(material.definitions, material.network)
    in_front = material.once(levels)
    return [
        Call(
            function=function,
            variable=name,
            name=_name_of(service),
            service=service if isinstance(service, Resource) else None,
            needs_signature=any(map(_wants_signature, in_front.in_front_of(service))),
        )
        for function in material.definitions.of_type(FUNCTION)
        for name, text in _variables(function)
        if (service := services.find(text)) is not None
    ]


def _variables(function: Resource) -> Iterator[tuple[str, str]]:
    found = function.get("Environment", "Variables")
    for name, text in found.items() if isinstance(found, dict) else ():
        if isinstance(text, str):
            yield str(name), text


def _name_of(service: _Service) -> str:
    name = service.get("Name") if isinstance(service, Resource) else None
    return name if isinstance(name, str) else service.name


def _wants_signature(level: Level) -> bool:
    return level.kind == "asks" and level.policy is not None and not may_let_in(level.policy.document)


class _Services:
    """Services by what their domain names have."""

    def __init__(self, definitions: Definitions, network: Network | None) -> None:
        self._definitions = definitions
        self._network = network
        self._by_host = dict(_hosts(definitions))
        self._routes: Mapping[str, ManifestObject] = {
            each.origin: each for each in definitions.of_kind(*_ROUTES)
        }

    def find(self, text: str) -> _Service | None:
        """The service whose domain name is in a text."""
        id_ = _ID.search(text)
        found = self._definitions.find(f"svc-{id_[1]}", SERVICE) if id_ else None
        host = _HOST.match(text)
        if found is not None or host is None:
            return found
        return self._by_host.get(host_key(host[1])) or self._route(host[1])

    def _route(self, host: str) -> ManifestObject | None:
        """The route that became the service of a host name."""
        service = self._network.find_service(host) if self._network else None
        return self._routes.get(service.origin) if service else None


def _hosts(definitions: Definitions) -> Iterator[tuple[str, Resource]]:
    for service in definitions.of_type(SERVICE):
        name, custom = service.get("Name"), service.get("CustomDomainName")
        if isinstance(name, str):
            yield host_key(generated_domain_name(name, "", service.region)), service
        if isinstance(custom, str):
            yield host_key(custom), service
