"""By what a service network may be reached that is defined here."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Material
from lattice_events.checks.rules.associations.elsewhere import is_handed_over
from lattice_events.definitions.types import SERVICE_NETWORK, VPC_ASSOCIATION, VPC_ENDPOINT
from lattice_events.definitions.values import Resource
from lattice_events.network.model import Service


def networks_of(material: Material, service: Service) -> list[Resource] | None:
    """The service networks of a service, if all that is associated with them is read; else ``None``.

    A Gateway of the name of a network may associate the cluster's VPC; an endpoint may connect another one.
    """
    definitions = material.definitions
    found = [definitions.find(arn, SERVICE_NETWORK) for arn in service.service_network_arns]
    networks = [each for each in found if each is not None]
    if len(networks) < len(found) or has_endpoints(material) or _has_unknown_associations(material):
        return None
    gateways = {each.name for each in definitions.of_kind("Gateway")}
    if any(each.get("Name") in gateways or is_handed_over(definitions, each) for each in networks):
        return None
    return networks


def associations_of(material: Material, network: Resource) -> Iterator[Resource]:
    """The VPC associations of a service network."""
    for each in material.definitions.of_type(VPC_ASSOCIATION):
        if material.definitions.find(each.get("ServiceNetworkIdentifier"), SERVICE_NETWORK) is network:
            yield each


def has_endpoints(material: Material) -> bool:
    """Whether a VPC endpoint may lead to a service network."""
    endpoints = material.definitions.of_type(VPC_ENDPOINT)
    return any(each.get("ServiceNetworkArn") is not None for each in endpoints)


def _has_unknown_associations(material: Material) -> bool:
    """Whether an association may be one of any network."""
    definitions = material.definitions
    ends = [each.get("ServiceNetworkIdentifier") for each in definitions.of_type(VPC_ASSOCIATION)]
    return any(definitions.find(each, SERVICE_NETWORK) is None for each in ends)
