"""Every operation of the VPC Lattice API by name."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.cloud.operations import (
    access_log_subscriptions,
    auth_policies,
    domain_verifications,
    endpoint_associations,
    listeners,
    resource_associations,
    resource_configurations,
    resource_gateways,
    resource_policies,
    rules,
    service_associations,
    service_networks,
    services,
    tags,
    target_groups,
    targets,
    vpc_associations,
)
from lattice_events.cloud.operations.call import Operation

OPERATIONS: Mapping[str, Operation] = {
    **service_networks.TABLE,
    **services.TABLE,
    **listeners.TABLE,
    **rules.TABLE,
    **target_groups.TABLE,
    **targets.TABLE,
    **service_associations.TABLE,
    **vpc_associations.TABLE,
    **auth_policies.TABLE,
    **access_log_subscriptions.TABLE,
    **tags.TABLE,
    # Kept as records, with no effect on the network.
    **domain_verifications.TABLE,
    **endpoint_associations.TABLE,
    **resource_associations.TABLE,
    **resource_configurations.TABLE,
    **resource_gateways.TABLE,
    **resource_policies.TABLE,
}
