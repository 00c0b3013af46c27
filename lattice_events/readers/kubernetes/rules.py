"""The rules of a route, as the controller leaves them on each of its listeners.

Source:
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/gateway/model_build_rule.go
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/deploy/lattice/rule_synthesizer.go
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lattice_events.definitions.kubernetes import is_priority, priority_key, rule_priorities
from lattice_events.errors import Problem
from lattice_events.network.model import Action, Match, Rule, make_id
from lattice_events.readers.common.documents import Path, mapping
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.common.properties import WrongPropertyError, shaped_number
from lattice_events.readers.kubernetes.backends import Backends
from lattice_events.readers.kubernetes.matches import read_match
from lattice_events.readers.kubernetes.objects import Object, items


@dataclass(frozen=True, kw_only=True)
class RouteRule:
    """A rule of a route, before it is put on a listener."""

    index: int
    priority: int
    match: Match
    action: Action
    origin: str

    def on(self, listener_arn: str, route: Object) -> Rule:
        """The rule on a listener."""
        return Rule(
            name=f"k8s-{route.name}-rule-{self.priority}",
            arn=f"{listener_arn}/rule/{make_id('rule', listener_arn, str(self.priority))}",
            priority=self.priority,
            match=self.match,
            action=self.action,
            origin=self.origin,
        )


def read_rules(
    route: Object, *, backends: Backends, fragment: Fragment, case_sensitive: bool
) -> list[RouteRule]:
    """A route's rules in the order of the document.

    Args:
        route: The route.
        backends: Reads what its rules do.
        fragment: Takes notes, and what is wrong with a rule.
        case_sensitive: Whether its path matches mind the case.
    """
    rules = []
    written = items(route.spec.get("rules"), ("spec", "rules"))
    for index, (rule, priority) in enumerate(zip(written, _priorities(route, len(written)), strict=True)):
        path: Path = ("spec", "rules", index)
        filters = _filters(rule, path)
        if filters:
            fragment.notes.append(
                f"{route.locate(filters)}: HTTPRoute {route.name}: filters of rule {index} are ignored, as the controller ignores them."
            )
        try:
            rules.append(
                RouteRule(
                    index=index,
                    priority=priority,
                    match=read_match(rule, path, case_sensitive=case_sensitive),
                    action=backends.action(route, rule, path),
                    origin=route.locate(path),
                )
            )
        except WrongPropertyError as error:
            fragment.problems.append(Problem(error.problem, route.locate(error.path)))
    return _without_equal_matches(route, rules, fragment)


def _filters(rule: Mapping[str, Any], path: Path) -> Path:
    """Where the first filters of a rule stand, or of its backends; empty for none."""
    if rule.get("filters"):
        return (*path, "filters")
    backends = rule.get("backendRefs")
    filtered = [
        (*path, "backendRefs", index, "filters")
        for index, each in enumerate(backends if isinstance(backends, list) else ())
        if mapping(each).get("filters")
    ]
    return filtered[0] if filtered else ()


def _priorities(route: Object, count: int) -> Sequence[int]:
    """The priority of each rule."""
    for index in range(count):
        key = priority_key(index)
        given = route.annotations.get(key)
        if given is not None and is_priority(given):
            shaped_number(str(given).lstrip("+"), "RulePriority", ("metadata", "annotations", key))
    return rule_priorities(route.annotations, count)


def _without_equal_matches(route: Object, rules: Sequence[RouteRule], fragment: Fragment) -> list[RouteRule]:
    """Of rules with an equal match, the one that the controller writes last: it updates the rule that is there.

    It writes the rules with an annotated priority first.
    """
    by_match: dict[Match, RouteRule] = {}
    for rule in sorted(rules, key=lambda each: priority_key(each.index) not in route.annotations):
        other = by_match.pop(rule.match, None)
        if other is not None:
            fragment.notes.append(
                f"{max(other, rule, key=lambda each: each.index).origin}: HTTPRoute {route.name}: rules {other.index} and {rule.index} have the same match; the controller keeps rule {rule.index}."
            )
        by_match[rule.match] = rule
    return sorted(by_match.values(), key=lambda each: each.index)
