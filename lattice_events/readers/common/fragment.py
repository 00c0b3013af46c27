"""What one source contributes to a network, before it is linked with the others."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from lattice_events.errors import Problem
from lattice_events.network.model import Function, Principal, Service, ServiceNetwork, TargetGroup
from lattice_events.network.policy import Policy

_LONGEST = 255  # of a name, as CloudFormation has it; comparing much longer ones takes minutes


@dataclass(frozen=True, kw_only=True)
class ServiceAssociation:
    """A service on a service network; the network may be known by ARN, id or name."""

    service_arn: str
    service_network: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class VpcAssociation:
    """A VPC on a service network."""

    vpc_id: str
    service_network: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class AuthPolicyAttachment:
    """An auth policy on a service or service network, known by ARN, id or name.

    `activates` is whether the policy's presence makes the auth type AWS_IAM.
    """

    resource: str
    policy: Policy
    origin: str
    activates: bool = False


@dataclass(kw_only=True)
class Fragment:
    """What one template or one set of manifests defines, and what is wrong with it.

    Attributes:
        declared_functions: Logical id and name of every function, also of those that do not run here.
        implied_networks: Service networks that must exist; others may define them.
        imported_target_groups: ARNs of target groups that others define.
    """

    service_networks: list[ServiceNetwork] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    target_groups: list[TargetGroup] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    declared_functions: list[tuple[str, str]] = field(default_factory=list)
    implied_networks: list[ServiceNetwork] = field(default_factory=list)
    imported_target_groups: list[str] = field(default_factory=list)
    service_associations: list[ServiceAssociation] = field(default_factory=list)
    vpc_associations: list[VpcAssociation] = field(default_factory=list)
    auth_policies: list[AuthPolicyAttachment] = field(default_factory=list)
    principals: list[Principal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: Fragment) -> None:
        """Take in everything of another fragment."""
        for name, values in vars(other).items():
            getattr(self, name).extend(values)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean X?``, or nothing when no known word is close."""
    close = difflib.get_close_matches(word[:_LONGEST], [each for each in known if len(each) <= _LONGEST], n=1)
    return f" Did you mean {close[0]}?" if close else ""
