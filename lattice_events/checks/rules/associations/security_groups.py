"""The rules of security groups, wherever they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import (
    SECURITY_GROUP,
    SECURITY_GROUP_EGRESS,
    SECURITY_GROUP_INGRESS,
)
from lattice_events.definitions.values import Resource

INLINE = {SECURITY_GROUP_INGRESS: "SecurityGroupIngress", SECURITY_GROUP_EGRESS: "SecurityGroupEgress"}
"""Where a group has its own rules, by the type of those that stand alone."""


@dataclass(frozen=True, kw_only=True)
class WrittenRule:
    """One rule of a security group.

    Attributes:
        resource: Where it is written: the group, or the rule itself.
        path: There.
        values: What it says.
    """

    resource: Resource
    path: tuple[str | int, ...]
    values: Mapping[str, Any]


def rules_of(group: Resource, key: str) -> Iterator[WrittenRule]:
    """The rules that a group has itself, under one of the keys of `INLINE`."""
    rules = group.get(key)
    for index, values in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(values, dict):
            yield WrittenRule(resource=group, path=(key, index), values=values)


def all_rules(definitions: Definitions) -> Iterator[WrittenRule]:
    """Every rule of every group."""
    for group in definitions.of_type(SECURITY_GROUP):
        for key in INLINE.values():
            yield from rules_of(group, key)
    for rule in definitions.of_type(*INLINE):
        yield WrittenRule(resource=rule, path=(), values=rule.properties)
