"""Every operation of the VPC Lattice API by name."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.cloud.operations import (
    listeners,
    service_associations,
    service_networks,
    services,
    target_groups,
    targets,
)
from lattice_events.cloud.operations.call import Operation

OPERATIONS: Mapping[str, Operation] = {
    **service_networks.TABLE,
    **services.TABLE,
    **listeners.TABLE,
    **target_groups.TABLE,
    **targets.TABLE,
    **service_associations.TABLE,
}
