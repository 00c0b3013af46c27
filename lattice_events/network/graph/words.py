"""What people would call matches, policies and targets, in few words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lattice_events.network.model import (
    Action,
    ForwardAction,
    HttpTarget,
    Rule,
    Target,
    qualified_name,
)
from lattice_events.network.policy import Element, Policy, Statement

NO_POLICY = "no policy: denies every request"
_METHOD = "vpc-lattice-svcs:requestmethod"
_MOST_NAMES = 2
_RESOURCE = re.compile("([^/]*:service/[^/]*)(/.*)?", re.DOTALL)


def rule_words(rule: Rule | None) -> str:
    """``10 · GET /orders*``, or ``default`` for the default action."""
    return f"{rule.priority} · {rule.match.in_words or 'any request'}" if rule else "default"


def target_words(target: Target) -> str:
    """A function's name with its qualifier, or host and port of an HTTP target."""
    if isinstance(target, HttpTarget):
        return target.url.removeprefix("http://")
    return qualified_name(target.function_arn)


def share_words(target_group_arn: str, action: ForwardAction) -> str:
    """The share of a target group in percent; nothing where it has all."""
    weights = [each.weight for each in action.target_groups if each.target_group_arn == target_group_arn]
    if len(weights) == len(action.target_groups):
        return ""
    return f"{100 * sum(weights) / action.total_weight:.3g} %" if action.total_weight else "0 %"


def vpc_words(vpc_ids: Sequence[str]) -> str:
    """How many VPCs are on a service network."""
    return f"{len(vpc_ids)} VPC{'s' if len(vpc_ids) > 1 else ''}" if vpc_ids else ""


def calls_words(statements: Iterable[Statement], service_arn: str) -> str:
    """Which requests to a service the statements let in, where they do not let in all."""
    words = {_request_words(each, Names({}, service_arn)) for each in statements}
    return "some requests" if "" in words else _listed(sorted(words)) or "some requests"


def action_details(action: Action) -> tuple[str, ...]:
    """What a rule answers by itself."""
    return () if isinstance(action, ForwardAction) else (f"answers {action.status}",)


class Names(NamedTuple):
    """How a policy's resources are called.

    Attributes:
        services: Names of services by ARN.
        owner_arn: Of whose policy it is; its own name is not repeated.
    """

    services: Mapping[str, str]
    owner_arn: str


def policy_details(policy: Policy | None, names: Names) -> tuple[str, ...]:
    """A line for each statement."""
    return tuple(_statement_words(each, names) for each in policy.statements) if policy else (NO_POLICY,)


def _statement_words(statement: Statement, names: Names) -> str:
    """``Allow EksClientReads: GET /orders/*``."""
    who = statement.sid or _principal_words(statement)
    asked = _request_words(statement, names)
    return f"{statement.effect} {who}" + (f": {asked}" if asked else "")


def _request_words(statement: Statement, names: Names) -> str:
    """The requests that a statement is about: ``GET /orders/*``, and which condition keys it asks for."""
    methods: list[str] = []
    keys: set[str] = set()
    for each in statement.conditions:
        if each.name == "StringEquals" and each.key.lower() == _METHOD:
            methods += each.values
        else:
            keys.add(each.key.partition(":")[2])
    condition = f"if {_listed(sorted(keys))}" if keys else ""
    return " ".join(filter(None, (_listed(methods), _places_words(statement.resource, names), condition)))


def _places_words(resource: Element | None, names: Names) -> str:
    """Where: nothing for everywhere."""
    places = sorted({_place(value, names) for value in resource.values}) if resource else [""]
    listed = "" if "" in places else _listed(places)
    return f"not {listed or 'anywhere'}" if resource and resource.is_negated else listed


def _place(resource: str, names: Names) -> str:
    """The path that a resource ends in, behind the name of a service that is not the owner."""
    found = _RESOURCE.fullmatch(resource)
    if found is None:
        return "" if resource.endswith("*") and "/" not in resource else resource
    arn, path = found.groups()
    is_one = "*" not in arn
    name = names.services.get(arn, arn.rpartition("/")[2]) if is_one and arn != names.owner_arn else ""
    if path is None:
        return f"{name} without a path".strip() if is_one else ""
    return name + ("" if path == "/*" else path)


def _principal_words(statement: Statement) -> str:
    principal = statement.principal
    values = principal.values if principal else ()
    named = _listed([_principal_name(value) for value in values])
    return f"all but {named}" if principal and principal.is_negated else named


def _principal_name(value: str) -> str:
    """``role/NAME`` of an ARN, the account of a root."""
    if value == "*":
        return "anyone"
    parts = value.split(":", 5)
    if value.isdigit() or value.endswith(":root"):
        return f"account {parts[4] if len(parts) == 6 else value}"
    return parts[-1]


def _listed(words: Iterable[str]) -> str:
    """The first of them, and how many more there are."""
    words = list(filter(None, words))
    more = len(words) - _MOST_NAMES
    return ", ".join(words[:_MOST_NAMES]) + (f" +{more}" if more > 0 else "")
