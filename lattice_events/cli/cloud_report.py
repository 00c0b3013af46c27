"""What `lattice cloud` reports beside what a run reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lattice_events.local.run.ready import Ready
from lattice_events.network.model import Service


@dataclass(frozen=True, kw_only=True)
class CloudReady:
    """Where the endpoint and the network are, once they are up.

    Attributes:
        environment: What AWS clients are to be given.
        state: Folder that keeps the state; empty without one.
    """

    ready: Ready
    endpoint_url: str
    environment: Mapping[str, str]
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """The network is another one from now on.

    Attributes:
        ready: With the network.
        services: That are new, or have another URL.
        gone: Names of services.
        stacks: Statuses that are new, by name.
        notes: That have not been said.
    """

    ready: Ready
    services: Sequence[Service] = ()
    gone: Sequence[str] = ()
    stacks: Mapping[str, str]
    notes: Sequence[str] = ()
