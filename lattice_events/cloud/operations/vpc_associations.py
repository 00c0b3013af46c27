"""Associations of VPCs with service networks; VPCs and security groups are not looked up."""

from __future__ import annotations

from lattice_events.cloud.errors import conflict
from lattice_events.cloud.operations import quotas
from lattice_events.cloud.operations.associations import (
    associations_of,
    find_network,
    list_associations,
    members_of,
)
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import VPC_ASSOCIATION, create, find, mine, remove, update
from lattice_events.control_plane.records import Document

_SETTINGS = ("securityGroupIds", "privateDnsEnabled", "dnsOptions")


def create_vpc_association(call: Call) -> Document:
    """``CreateServiceNetworkVpcAssociation``: a VPC has one."""
    network = find_network(call)
    vpc = call.params["vpcIdentifier"]
    for each in mine(call, VPC_ASSOCIATION):
        if each["vpcId"] == vpc:
            message = f"VPC {vpc} is already associated with ServiceNetwork {each['serviceNetworkId']}"
            raise conflict(VPC_ASSOCIATION.type, each["id"], message)
    quotas.VPC_ASSOCIATIONS.check(len(associations_of(call, VPC_ASSOCIATION, network)) + 1)
    members = {**members_of(call, network), "vpcId": vpc, "securityGroupIds": [], **call.given(*_SETTINGS)}
    return create(call, VPC_ASSOCIATION, members)


def get_vpc_association(call: Call) -> Document:
    """``GetServiceNetworkVpcAssociation``."""
    return _named(call)


def list_vpc_associations(call: Call) -> Document:
    """``ListServiceNetworkVpcAssociations`` of a VPC, a service network, or of both."""
    return list_associations(call, VPC_ASSOCIATION, "vpcIdentifier")


def update_vpc_association(call: Call) -> Document:
    """``UpdateServiceNetworkVpcAssociation``: the security groups replace those that it had."""
    return update(call, VPC_ASSOCIATION, _named(call), call.given(*_SETTINGS))


def delete_vpc_association(call: Call) -> Document:
    """``DeleteServiceNetworkVpcAssociation``."""
    return remove(call, VPC_ASSOCIATION, _named(call))


def _named(call: Call) -> Document:
    """The association that the client names."""
    return find(call, VPC_ASSOCIATION, call.params["serviceNetworkVpcAssociationIdentifier"])


TABLE = {
    "CreateServiceNetworkVpcAssociation": create_vpc_association,
    "GetServiceNetworkVpcAssociation": get_vpc_association,
    "ListServiceNetworkVpcAssociations": list_vpc_associations,
    "UpdateServiceNetworkVpcAssociation": update_vpc_association,
    "DeleteServiceNetworkVpcAssociation": delete_vpc_association,
}
