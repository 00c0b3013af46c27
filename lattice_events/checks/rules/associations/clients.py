"""Functions that call services of VPC Lattice, and the VPCs that they call from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lattice_events.checks.rule import Material
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import FUNCTION, SECURITY_GROUP, SUBNET
from lattice_events.definitions.values import Resource, Unknown
from lattice_events.network.model import (
    DEFAULT_PORTS,
    ForwardAction,
    LambdaTarget,
    Network,
    Service,
    host_key,
)

_GENERATED = ".vpc-lattice-svcs."
_SEPARATORS = re.compile(r"[\s,;='\"]+")  # of a list, of NAME=URL, of JSON


@dataclass(frozen=True, kw_only=True)
class Call:
    """That a function calls a service, which one of its variables names.

    Attributes:
        function: That calls.
        variable: Whose value has the host name.
        host: That it names.
        service: ``None`` where it is not defined here.
        port: That the URL has; ``None`` where the value is no URL.
    """

    function: Resource
    variable: str
    host: str
    service: Service | None
    port: int | None

    @property
    def called(self) -> str:
        """What the function calls, for messages."""
        return self.service.name if self.service else self.host

    @property
    def ports(self) -> frozenset[int]:
        """The ports of listeners that it may call; none where the URL has another one, which is a mistake of its own."""
        listening = frozenset(self.service.listener_by_port) if self.service else frozenset()
        called = frozenset(DEFAULT_PORTS.values() if self.port is None else (self.port,))
        if not listening:
            return called
        return listening if self.port is None else called & listening


def calls(material: Material) -> Iterator[Call]:
    """Every call that a variable of a function tells of; a function may know the URL of the service that it is behind."""
    network = material.network
    if network is None:
        return
    own = _own_services(network)
    for function in material.definitions.of_type(FUNCTION):
        for variable, value in _variables(function).items():
            for call in _named(network, function, str(variable), value):
                if call.service is None or call.service.arn not in own.get(function.arn, ()):
                    yield call


def _variables(function: Resource) -> Mapping[Any, Any]:
    found = function.get("Environment", "Variables")
    return found if isinstance(found, dict) else {}


def _named(network: Network, function: Resource, variable: str, value: Any) -> Iterator[Call]:
    """The services whose host names a text has."""
    for word in _SEPARATORS.split(value) if isinstance(value, str) else ():
        try:
            parts = urlsplit(word if "://" in word else f"//{word}")
            host, port = parts.hostname or "", parts.port
        except ValueError:
            continue
        service = network.service_by_host.get(host_key(host))
        if service is not None or _GENERATED in host:
            scheme_port = DEFAULT_PORTS.get(parts.scheme.upper())
            yield Call(
                function=function, variable=variable, host=host, service=service, port=port or scheme_port
            )


def _own_services(network: Network) -> Mapping[str, frozenset[str]]:
    """The services that each function is behind, by the function's ARN."""
    found: dict[str, set[str]] = {}
    for service in network.services:
        for listener in service.listeners:
            for action in (listener.default_action, *(rule.action for rule in listener.rules)):
                for function in _functions(network, action):
                    found.setdefault(function, set()).add(service.arn)
    return {function: frozenset(services) for function, services in found.items()}


def _functions(network: Network, action: object) -> Iterator[str]:
    """The ARNs of the functions that an action forwards to, without alias and version."""
    for each in action.target_groups if isinstance(action, ForwardAction) else ():
        group = network.target_group_by_arn.get(each.target_group_arn)
        for target in group.targets if group else ():
            if isinstance(target, LambdaTarget):
                yield ":".join(target.function_arn.split(":")[:7])


def is_in_no_vpc(function: Resource) -> bool:
    """Whether a function surely runs outside of every VPC."""
    config = function.get("VpcConfig")
    is_empty = config is None or (isinstance(config, dict) and not any(config.values()))
    return is_empty and function.get("CapacityProviderConfig") is None


def vpc_of(definitions: Definitions, function: Resource) -> str | Unknown | None:
    """The VPC that a function is in, as its subnets and security groups tell; ``None`` where they do not."""
    for key, kind in (("SubnetIds", SUBNET), ("SecurityGroupIds", SECURITY_GROUP)):
        ids = function.get("VpcConfig", key)
        for each in ids if isinstance(ids, list) else ():
            named = definitions.find(each, kind)
            vpc = named.get("VpcId") if named else None
            if isinstance(vpc, str | Unknown):
                return vpc
    return None
