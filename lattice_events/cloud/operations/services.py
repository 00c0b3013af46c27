"""Services."""

from __future__ import annotations

from lattice_events.cloud.errors import conflict, invalid
from lattice_events.cloud.operations import quotas
from lattice_events.cloud.operations.belongings import forget_belongings
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import (
    LISTENER,
    RULE,
    SERVICE,
    create,
    find,
    mine,
    refuse_taken,
    remove,
    update,
)
from lattice_events.cloud.operations.pages import page
from lattice_events.control_plane.records import Document
from lattice_events.network.host_names import host_name_problem
from lattice_events.network.model import generated_domain_name

HOSTED_ZONE_ID = "Z09127221KTH2C0000000"
"""Made up: AWS has one for each Region, in which the domain names of all services are."""

_IDLE_TIMEOUT_SECONDS = 60  # unless the client says another


def create_service(call: Call) -> Document:
    """``CreateService``: it is active at once, AWS takes some seconds."""
    refuse_taken(call, SERVICE, ("name", call.params["name"]))
    if "customDomainName" in call.params:
        _check_domain(call.params["customDomainName"])
    names = ("name", "customDomainName", "certificateArn", "authType", "idleTimeoutSeconds")
    defaults = {"authType": "NONE", "idleTimeoutSeconds": _IDLE_TIMEOUT_SECONDS, "status": "ACTIVE"}
    created = create(call, SERVICE, {**defaults, **call.given(*names)})
    quotas.SERVICES.check(len(mine(call, SERVICE)))
    domain = generated_domain_name(created["name"], created["id"], call.where.region)
    return update(
        call, SERVICE, created, {"dnsEntry": {"domainName": domain, "hostedZoneId": HOSTED_ZONE_ID}}
    )


def get_service(call: Call) -> Document:
    """``GetService``."""
    return named_service(call)


def list_services(call: Call) -> Document:
    """``ListServices``."""
    return page(call, mine(call, SERVICE))


def update_service(call: Call) -> Document:
    """``UpdateService``."""
    changes = call.given("certificateArn", "authType", "idleTimeoutSeconds")
    return update(call, SERVICE, named_service(call), changes)


def delete_service(call: Call) -> Document:
    """``DeleteService``: not while it is associated; listeners, rules, policies and log subscriptions go too."""
    service = named_service(call)
    associations = call.records.service_associations.values()
    ids = [each["id"] for each in associations if each["serviceArn"] == service["arn"]]
    if ids:
        message = f"Service {service['id']} has service network(s) associated: {', '.join(ids)}"
        raise conflict(SERVICE.type, service["id"], message)
    for listener in mine(call, LISTENER, service):
        forget_listener(call, listener)
    forget_belongings(call, service)
    return remove(call, SERVICE, service)


def forget_listener(call: Call, listener: Document) -> None:
    """Forget a listener with its rules."""
    for rule in mine(call, RULE, listener):
        remove(call, RULE, rule)
    remove(call, LISTENER, listener)


def named_service(call: Call) -> Document:
    """The service that the client names."""
    return find(call, SERVICE, call.params["serviceIdentifier"])


def _check_domain(name: str) -> None:
    """Refuse a custom domain name that no client could ask for."""
    problem = host_name_problem(name.lower())
    if problem:
        raise invalid(f"The customDomainName {problem}", ("customDomainName", problem))


TABLE = {
    "CreateService": create_service,
    "GetService": get_service,
    "ListServices": list_services,
    "UpdateService": update_service,
    "DeleteService": delete_service,
}
