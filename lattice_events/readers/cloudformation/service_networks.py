"""Service networks, and what is associated with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from lattice_events.definitions.lattice_schema import AUTH_TYPES
from lattice_events.network.model import AuthType, ServiceNetwork, make_id
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.fragment import Reference, RunNote, ServiceAssociation, VpcAssociation
from lattice_events.readers.common.properties import WrongPropertyError

_End = TypeVar("_End")  # of an association: a service, a VPC


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
    ends = _ends(
        reading, name, "ServiceIdentifier", lambda: reading.reference(name, "ServiceIdentifier", "service")
    )
    if ends is not None:
        service, network = ends
        reading.fragment.service_associations.append(
            ServiceAssociation(service=service, service_network=network, origin=reading.template.origin(name))
        )


def read_vpc_association(reading: Reading, name: str) -> None:
    """Read that a VPC is on a service network."""
    ends = _ends(reading, name, "VpcIdentifier", lambda: _vpc(reading, name))
    if ends is not None:
        vpc, network = ends
        reading.fragment.vpc_associations.append(
            VpcAssociation(vpc_id=vpc, service_network=network, origin=reading.template.origin(name))
        )


def _ends(
    reading: Reading, name: str, key: str, get: Callable[[], _End | None]
) -> tuple[_End, Reference] | None:
    """What an association ties together; ``None`` when that is recorded as unknown."""
    network = partial(reading.reference, name, "ServiceNetworkIdentifier", "servicenetwork")
    found = reading.all_of(name, get, network)
    if found is None:
        return None
    one, other = found
    if one is None or other is None:
        raise WrongPropertyError(f"{key} and ServiceNetworkIdentifier must both be given.", ())
    return one, other


def _vpc(reading: Reading, name: str) -> str | None:
    """The VPC of an association, under a made-up id if another stack owns it."""
    outside = reading.template.outside(("Resources", name, "Properties", "VpcIdentifier"))
    if outside is None:
        return reading.template.text(name, "VpcIdentifier")
    reading.fragment.notes.append(RunNote(f"VPC {outside.name} is unknown; a made-up id replaces it."))
    return make_id("vpc", outside.name)
