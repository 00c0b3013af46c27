"""What is run, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lattice_events.assumptions import Assumptions
from lattice_events.network.faults import Fault
from lattice_events.network.model import Network

if TYPE_CHECKING:  # commands that read sources, and run nothing, load no sockets
    from lattice_events.local.targets.commands import CommandTarget


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """How a run is to be; nothing of it changes while it is up.

    Attributes:
        port: Of the gateway; 0 takes a free one, as for the others.
        tls_port: Of the gateway's TLS.
        control_port: Of the Invoke API.
        variables: For every function; they win over its own.
        aws_profile: Whose real credentials functions get; empty for made-up ones.
        extra_ca: Files with further certificates that functions trust.
        access_log: File of the access log, ``-`` for standard output, empty for none.
    """

    port: int = 0
    tls_port: int = 0
    control_port: int = 0
    variables: Mapping[str, str] = field(default_factory=dict)
    aws_profile: str = ""
    extra_ca: Sequence[Path] = ()
    access_log: str = ""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What was read from the sources, ready to run.

    Attributes:
        network: To run.
        assumptions: Where VPC Lattice is silent.
        vpc_arn: Of the VPC that callers come from whose own is not known.
        commands: That serve targets of the network.
        faults: On purpose, that settings say.
        notes: What should be said once.
    """

    network: Network
    assumptions: Assumptions
    vpc_arn: str
    commands: Sequence[CommandTarget] = ()
    faults: Sequence[Fault] = ()
    notes: Sequence[str] = ()
