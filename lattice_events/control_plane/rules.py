"""Matches and actions of rules, and the default actions of listeners.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_RuleMatch.html
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_RuleAction.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lattice_events.assumptions import Assumptions
from lattice_events.control_plane.records import Document
from lattice_events.network.model import (
    Action,
    FixedResponseAction,
    ForwardAction,
    HeaderMatch,
    Match,
    PathMatch,
    Service,
    WeightedTargetGroup,
)


def decode_action(action: Mapping[str, Any], group_arns: Mapping[str, str]) -> Action:
    """An action; target groups may be named by id, of which `group_arns` gives the ARNs."""
    if "fixedResponse" in action:
        return FixedResponseAction(status=action["fixedResponse"]["statusCode"])
    groups = action["forward"]["targetGroups"]
    return ForwardAction(
        target_groups=tuple(
            WeightedTargetGroup(
                target_group_arn=group_arns.get(each["targetGroupIdentifier"], each["targetGroupIdentifier"]),
                weight=each.get("weight", 1),
            )
            for each in groups
        )
    )


def encode_action(action: Action) -> Document:
    """An action as the API answers it: with ids of target groups."""
    if isinstance(action, FixedResponseAction):
        return {"fixedResponse": {"statusCode": action.status}}
    groups = [
        {"targetGroupIdentifier": each.target_group_arn.rpartition("/")[2], "weight": each.weight}
        for each in action.target_groups
    ]
    return {"forward": {"targetGroups": groups}}


def groups_of(service: Service) -> set[str]:
    """The ARN of each target group that a service forwards to."""
    actions = [listener.default_action for listener in service.listeners]
    actions += [rule.action for listener in service.listeners for rule in listener.rules]
    forwards = [each for each in actions if isinstance(each, ForwardAction)]
    return {group.target_group_arn for each in forwards for group in each.target_groups}


def decode_match(match: Mapping[str, Any], assumptions: Assumptions) -> Match:
    """What a rule wants of a request."""
    http = match.get("httpMatch", {})
    path = http.get("pathMatch")
    default = assumptions.api_case_sensitive
    return Match(
        method=http.get("method"),
        path=PathMatch(**_decode_comparison(path, default)) if path else None,
        headers=tuple(
            HeaderMatch(name=each["name"], **_decode_comparison(each, default))
            for each in http.get("headerMatches", ())
        ),
    )


def _decode_comparison(match: Mapping[str, Any], default: bool) -> dict[str, Any]:
    """The part in which matches of a path and of a header are alike."""
    ((kind, value),) = match["match"].items()
    return {"kind": kind, "value": value, "case_sensitive": match.get("caseSensitive", default)}


def encode_match(match: Match) -> Document:
    """A match as the API answers it, which states whether case counts."""
    http: Document = {} if match.method is None else {"method": match.method}
    if match.path is not None:
        http["pathMatch"] = _encode_comparison(match.path)
    if match.headers:
        http["headerMatches"] = [{"name": each.name, **_encode_comparison(each)} for each in match.headers]
    return {"httpMatch": http}


def _encode_comparison(match: PathMatch | HeaderMatch) -> Document:
    return {"match": {match.kind: match.value}, "caseSensitive": match.case_sensitive}
