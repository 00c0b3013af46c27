"""What one source contributes to a network, before it is linked with the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, SupportsIndex

from lattice_events.definitions.values import ManifestObject, Resource
from lattice_events.errors import Problem
from lattice_events.network.model import (
    Function,
    Listener,
    Principal,
    Rule,
    Service,
    ServiceNetwork,
    TargetGroup,
)
from lattice_events.network.policy import Policy

Kind = Literal["service", "servicenetwork", "listener", "targetgroup"]
"""What a reference may mean, as ARNs call it."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What one definition says of another, which any source may define.

    Attributes:
        text: Its ARN, id or name; of a value that only others know, what that is called.
        origin: Where it is written.
        kinds: What it may mean; an ARN or an id says more.
        is_outside: Whether only others know it: another stack, or the user.
        answer: The option that answers it then: ``--param NAME=VALUE``, say.
    """

    text: str
    origin: str = field(compare=False)
    kinds: tuple[Kind, ...] = ("service", "servicenetwork")
    is_outside: bool = False
    answer: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class ServiceAssociation:
    """A service on a service network."""

    service: Reference
    service_network: Reference
    origin: str


@dataclass(frozen=True, kw_only=True)
class VpcAssociation:
    """A VPC on a service network."""

    vpc_id: str
    service_network: Reference
    origin: str


@dataclass(frozen=True, kw_only=True)
class AuthPolicyAttachment:
    """An auth policy on a service or service network.

    `activates` is whether the policy's presence makes the auth type AWS_IAM.
    """

    resource: Reference
    policy: Policy
    origin: str
    activates: bool = False


@dataclass(frozen=True, kw_only=True)
class PlacedListener:
    """A listener of a service that another source may define."""

    service: Reference
    listener: Listener


@dataclass(frozen=True, kw_only=True)
class PlacedRule:
    """A rule of a listener that another source may define."""

    listener: Reference
    rule: Rule


@dataclass(frozen=True, kw_only=True)
class RouteService:
    """The service that the Gateway API controller makes for a route, or claims if there is one of its name.

    Attributes:
        service: As the controller would make it.
        takes_over_from: The controller whose service it may take over; empty for none.
    """

    service: Service
    takes_over_from: str = ""


class RunNote(str):
    """A note of what a run leaves out or makes up: it is wrong where nothing runs, and what was written is looked at."""

    __slots__ = ()

    def replace(self, old: str, new: str, count: SupportsIndex = -1, /) -> RunNote:
        """The note with another text in it."""
        return RunNote(super().replace(old, new, count))


@dataclass(kw_only=True)
class Fragment:
    """What one template or one set of manifests defines, and what is wrong with it.

    Attributes:
        declared_functions: Logical id and name of every function, also of those that do not run here.
        implied_networks: Service networks that must exist; others may define them.
        questions: What must be answered if anything forwards to a target group, by the group's ARN.
        imported_target_groups: References of ServiceImports: the ARNs that actions forward to.
        route_services: Services of routes, which may exist already.
        listeners: Those whose service is not in the same source.
        rules: Those whose listener is not in the same source.
        resources: Every resource of a template, as it was written.
        objects: Every object of a manifest that concerns the network, likewise.
        lost_handlers: Of functions whose handler is not in their code, which AWS deploys all the same.
        target_names: Of each target for which settings may name a server, the names that they may call it.
    """

    service_networks: list[ServiceNetwork] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    route_services: list[RouteService] = field(default_factory=list)
    target_groups: list[TargetGroup] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    declared_functions: list[tuple[str, str]] = field(default_factory=list)
    implied_networks: list[ServiceNetwork] = field(default_factory=list)
    questions: list[tuple[str, Problem]] = field(default_factory=list)
    imported_target_groups: list[Reference] = field(default_factory=list)
    listeners: list[PlacedListener] = field(default_factory=list)
    rules: list[PlacedRule] = field(default_factory=list)
    target_names: list[tuple[str, ...]] = field(default_factory=list)
    service_associations: list[ServiceAssociation] = field(default_factory=list)
    vpc_associations: list[VpcAssociation] = field(default_factory=list)
    auth_policies: list[AuthPolicyAttachment] = field(default_factory=list)
    principals: list[Principal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    lost_handlers: list[Problem] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    objects: list[ManifestObject] = field(default_factory=list)

    def hidden(self, text: str) -> str:
        """A text that may be printed: without values of secrets."""
        for secret in sorted(set(self.secrets), key=lambda each: (-len(each), each)):
            text = text.replace(secret, "***")
        return text

    def add(self, other: Fragment) -> None:
        """Take in everything of another fragment."""
        for name, values in vars(other).items():
            getattr(self, name).extend(values)
