"""Associations of services with service networks."""

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
from lattice_events.cloud.operations.kinds import SERVICE, SERVICE_ASSOCIATION, create, find, remove
from lattice_events.control_plane.records import Document


def create_service_association(call: Call) -> Document:
    """``CreateServiceNetworkServiceAssociation``."""
    service = find(call, SERVICE, call.params["serviceIdentifier"])
    network = find_network(call)
    others = associations_of(call, SERVICE_ASSOCIATION, network)
    quotas.SERVICE_ASSOCIATIONS.check(len(others) + 1)
    _refuse_existing(service, network, others)
    members: Document = {
        **members_of(call, network),
        **{f"service{name}": service[name.lower()] for name in ("Id", "Name", "Arn")},
        **{name: service[name] for name in ("dnsEntry", "customDomainName") if name in service},
    }
    return create(call, SERVICE_ASSOCIATION, members)


def get_service_association(call: Call) -> Document:
    """``GetServiceNetworkServiceAssociation``."""
    return _named(call)


def list_service_associations(call: Call) -> Document:
    """``ListServiceNetworkServiceAssociations`` of a service, a service network, or of both."""
    return list_associations(call, SERVICE_ASSOCIATION, "serviceIdentifier")


def delete_service_association(call: Call) -> Document:
    """``DeleteServiceNetworkServiceAssociation``."""
    return remove(call, SERVICE_ASSOCIATION, _named(call))


def _named(call: Call) -> Document:
    """The association that the client names."""
    return find(call, SERVICE_ASSOCIATION, call.params["serviceNetworkServiceAssociationIdentifier"])


def _refuse_existing(service: Document, network: Document, others: list[Document]) -> None:
    """Refuse a service that is associated already, or whose custom domain name is taken in the network."""
    for each in others:
        if each["serviceArn"] == service["arn"]:
            message = f"Service {service['id']} is already associated with ServiceNetwork {network['id']}"
            raise conflict(SERVICE_ASSOCIATION.type, each["id"], message)
        if "customDomainName" in service and each.get("customDomainName") == service["customDomainName"]:
            message = (
                f"Custom domain name {service['customDomainName']} is already used in "
                f"ServiceNetwork {network['id']} by Service {each['serviceId']}"
            )
            raise conflict(SERVICE_ASSOCIATION.type, each["id"], message)


TABLE = {
    "CreateServiceNetworkServiceAssociation": create_service_association,
    "GetServiceNetworkServiceAssociation": get_service_association,
    "ListServiceNetworkServiceAssociations": list_service_associations,
    "DeleteServiceNetworkServiceAssociation": delete_service_association,
}
