"""Associations with VPC endpoints: the local network has no VPC endpoints, so there are none."""

from __future__ import annotations

from lattice_events.cloud.errors import not_found
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.pages import page
from lattice_events.control_plane.records import Document


def list_associations(call: Call) -> Document:
    """``ListResourceEndpointAssociations`` and ``ListServiceNetworkVpcEndpointAssociations``."""
    return page(call, [])


def delete_resource_endpoint_association(call: Call) -> Document:
    """``DeleteResourceEndpointAssociation``."""
    raise not_found("RESOURCE_ENDPOINT_ASSOCIATION", call.params["resourceEndpointAssociationIdentifier"])


TABLE = {
    "ListResourceEndpointAssociations": list_associations,
    "ListServiceNetworkVpcEndpointAssociations": list_associations,
    "DeleteResourceEndpointAssociation": delete_resource_endpoint_association,
}
