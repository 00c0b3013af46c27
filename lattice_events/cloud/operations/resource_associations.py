"""Associations of resource configurations with service networks: kept as records.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateServiceNetworkResourceAssociation.html
"""

from __future__ import annotations

from lattice_events.cloud.errors import conflict, invalid
from lattice_events.cloud.operations.associations import find_network, members_of
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import Kind, create, find, mine, remove
from lattice_events.cloud.operations.pages import page
from lattice_events.cloud.operations.resource_configurations import RESOURCE_CONFIGURATION
from lattice_events.control_plane.records import Document

RESOURCE_ASSOCIATION = Kind(
    type="SERVICE_NETWORK_RESOURCE_ASSOCIATION",
    prefix="snra",
    path="servicenetworkresourceassociation",
    kept="resource_associations",
)


def create_resource_association(call: Call) -> Document:
    """``CreateServiceNetworkResourceAssociation``."""
    configuration = find(call, RESOURCE_CONFIGURATION, call.params["resourceConfigurationIdentifier"])
    network = find_network(call)
    if configuration["type"] == "CIDR":
        raise invalid(
            f"ResourceConfiguration {configuration['id']} is of type CIDR: a service network cannot have it",
            ("resourceConfigurationIdentifier", "is of type CIDR"),
        )
    _refuse_existing(call, configuration, network)
    members: Document = {
        **members_of(call, network),
        "privateDnsEnabled": call.params.get("privateDnsEnabled", False),
        "isManagedAssociation": False,
        **{f"resourceConfiguration{name}": configuration[name.lower()] for name in ("Id", "Name", "Arn")},
        "domainVerificationStatus": configuration.get("domainVerificationStatus"),
    }
    return create(call, RESOURCE_ASSOCIATION, members)


def get_resource_association(call: Call) -> Document:
    """``GetServiceNetworkResourceAssociation``."""
    return _named(call)


def list_resource_associations(call: Call) -> Document:
    """``ListServiceNetworkResourceAssociations``."""
    return page(call, [each for each in mine(call, RESOURCE_ASSOCIATION) if _is_wanted(call, each)])


def delete_resource_association(call: Call) -> Document:
    """``DeleteServiceNetworkResourceAssociation``."""
    return remove(call, RESOURCE_ASSOCIATION, _named(call))


def _named(call: Call) -> Document:
    """The association that the client names."""
    return find(call, RESOURCE_ASSOCIATION, call.params["serviceNetworkResourceAssociationIdentifier"])


def _refuse_existing(call: Call, configuration: Document, network: Document) -> None:
    """Refuse a resource configuration that the service network has already."""
    for each in mine(call, RESOURCE_ASSOCIATION):
        ends = (each["resourceConfigurationArn"], each["serviceNetworkArn"])
        if ends == (configuration["arn"], network["arn"]):
            message = (
                f"ResourceConfiguration {configuration['id']} is already associated "
                f"with ServiceNetwork {network['id']}"
            )
            raise conflict(RESOURCE_ASSOCIATION.type, each["id"], message)


def _is_wanted(call: Call, association: Document) -> bool:
    """Whether the client asks for an association."""
    network = call.params.get("serviceNetworkIdentifier")
    if network not in (None, association["serviceNetworkId"], association["serviceNetworkArn"]):
        return False
    wanted = call.params.get("resourceConfigurationIdentifier")
    return wanted is None or wanted in _configurations_of(call, association)


def _configurations_of(call: Call, association: Document) -> list[str]:
    """The ids and ARNs under which an association is found: of its group too, when the client wants children."""
    arn = association["resourceConfigurationArn"]
    found = [arn, association["resourceConfigurationId"]]
    group = call.records.resource_configurations[arn].get("resourceConfigurationGroupId")
    if group and call.params.get("includeChildren"):
        found += [group, f"{arn.rpartition('/')[0]}/{group}"]
    return found


TABLE = {
    "CreateServiceNetworkResourceAssociation": create_resource_association,
    "GetServiceNetworkResourceAssociation": get_resource_association,
    "ListServiceNetworkResourceAssociations": list_resource_associations,
    "DeleteServiceNetworkResourceAssociation": delete_resource_association,
}
