"""Every operation of the VPC Lattice API by name."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.cloud.operations.call import Operation

OPERATIONS: Mapping[str, Operation] = {}
