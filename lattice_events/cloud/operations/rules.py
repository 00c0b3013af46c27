"""Rules of listeners.

The default rule of a listener is not kept: it is made of the listener, and its id of the listener's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from lattice_events.cloud.errors import ApiError, conflict, invalid
from lattice_events.cloud.operations import quotas
from lattice_events.cloud.operations.actions import check_number_of_groups, checked_action
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import (
    LISTENER,
    RULE,
    create,
    find,
    mine,
    refuse_taken,
    remove,
    update,
)
from lattice_events.cloud.operations.listeners import named_listener
from lattice_events.cloud.operations.pages import page
from lattice_events.control_plane.records import Document


def create_rule(call: Call) -> Document:
    """``CreateRule``."""
    listener = named_listener(call)
    if listener["protocol"] == "TLS_PASSTHROUGH":
        raise invalid("A TLS_PASSTHROUGH listener has no rule but its default rule")
    for member in ("name", "priority"):
        refuse_taken(call, RULE, (member, call.params[member]), listener)
    action = checked_action(call, call.params["action"], listener)
    members = {**call.given("name", "match", "priority"), "action": action, "isDefault": False}
    created = create(call, RULE, members, listener)
    quotas.RULES.check(len(mine(call, RULE, listener)))
    check_number_of_groups(call, listener["serviceArn"])
    return created


def get_rule(call: Call) -> Document:
    """``GetRule``, also of the default rule."""
    listener = named_listener(call)
    identifier = call.params["ruleIdentifier"]
    default = _default_rule(listener)
    return (
        default if identifier in (default["id"], default["arn"]) else find(call, RULE, identifier, listener)
    )


def list_rules(call: Call) -> Document:
    """``ListRules``: the first to be tried comes first, the default rule last."""
    listener = named_listener(call)
    rules = sorted(mine(call, RULE, listener), key=lambda each: each["priority"])
    return page(call, [*rules, _default_rule(listener)])


def update_rule(call: Call) -> Document:
    """``UpdateRule``: members that are not given stay."""
    listener = named_listener(call)
    changed = _changed(call, listener, call.params)
    refuse_taken(call, RULE, ("priority", changed["priority"]), listener, but=changed)
    updated = update(call, RULE, changed, {})
    check_number_of_groups(call, listener["serviceArn"])
    return updated


def batch_update_rule(call: Call) -> Document:
    """``BatchUpdateRule``: each update is done or refused for itself, and priorities may be swapped."""
    listener = named_listener(call)
    planned: dict[str, Document] = {}  # by identifier
    failures: list[Document] = []
    for changes in call.params["rules"]:
        identifier = changes["ruleIdentifier"]
        try:
            planned[identifier] = _planned(_changed(call, listener, changes), planned)
        except ApiError as error:
            failures.append(_failure(identifier, error))
    while clash := _clash(mine(call, RULE, listener), planned):
        message = f"Rule with priority {planned.pop(clash)['priority']} already exists"
        failures.append(_failure(clash, conflict(RULE.type, clash, message)))
    successful = [update(call, RULE, rule, {}) for rule in planned.values()]
    check_number_of_groups(call, listener["serviceArn"])
    return {"successful": successful, "unsuccessful": failures}


def delete_rule(call: Call) -> Document:
    """``DeleteRule``."""
    remove(call, RULE, _changeable(call, named_listener(call), call.params["ruleIdentifier"]))
    return {}


def _default_rule(listener: Document) -> Document:
    """The rule of a listener's default action."""
    rule_id = listener["id"].replace(LISTENER.prefix, RULE.prefix)
    return {
        "arn": f"{listener['arn']}/{RULE.path}/{rule_id}",
        "id": rule_id,
        "name": "default",
        "isDefault": True,
        "action": listener["defaultAction"],
        "createdAt": listener["createdAt"],
        "lastUpdatedAt": listener["lastUpdatedAt"],
    }


def _changeable(call: Call, listener: Document, identifier: str) -> Document:
    """The rule of an id or ARN, which is not the default rule."""
    default = _default_rule(listener)
    if identifier in (default["id"], default["arn"]):
        raise invalid(
            "The default rule cannot be changed or deleted; change the default action by UpdateListener",
            ("ruleIdentifier", "is the default rule"),
        )
    return find(call, RULE, identifier, listener)


def _changed(call: Call, listener: Document, changes: Mapping[str, Any]) -> Document:
    """A rule as it is after an update; members that are not given stay."""
    rule = _changeable(call, listener, changes["ruleIdentifier"])
    given = {name: changes[name] for name in ("match", "priority", "action") if name in changes}
    if "action" in given:
        given["action"] = checked_action(call, given["action"], listener)
    return {**rule, **given}


def _planned(rule: Document, planned: Mapping[str, Document]) -> Document:
    """A rule as it is to be, which must not be in the batch already."""
    if any(each["arn"] == rule["arn"] for each in planned.values()):
        raise conflict(RULE.type, rule["id"], f"Rule {rule['id']} is in the batch twice")
    return rule


def _clash(rules: Iterable[Document], planned: Mapping[str, Document]) -> str | None:
    """The identifier of an update after which two rules would have one priority."""
    after = {each["arn"]: each for each in (*rules, *planned.values())}
    count = Counter(each["priority"] for each in after.values())
    return next((name for name, each in planned.items() if count[each["priority"]] > 1), None)


def _failure(identifier: str, error: ApiError) -> Document:
    """An update that was refused."""
    return {"ruleIdentifier": identifier, "failureCode": error.code, "failureMessage": error.message}


TABLE = {
    "CreateRule": create_rule,
    "GetRule": get_rule,
    "ListRules": list_rules,
    "UpdateRule": update_rule,
    "BatchUpdateRule": batch_update_rule,
    "DeleteRule": delete_rule,
}
