"""Resource configurations: kept as records, with no effect on the local network.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateResourceConfiguration.html
    The text for a member of another type: https://github.com/hashicorp/terraform-provider-aws/issues/46023
"""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.cloud.errors import conflict, invalid
from lattice_events.cloud.operations.belongings import forget_belongings
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.domain_verifications import DOMAIN_VERIFICATION
from lattice_events.cloud.operations.kinds import Kind, create, find, mine, refuse_taken, remove, update
from lattice_events.cloud.operations.pages import page
from lattice_events.cloud.operations.resource_gateways import RESOURCE_GATEWAY
from lattice_events.control_plane.records import Document

RESOURCE_CONFIGURATION = Kind(
    type="RESOURCE_CONFIGURATION",
    prefix="rcfg",
    path="resourceconfiguration",
    kept="resource_configurations",
)
# Which types have a member; one that is not here is of every type.
_TYPES: Mapping[str, tuple[str, ...]] = {
    "portRanges": ("SINGLE", "GROUP", "CHILD", "CIDR"),
    "protocol": ("SINGLE", "GROUP", "CIDR"),
    "resourceGatewayIdentifier": ("SINGLE", "GROUP", "ARN", "CIDR"),
    "resourceConfigurationGroupIdentifier": ("CHILD",),
    "allowAssociationToShareableServiceNetwork": ("SINGLE", "GROUP", "ARN"),
    "customDomainName": ("SINGLE", "CHILD", "ARN", "CIDR"),
    "groupDomain": ("GROUP",),
}
_DNS_RESOLUTIONS = {"ARN": "PUBLIC", "CIDR": "IN_VPC"}  # of the gateway that a type needs
_FILTERS = {
    "resourceGatewayIdentifier": "resourceGatewayId",
    "resourceConfigurationGroupIdentifier": "resourceConfigurationGroupId",
    "domainVerificationIdentifier": "domainVerificationId",
}


def create_resource_configuration(call: Call) -> Document:
    """``CreateResourceConfiguration``."""
    kind = call.params["type"]
    _check_members(call, kind)
    refuse_taken(call, RESOURCE_CONFIGURATION, ("name", call.params["name"]))
    members = {
        "status": "ACTIVE",
        "amazonManaged": False,
        "allowAssociationToShareableServiceNetwork": False,
        **({"protocol": "TCP"} if kind in _TYPES["protocol"] else {}),
        **call.given("name", "type", "portRanges", "protocol", "resourceConfigurationDefinition"),
        **call.given("allowAssociationToShareableServiceNetwork", "customDomainName", "groupDomain"),
        **(_of_group(call) if kind == "CHILD" else _of_gateway(call, kind)),
        **_of_domain(call),
    }
    return create(call, RESOURCE_CONFIGURATION, members)


def get_resource_configuration(call: Call) -> Document:
    """``GetResourceConfiguration``."""
    return _named(call)


def list_resource_configurations(call: Call) -> Document:
    """``ListResourceConfigurations``."""
    wanted = {
        member: call.params[name].rpartition("/")[2]
        for name, member in _FILTERS.items()
        if name in call.params
    }
    return page(
        call,
        [
            each
            for each in mine(call, RESOURCE_CONFIGURATION)
            if all(each.get(member) == value for member, value in wanted.items())
        ],
    )


def update_resource_configuration(call: Call) -> Document:
    """``UpdateResourceConfiguration``."""
    configuration = _named(call)
    _check_members(call, configuration["type"])
    changes = call.given(
        "resourceConfigurationDefinition", "allowAssociationToShareableServiceNetwork", "portRanges"
    )
    return update(call, RESOURCE_CONFIGURATION, configuration, changes)


def delete_resource_configuration(call: Call) -> Document:
    """``DeleteResourceConfiguration``: only when it has no children and no associations."""
    configuration = _named(call)
    for kept, member, what in (
        (
            call.records.resource_associations,
            "resourceConfigurationId",
            "is associated with a ServiceNetwork",
        ),
        (call.records.resource_configurations, "resourceConfigurationGroupId", "has a child"),
    ):
        for each in kept.values():
            if each.get(member) == configuration["id"]:
                message = f"ResourceConfiguration {configuration['id']} {what}: {each['id']}"
                raise conflict(RESOURCE_CONFIGURATION.type, configuration["id"], message)
    forget_belongings(call, configuration)
    remove(call, RESOURCE_CONFIGURATION, configuration)
    return {}


def _named(call: Call) -> Document:
    """The resource configuration that the client names."""
    return find(call, RESOURCE_CONFIGURATION, call.params["resourceConfigurationIdentifier"])


def _check_members(call: Call, kind: str) -> None:
    """Refuse members that a resource configuration of this type does not have."""
    unexpected = [name for name, kinds in _TYPES.items() if name in call.params and kind not in kinds]
    if unexpected:
        message = f"Unexpected attribute {', '.join(unexpected)} for type {kind}"
        raise invalid(message, *((name, f"is not for type {kind}") for name in unexpected))
    if call.params.get("protocol") == "TCP_UDP" and kind != "CIDR":
        raise invalid(f"Protocol TCP_UDP is for type CIDR, not {kind}", ("protocol", "is for type CIDR"))


def _of_group(call: Call) -> Document:
    """What a child has of its group."""
    identifier = call.params.get("resourceConfigurationGroupIdentifier")
    if identifier is None:
        raise invalid(
            "A resource configuration of type CHILD needs a resourceConfigurationGroupIdentifier",
            ("resourceConfigurationGroupIdentifier", "is missing"),
        )
    group = find(call, RESOURCE_CONFIGURATION, identifier)
    if group["type"] != "GROUP":
        raise invalid(
            f"ResourceConfiguration {group['id']} is of type {group['type']}, not GROUP",
            ("resourceConfigurationGroupIdentifier", "is not a group"),
        )
    return {"resourceConfigurationGroupId": group["id"], "resourceGatewayId": group.get("resourceGatewayId")}


def _of_gateway(call: Call, kind: str) -> Document:
    """What a resource configuration has of its gateway."""
    if "resourceGatewayIdentifier" not in call.params:
        return {}
    gateway = find(call, RESOURCE_GATEWAY, call.params["resourceGatewayIdentifier"])
    resolution = gateway["resourceConfigDnsResolution"]
    if resolution != _DNS_RESOLUTIONS.get(kind, resolution):
        raise invalid(
            f"A resource configuration of type {kind} cannot use ResourceGateway {gateway['id']}, "
            f"whose resourceConfigDnsResolution is {resolution}",
            ("resourceGatewayIdentifier", f"has {resolution}"),
        )
    return {"resourceGatewayId": gateway["id"]}


def _of_domain(call: Call) -> Document:
    """What a resource configuration has of the verification of its domain."""
    if "domainVerificationIdentifier" not in call.params:
        return {}
    domain = find(call, DOMAIN_VERIFICATION, call.params["domainVerificationIdentifier"])
    return {
        "domainVerificationId": domain["id"],
        "domainVerificationArn": domain["arn"],
        "domainVerificationStatus": domain["status"],
    }


TABLE = {
    "CreateResourceConfiguration": create_resource_configuration,
    "GetResourceConfiguration": get_resource_configuration,
    "ListResourceConfigurations": list_resource_configurations,
    "UpdateResourceConfiguration": update_resource_configuration,
    "DeleteResourceConfiguration": delete_resource_configuration,
}
