"""Service networks, and what is associated with them."""

from __future__ import annotations

from lattice_events.network.model import AuthType, ServiceNetwork, make_id
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.fragment import ServiceAssociation, VpcAssociation
from lattice_events.readers.common.lattice_schema import AUTH_TYPES
from lattice_events.readers.common.properties import WrongPropertyError


def read_service_network(reading: Reading, name: str) -> None:
    """Read a service network."""
    network = ServiceNetwork(
        name=reading.name(name, "service network"),
        arn=reading.references.arn(name),
        auth_type=read_auth_type(reading, name),
        origin=reading.template.origin(name),
    )
    reading.fragment.service_networks.append(network)


def read_auth_type(reading: Reading, name: str) -> AuthType:
    """NONE, which is the default, or AWS_IAM, of a service or a service network."""

    def get() -> AuthType:
        given = reading.template.property(name, "AuthType", "NONE")
        if given not in AUTH_TYPES:
            raise WrongPropertyError(f"AuthType must be NONE or AWS_IAM, not {given!r}.", ("AuthType",))
        return "AWS_IAM" if given == "AWS_IAM" else "NONE"

    return reading.attempt(name, get, "NONE")


def read_service_association(reading: Reading, name: str) -> None:
    """Read that a service is on a service network."""
    found = reading.all_of(
        name,
        lambda: reading.reference(name, "ServiceIdentifier", "service"),
        lambda: reading.reference(name, "ServiceNetworkIdentifier", "servicenetwork"),
    )
    if found is None:
        return
    service, network = found
    if service is None or network is None:
        raise WrongPropertyError("ServiceIdentifier and ServiceNetworkIdentifier must both be given.", ())
    reading.fragment.service_associations.append(
        ServiceAssociation(service=service, service_network=network, origin=reading.template.origin(name))
    )


def read_vpc_association(reading: Reading, name: str) -> None:
    """Read that a VPC is on a service network."""
    found = reading.all_of(
        name,
        lambda: _vpc(reading, name),
        lambda: reading.reference(name, "ServiceNetworkIdentifier", "servicenetwork"),
    )
    if found is None:
        return
    vpc, network = found
    if vpc is None or network is None:
        raise WrongPropertyError("VpcIdentifier and ServiceNetworkIdentifier must both be given.", ())
    reading.fragment.vpc_associations.append(
        VpcAssociation(vpc_id=vpc, service_network=network, origin=reading.template.origin(name))
    )


def _vpc(reading: Reading, name: str) -> str | None:
    """The VPC of an association, under a made-up id if another stack owns it."""
    outside = reading.template.outside(("Resources", name, "Properties", "VpcIdentifier"))
    if outside is None:
        return reading.template.text(name, "VpcIdentifier")
    reading.fragment.notes.append(f"VPC {outside.name} is unknown; a made-up id replaces it.")
    return make_id("vpc", outside.name)
