"""A network whose auth policies are others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from lattice_events.network.model import AuthType, Network, Service, ServiceNetwork
from lattice_events.network.policy import Policy

_Resource = TypeVar("_Resource", Service, ServiceNetwork)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a service or a service network is to have.

    Attributes:
        arn: Of the service, or of the service network.
        auth_type: Whether its policy is asked.
        policy: ``None`` for none, which denies everything where it is asked.
    """

    arn: str
    auth_type: AuthType
    policy: Policy | None


def with_changes(network: Network, changes: Sequence[Change]) -> Network:
    """The network with these changes; what none of them names stays as it is."""
    by_arn = {each.arn: each for each in changes}
    return replace(
        network,
        services=_changed(network.services, by_arn),
        service_networks=_changed(network.service_networks, by_arn),
    )


def _changed(resources: Sequence[_Resource], by_arn: Mapping[str, Change]) -> tuple[_Resource, ...]:
    return tuple(
        replace(each, auth_type=change.auth_type, auth_policy=change.policy)
        if (change := by_arn.get(each.arn))
        else each
        for each in resources
    )
