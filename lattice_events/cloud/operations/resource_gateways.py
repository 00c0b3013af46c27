"""Resource gateways: kept as records, with no effect on the local network.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/create-resource-gateway.html
"""

from __future__ import annotations

from lattice_events.cloud.errors import conflict
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import Kind, create, find, mine, refuse_taken, remove, update
from lattice_events.cloud.operations.pages import page
from lattice_events.control_plane.records import Document

RESOURCE_GATEWAY = Kind(
    type="RESOURCE_GATEWAY", prefix="rgw", path="resourcegateway", kept="resource_gateways"
)
_ADDRESSES_PER_ENI = 16


def create_resource_gateway(call: Call) -> Document:
    """``CreateResourceGateway``."""
    refuse_taken(call, RESOURCE_GATEWAY, ("name", call.params["name"]))
    members = {
        "status": "ACTIVE",
        "ipAddressType": "IPV4",
        "resourceConfigDnsResolution": "PUBLIC",
        "subnetIds": [],
        "securityGroupIds": [],
        "serviceManaged": False,
        **call.given("name", "subnetIds", "securityGroupIds", "ipAddressType", "resourceConfigDnsResolution"),
    }
    if "vpcIdentifier" in call.params:
        members["vpcId"] = call.params["vpcIdentifier"]
    if members["ipAddressType"] != "IPV6":
        members["ipv4AddressesPerEni"] = call.params.get("ipv4AddressesPerEni", _ADDRESSES_PER_ENI)
    return _with_vpc_identifier(create(call, RESOURCE_GATEWAY, members))


def get_resource_gateway(call: Call) -> Document:
    """``GetResourceGateway``."""
    return _named(call)


def list_resource_gateways(call: Call) -> Document:
    """``ListResourceGateways``."""
    return page(call, [_with_vpc_identifier(each) for each in mine(call, RESOURCE_GATEWAY)])


def update_resource_gateway(call: Call) -> Document:
    """``UpdateResourceGateway``."""
    changes = call.given("securityGroupIds", "resourceConfigDnsResolution")
    updated = update(call, RESOURCE_GATEWAY, _named(call), changes)
    # In the model, the answer of this operation alone has no value for both families.
    return {name: value for name, value in updated.items() if value != "DUALSTACK"}


def delete_resource_gateway(call: Call) -> Document:
    """``DeleteResourceGateway``: only when no resource configuration uses it."""
    gateway = _named(call)
    for each in call.records.resource_configurations.values():
        if each.get("resourceGatewayId") == gateway["id"]:
            message = f"ResourceGateway {gateway['id']} is used by ResourceConfiguration {each['id']}"
            raise conflict(RESOURCE_GATEWAY.type, gateway["id"], message)
    return remove(call, RESOURCE_GATEWAY, gateway)


def _named(call: Call) -> Document:
    """The gateway that the client names."""
    return find(call, RESOURCE_GATEWAY, call.params["resourceGatewayIdentifier"])


def _with_vpc_identifier(gateway: Document) -> Document:
    """A gateway as Create… and List… write it: they call its VPC by another name than Get… does."""
    return {**gateway, "vpcIdentifier": gateway.get("vpcId")}


TABLE = {
    "CreateResourceGateway": create_resource_gateway,
    "GetResourceGateway": get_resource_gateway,
    "ListResourceGateways": list_resource_gateways,
    "UpdateResourceGateway": update_resource_gateway,
    "DeleteResourceGateway": delete_resource_gateway,
}
