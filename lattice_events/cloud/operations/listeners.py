"""Listeners."""

from __future__ import annotations

from lattice_events.cloud.errors import invalid
from lattice_events.cloud.operations import quotas
from lattice_events.cloud.operations.actions import check_number_of_groups, checked_action
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import LISTENER, create, find, mine, refuse_taken, update
from lattice_events.cloud.operations.pages import page
from lattice_events.cloud.operations.services import forget_listener, named_service
from lattice_events.control_plane.records import Document

_PORTS = {"HTTP": 80, "HTTPS": 443, "TLS_PASSTHROUGH": 443}


def create_listener(call: Call) -> Document:
    """``CreateListener``."""
    service = named_service(call)
    protocol = call.params["protocol"]
    members = {
        "port": _PORTS[protocol],
        **call.given("name", "protocol", "port"),
        "serviceArn": service["arn"],
        "serviceId": service["id"],
    }
    if protocol == "TLS_PASSTHROUGH" and "customDomainName" not in service:
        raise invalid(
            "A TLS_PASSTHROUGH listener needs a service with a custom domain name",
            ("protocol", "needs a custom domain name"),
        )
    for member in ("name", "port"):
        refuse_taken(call, LISTENER, (member, members[member]), service)
    members["defaultAction"] = checked_action(call, call.params["defaultAction"], members)
    created = create(call, LISTENER, members, service)
    quotas.LISTENERS.check(len(mine(call, LISTENER, service)))
    check_number_of_groups(call, service["arn"])
    return created


def get_listener(call: Call) -> Document:
    """``GetListener``."""
    return named_listener(call)


def list_listeners(call: Call) -> Document:
    """``ListListeners``."""
    return page(call, mine(call, LISTENER, named_service(call)))


def update_listener(call: Call) -> Document:
    """``UpdateListener``."""
    listener = named_listener(call)
    action = checked_action(call, call.params["defaultAction"], listener)
    updated = update(call, LISTENER, listener, {"defaultAction": action})
    check_number_of_groups(call, listener["serviceArn"])
    return updated


def delete_listener(call: Call) -> Document:
    """``DeleteListener``: its rules go with it."""
    forget_listener(call, named_listener(call))
    return {}


def named_listener(call: Call) -> Document:
    """The listener that the client names."""
    return find(call, LISTENER, call.params["listenerIdentifier"], named_service(call))


TABLE = {
    "CreateListener": create_listener,
    "GetListener": get_listener,
    "ListListeners": list_listeners,
    "UpdateListener": update_listener,
    "DeleteListener": delete_listener,
}
