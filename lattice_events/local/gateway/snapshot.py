"""What the gateway decides by: one value, so that a run can swap its network between two requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lattice_events.assumptions import Assumptions
from lattice_events.local.gateway.hosts import Hosts
from lattice_events.network.authentication import Keyring
from lattice_events.network.health import Health
from lattice_events.network.model import Network


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A network and what belongs to it.

    Attributes:
        network: The services.
        assumptions: Where VPC Lattice is silent.
        vpc_arn: Of the VPC that callers come from whose own is not known.
        tokens: Proxy tokens by name; each name is a caller.
        credentials: That signatures may be made with.
        health: Of the targets, as the checks find it.
        hosts: What names stand for.
    """

    network: Network
    assumptions: Assumptions
    vpc_arn: str | None
    tokens: Mapping[str, str]
    credentials: Keyring
    health: Health

    hosts: Hosts = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the table of host names, once for all requests."""
        object.__setattr__(self, "hosts", Hosts(self.network))

    def has_host(self, name: str) -> bool:
        """Whether a host name in lower case is one of a service."""
        if (
            name.endswith(".localhost") or ".vpc-lattice-svcs." in name
        ):  # the id part of a generated one may be any
            return True
        return self.network.find_service(name) is not None
