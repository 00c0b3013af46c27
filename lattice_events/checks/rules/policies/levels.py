"""The two levels at which a request must be allowed: the service network that it comes through, and the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lattice_events.checks.rule import Material
from lattice_events.checks.rules.policies.auth_policies import AuthPolicy, auth_policies
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import SERVICE, SERVICE_ASSOCIATION, SERVICE_NETWORK
from lattice_events.definitions.values import ManifestObject, Resource

Key = tuple[str, ...]
_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")


@dataclass(frozen=True, kw_only=True)
class Level:
    """What a service or service network does with a request.

    Attributes:
        kind: ``open`` asks nobody, ``asks`` its policy (without one it denies everything); ``unknown`` is elsewhere.
        policy: That it asks.
        name: In words.
        target: The service, where a template defines it.
    """

    kind: Literal["open", "asks", "unknown"]
    policy: AuthPolicy | None = None
    name: str = ""
    target: Resource | None = None


_UNKNOWN = Level(kind="unknown")


@dataclass(frozen=True)
class Levels:
    """What stands above and below each auth policy.

    Attributes:
        networks: The levels of the service networks that a service is on, by `key_of` a policy of it.
        services: Those of the services on a service network, likewise.
        own: That of each service.
    """

    networks: Mapping[Key, Sequence[Level]]
    services: Mapping[Key, Sequence[Level]]
    own: Mapping[Key, Level]

    def others(self, policy: AuthPolicy) -> Sequence[Level]:
        """The levels at which a request must be allowed, too: all that are known; none where that is not known."""
        key = key_of(policy)
        if key is None:
            return ()
        return self.networks.get(key, ()) or self.services.get(key, ())

    def in_front_of(self, service: Resource | ManifestObject) -> Sequence[Level]:
        """Every level at which a request to a service must be allowed: its own, and those of its networks."""
        key = _key(service)
        return (*([self.own[key]] if key in self.own else []), *self.networks.get(key, ()))


def key_of(policy: AuthPolicy) -> Key | None:
    """What a policy is on."""
    thing = policy.target or policy.route or policy.gateway
    return None if thing is None else _key(thing)


def is_on_service(policy: AuthPolicy) -> bool:
    """Whether a policy is on one service, and not on a service network."""
    return policy.route is not None or (policy.target is not None and policy.target.type == SERVICE)


def levels(material: Material) -> Levels:
    """What the definitions say of it."""
    networks: dict[Key, list[Level]] = {}
    services: dict[Key, list[Level]] = {}
    builder = _Builder(material.definitions, material.once(auth_policies))
    for service, network in builder.pairs():
        if service is not None:
            networks.setdefault(_key(service), []).append(builder.level(network))
        if network is not None:
            services.setdefault(_key(network), []).append(builder.level(service))
    things: tuple[Resource | ManifestObject, ...] = (
        *material.definitions.of_type(SERVICE),
        *material.definitions.of_kind(*_ROUTES),
    )
    return Levels(networks, services, {_key(each): builder.level(each) for each in things})


def _key(thing: Resource | ManifestObject) -> Key:
    if isinstance(thing, Resource):
        return thing.stack, thing.name
    return thing.kind, thing.namespace, thing.name


_Thing = Resource | ManifestObject | None


class _Builder:
    """Finds who is on what, and what each of them asks."""

    def __init__(self, definitions: Definitions, policies: Sequence[AuthPolicy]) -> None:
        self._definitions = definitions
        self._policies = {key: each for each in policies if (key := key_of(each)) is not None}
        self._is_complete = all(each.target for each in policies if each.document.resource)
        self._networks = {str(each.get("Name")): each for each in definitions.of_type(SERVICE_NETWORK)}

    def pairs(self) -> Iterator[tuple[_Thing, _Thing]]:
        """Every service with a service network that it is on; ``None`` for one that is elsewhere."""
        find = self._definitions.find
        for each in self._definitions.of_type(SERVICE_ASSOCIATION):
            yield (
                find(each.get("ServiceIdentifier"), SERVICE),
                find(each.get("ServiceNetworkIdentifier"), SERVICE_NETWORK),
            )
        for route in self._definitions.of_kind(*_ROUTES):
            for parent in route.items("spec", "parentRefs"):
                namespace = str(parent.get("namespace") or route.namespace)
                yield route, self._definitions.named("Gateway", namespace, str(parent.get("name")))

    def level(self, thing: _Thing) -> Level:
        """What a service or a service network asks."""
        if thing is None:
            return _UNKNOWN
        policy = self._policies.get(_key(thing))
        if isinstance(thing, ManifestObject):
            network = self._networks.get(thing.name) if thing.kind == "Gateway" and policy is None else None
            if network is not None:
                return self.level(network)
            return Level(kind="asks" if policy else "open", policy=policy, name=f"{thing.kind} {thing.name}")
        name = f"{'service network' if thing.type == SERVICE_NETWORK else 'service'} {thing.get('Name') or thing.name}"
        match thing.get("AuthType"):
            case None | "NONE":
                return Level(kind="open", name=name, target=thing)
            case "AWS_IAM" if policy is not None or self._is_complete:
                return Level(kind="asks", policy=policy, name=name, target=thing)
            case _:
                return _UNKNOWN
