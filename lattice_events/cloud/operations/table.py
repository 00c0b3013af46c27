"""Every operation of the VPC Lattice API by name."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.cloud.operations import (
    domain_verifications,
    endpoint_associations,
    listeners,
    resource_associations,
    resource_configurations,
    resource_gateways,
    resource_policies,
    service_associations,
    service_networks,
    services,
    tags,
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
    **tags.TABLE,
    # Kept as records, with no effect on the network.
    **domain_verifications.TABLE,
    **endpoint_associations.TABLE,
    **resource_associations.TABLE,
    **resource_configurations.TABLE,
    **resource_gateways.TABLE,
    **resource_policies.TABLE,
}
