"""Target groups.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_TargetGroupConfig.html
"""

from __future__ import annotations

from lattice_events.cloud.errors import conflict, invalid
from lattice_events.cloud.operations import quotas
from lattice_events.cloud.operations.actions import services_by_group, services_using
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.health_checks import changed_check
from lattice_events.cloud.operations.kinds import (
    TARGET_GROUP,
    create,
    find,
    mine,
    refuse_taken,
    remove,
    update,
)
from lattice_events.cloud.operations.pages import page
from lattice_events.control_plane.records import Document

_PORTS = {"HTTP": 80, "HTTPS": 443}
_REFUSED = {  # members of the config that a type of target group does not have
    "LAMBDA": ("port", "protocol", "protocolVersion", "ipAddressType", "vpcIdentifier", "healthCheck"),
    "ALB": ("ipAddressType", "healthCheck", "lambdaEventStructureVersion"),
    "INSTANCE": ("ipAddressType", "lambdaEventStructureVersion"),
    "IP": ("lambdaEventStructureVersion",),
}


def create_target_group(call: Call) -> Document:
    """``CreateTargetGroup``: it is active at once, AWS takes some seconds."""
    refuse_taken(call, TARGET_GROUP, ("name", call.params["name"]))
    config = _full_config(call.params["type"], call.params.get("config", {}))
    created = create(call, TARGET_GROUP, {**call.given("name", "type"), "config": config, "status": "ACTIVE"})
    quotas.TARGET_GROUPS.check(len(mine(call, TARGET_GROUP)))
    return created


def get_target_group(call: Call) -> Document:
    """``GetTargetGroup``."""
    group = named_group(call)
    return {**group, "serviceArns": services_using(call, group)}


def list_target_groups(call: Call) -> Document:
    """``ListTargetGroups``; what a summary says of the config stands beside the name."""
    kind, vpc = call.params.get("targetGroupType"), call.params.get("vpcIdentifier")
    users = services_by_group(call)
    groups = [
        {**each.get("config", {}), **each, "serviceArns": users.get(each["id"], [])}
        for each in mine(call, TARGET_GROUP)
        if kind in (None, each["type"])
    ]
    return page(call, [each for each in groups if vpc in (None, each.get("vpcIdentifier"))])


def update_target_group(call: Call) -> Document:
    """``UpdateTargetGroup``: members of the health check that are not given stay; 0 and empty text reset."""
    group = named_group(call)
    _refuse_members(group["type"], call.given("healthCheck"), "")
    config = group["config"]
    check = changed_check(config.get("healthCheck", {}), call.params["healthCheck"], config)
    return update(call, TARGET_GROUP, group, {"config": {**config, "healthCheck": check}})


def delete_target_group(call: Call) -> Document:
    """``DeleteTargetGroup``: not while an action uses it; registered targets do not matter."""
    group = named_group(call)
    users = services_using(call, group)
    if users:
        message = f"TargetGroup {group['id']} is used by a listener or rule of {', '.join(users)}"
        raise conflict(TARGET_GROUP.type, group["id"], message)
    call.records.targets.pop(group["arn"], None)
    return remove(call, TARGET_GROUP, group)


def named_group(call: Call) -> Document:
    """The target group that the client names."""
    return find(call, TARGET_GROUP, call.params["targetGroupIdentifier"])


def _full_config(kind: str, config: Document) -> Document:
    """A config with its defaults."""
    _refuse_members(kind, config, "config.")
    if kind == "LAMBDA":
        return {"lambdaEventStructureVersion": "V1", **config}
    if "vpcIdentifier" not in config:
        raise invalid(
            f"A target group of type {kind} needs a config with a vpcIdentifier",
            ("config.vpcIdentifier", "is missing"),
        )
    return _full_network_config(kind, config)


def _full_network_config(kind: str, config: Document) -> Document:
    """The config of a target group whose targets have ports."""
    protocol = config.get("protocol", "HTTP" if config.get("port") == _PORTS["HTTP"] else "HTTPS")
    full: Document = {"protocol": protocol, "port": _PORTS.get(protocol)}
    if protocol == "TCP":
        _refuse_for_tcp(config)
    else:
        full["protocolVersion"] = "HTTP1"
    if kind == "IP":
        full["ipAddressType"] = "IPV4"
    full.update(config)
    if kind != "ALB":
        full["healthCheck"] = changed_check({}, config.get("healthCheck", {}), full)
    return full


def _refuse_for_tcp(config: Document) -> None:
    """Refuse what a target group of protocol TCP does not have, and what it needs."""
    if "protocolVersion" in config:
        raise invalid(
            "A target group with protocol TCP has no protocolVersion",
            ("config.protocolVersion", "is not for TCP"),
        )
    if "port" not in config:
        raise invalid("A target group with protocol TCP needs a port", ("config.port", "is missing"))


def _refuse_members(kind: str, given: Document, path: str) -> None:
    """Refuse members that a type of target group does not have."""
    refused = [name for name in _REFUSED[kind] if name in given]
    if refused:
        fields = [(path + name, f"is not supported for type {kind}") for name in refused]
        raise invalid(f"A target group of type {kind} has no {', '.join(refused)}", *fields)


TABLE = {
    "CreateTargetGroup": create_target_group,
    "GetTargetGroup": get_target_group,
    "ListTargetGroups": list_target_groups,
    "UpdateTargetGroup": update_target_group,
    "DeleteTargetGroup": delete_target_group,
}
