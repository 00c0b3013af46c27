"""Actions of listeners and rules, and which services use a target group."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.cloud.errors import conflict, invalid
from lattice_events.cloud.operations import quotas
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import TARGET_GROUP, find
from lattice_events.control_plane.records import Document

_STATUSES = (404, 500)
_ONLY_WEIGHT = 100  # of the one target group of an action


def checked_action(call: Call, action: Document, listener: Document) -> Document:
    """An action as it is kept, for a listener with ``serviceArn`` and ``protocol``.

    Raises:
        ApiError: A target group is not there, cannot be used by the listener, or belongs to another service.
    """
    if "fixedResponse" in action:
        _check_status(action["fixedResponse"]["statusCode"], listener)
        return action
    given = action["forward"]["targetGroups"]
    groups = [find(call, TARGET_GROUP, each["targetGroupIdentifier"]) for each in given]
    for group in groups:
        _check_group(call, group, listener)
    if len(given) > 1 and any("weight" not in each for each in given):
        raise invalid(
            "Each target group of an action with several needs a weight",
            ("forward.targetGroups", "a weight is missing"),
        )
    kept = [
        {"targetGroupIdentifier": group["id"], "weight": each.get("weight", _ONLY_WEIGHT)}
        for group, each in zip(groups, given, strict=True)
    ]
    return {"forward": {"targetGroups": kept}}


def check_number_of_groups(call: Call, service_arn: str) -> None:
    """Refuse a service whose actions, all together, name too many target groups."""
    groups = {group for arn, action in _actions(call) if arn == service_arn for group in _groups_of(action)}
    quotas.SERVICE_TARGET_GROUPS.check(len(groups))


def services_by_group(call: Call) -> dict[str, list[str]]:
    """By the id of each target group that an action forwards to, the ARNs of the services that do."""
    found: dict[str, dict[str, None]] = {}
    for arn, action in _actions(call):
        for group in _groups_of(action):
            found.setdefault(group, {})[arn] = None
    return {group: list(arns) for group, arns in found.items()}


def services_using(call: Call, group: Document) -> list[str]:
    """The ARNs of the services whose actions forward to a target group."""
    return services_by_group(call).get(group["id"], [])


def _check_status(status: int, listener: Document) -> None:
    """Refuse a fixed response that VPC Lattice does not have."""
    if listener["protocol"] == "TLS_PASSTHROUGH":
        raise invalid(
            "The default action of a TLS_PASSTHROUGH listener must be forward",
            ("fixedResponse", "is not for TLS_PASSTHROUGH"),
        )
    if status not in _STATUSES:
        raise invalid(
            f"The statusCode of a fixedResponse must be 404 or 500, not {status}",
            ("fixedResponse.statusCode", "must be 404 or 500"),
        )


def _check_group(call: Call, group: Document, listener: Document) -> None:
    """Refuse a target group that a listener cannot use."""
    is_tcp = group.get("config", {}).get("protocol") == "TCP"
    if is_tcp != (listener["protocol"] == "TLS_PASSTHROUGH"):
        raise invalid(
            f"TargetGroup {group['id']} cannot be used by a listener with protocol {listener['protocol']}: "
            "target groups with protocol TCP are for TLS_PASSTHROUGH listeners, and only they are",
            ("forward.targetGroups", "has a target group of another protocol"),
        )
    if any(arn != listener["serviceArn"] for arn in services_using(call, group)):
        message = f"TargetGroup {group['id']} has been associated with other services"
        raise conflict(TARGET_GROUP.type, group["id"], message)


def _actions(call: Call) -> Iterator[tuple[str, Document]]:
    """Every action, with the ARN of its service."""
    for listener in call.records.listeners.values():
        yield listener["serviceArn"], listener["defaultAction"]
    for arn, rule in call.records.rules.items():
        yield arn.partition("/listener/")[0], rule["action"]


def _groups_of(action: Document) -> list[str]:
    """The ids of the target groups that an action forwards to."""
    groups = action.get("forward", {}).get("targetGroups", ())
    return [each["targetGroupIdentifier"].rpartition("/")[2] for each in groups]
