"""What associations of service networks with services and with VPCs have in common."""

from __future__ import annotations

from lattice_events.cloud.errors import invalid
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import SERVICE_NETWORK, Kind, find, mine
from lattice_events.cloud.operations.pages import page
from lattice_events.control_plane.records import Document


def find_network(call: Call) -> Document:
    """The service network that the client wants to associate something with."""
    return find(call, SERVICE_NETWORK, call.params["serviceNetworkIdentifier"])


def members_of(call: Call, network: Document) -> Document:
    """What an association says of itself, and of its service network; it is active at once."""
    return {
        "status": "ACTIVE",
        "createdBy": call.where.account,
        **{f"serviceNetwork{name}": network[name.lower()] for name in ("Id", "Name", "Arn")},
    }


def associations_of(call: Call, kind: Kind, network: Document) -> list[Document]:
    """The associations of a service network."""
    return [each for each in mine(call, kind) if each["serviceNetworkArn"] == network["arn"]]


def list_associations(call: Call, kind: Kind, other: str) -> Document:
    """A page of the associations of a service network, of its other end, or of both.

    Args:
        call: Of the client.
        kind: Of the associations.
        other: The parameter that names their other end: ``vpcIdentifier``.

    Raises:
        ApiError: Neither is named.
    """
    wanted = call.given("serviceNetworkIdentifier", other)
    if not wanted:
        message = f"Give a serviceNetworkIdentifier or a {other}"
        raise invalid(message, ("serviceNetworkIdentifier", "is missing"), (other, "is missing"))
    found = [
        each
        for each in mine(call, kind)
        if all(value in _ends(each, member) for member, value in wanted.items())
    ]
    return page(call, found)


def _ends(association: Document, member: str) -> tuple[str | None, ...]:
    """The id and the ARN of what ``serviceIdentifier``, say, names in an association."""
    what = member.removesuffix("Identifier")
    return association.get(f"{what}Id"), association.get(f"{what}Arn")
