"""Service networks."""

from __future__ import annotations

from lattice_events.cloud.errors import conflict
from lattice_events.cloud.operations import quotas
from lattice_events.cloud.operations.belongings import forget_belongings
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import (
    SERVICE_NETWORK,
    create,
    find,
    mine,
    refuse_taken,
    remove,
    update,
)
from lattice_events.cloud.operations.pages import page
from lattice_events.control_plane.records import Document


def create_service_network(call: Call) -> Document:
    """``CreateServiceNetwork``."""
    refuse_taken(call, SERVICE_NETWORK, ("name", call.params["name"]))
    created = create(
        call, SERVICE_NETWORK, {"authType": "NONE", **call.given("name", "authType", "sharingConfig")}
    )
    quotas.SERVICE_NETWORKS.check(len(mine(call, SERVICE_NETWORK)))
    return created


def get_service_network(call: Call) -> Document:
    """``GetServiceNetwork``."""
    return _counted(call, _named(call))


def list_service_networks(call: Call) -> Document:
    """``ListServiceNetworks``."""
    return page(call, [_counted(call, each) for each in mine(call, SERVICE_NETWORK)])


def update_service_network(call: Call) -> Document:
    """``UpdateServiceNetwork``."""
    return update(call, SERVICE_NETWORK, _named(call), call.given("authType"))


def delete_service_network(call: Call) -> Document:
    """``DeleteServiceNetwork``: not while something is associated; its policies and log subscriptions go too."""
    network = _named(call)
    for what, ids in _associated(call, network).items():
        if ids:
            message = f"ServiceNetwork {network['id']} has {what}(s) associated: {', '.join(ids)}"
            raise conflict(SERVICE_NETWORK.type, network["id"], message)
    forget_belongings(call, network)
    return remove(call, SERVICE_NETWORK, network)


def _named(call: Call) -> Document:
    """The service network that the client names."""
    return find(call, SERVICE_NETWORK, call.params["serviceNetworkIdentifier"])


def _counted(call: Call, network: Document) -> Document:
    """A service network with how many of each are associated with it."""
    counts = {what: len(ids) for what, ids in _associated(call, network).items()}
    return {
        **network,
        "numberOfAssociatedVPCs": counts["VPC"],
        "numberOfAssociatedServices": counts["service"],
        "numberOfAssociatedResourceConfigurations": counts["resource"],
    }


def _associated(call: Call, network: Document) -> dict[str, list[str]]:
    """The ids of the associations of a service network."""
    kept = {
        "service": call.records.service_associations,
        "VPC": call.records.vpc_associations,
        "resource": call.records.resource_associations,
    }
    return {
        what: [each["id"] for each in associations.values() if each["serviceNetworkArn"] == network["arn"]]
        for what, associations in kept.items()
    }


TABLE = {
    "CreateServiceNetwork": create_service_network,
    "GetServiceNetwork": get_service_network,
    "ListServiceNetworks": list_service_networks,
    "UpdateServiceNetwork": update_service_network,
    "DeleteServiceNetwork": delete_service_network,
}
