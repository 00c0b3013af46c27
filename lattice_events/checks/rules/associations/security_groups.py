"""The rules of security groups, wherever they are written, and what they surely do not let through."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lattice_events.checks.rules.associations.elsewhere import is_handed_over
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import (
    SECURITY_GROUP,
    SECURITY_GROUP_EGRESS,
    SECURITY_GROUP_INGRESS,
)
from lattice_events.definitions.values import Resource, Unknown

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


class Direction:
    """The rules of one direction, of all groups."""

    def __init__(self, definitions: Definitions, kind: str) -> None:
        """Find the rules that stand alone.

        Args:
            definitions: With the groups.
            kind: The type of those rules, in `INLINE`.
        """
        self._definitions = definitions
        self._kind = kind
        self._alone: dict[str, list[WrittenRule]] = {}  # by the place of their group
        self._may_have_others = False
        for each in definitions.of_type(kind):
            group = definitions.find(each.get("GroupId"), SECURITY_GROUP)
            if group is None:
                self._may_have_others = True
            else:
                rule = WrittenRule(resource=each, path=(), values=each.properties)
                self._alone.setdefault(group.origin, []).append(rule)

    def known(self, ids: Any) -> tuple[Resource, Sequence[WrittenRule]] | None:
        """The first of some groups, and every rule of all of them; ``None`` where there may be others.

        A group without egress rules of its own lets everything out, so that none of them counts; Terraform takes away
        the rule that AWS makes for that.
        """
        groups = self.groups(ids)
        if not groups or self._may_have_others:
            return None
        rules: list[WrittenRule] = []
        for group in groups:
            inline = group.get(INLINE[self._kind])
            if not isinstance(inline, list | None) or any(isinstance(each, Unknown) for each in inline or ()):
                return None
            if self._kind == SECURITY_GROUP_EGRESS and not inline and not group.is_of_terraform:
                return None
            rules += [*rules_of(group, INLINE[self._kind]), *self._alone.get(group.origin, ())]
        return groups[0], rules

    def groups(self, ids: Any) -> Sequence[Resource]:
        """The groups of a list, if all of them are defined here and nowhere else added to; else none."""
        found = [
            self._definitions.find(each, SECURITY_GROUP) for each in (ids if isinstance(ids, list) else ())
        ]
        groups = [each for each in found if each is not None]
        is_whole = len(groups) == len(found) and not any(
            is_handed_over(self._definitions, each) for each in groups
        )
        return groups if is_whole else ()


def may_pass(rule: WrittenRule, port: int | None, is_peer: Callable[[Mapping[str, Any]], bool]) -> bool:
    """Whether a rule may let TCP through on a port, or on any port at all, from or to a peer."""
    return _may_be_on(rule.values, port) and is_peer(rule.values)


def _may_be_on(rule: Mapping[str, Any], port: int | None) -> bool:
    protocol = rule.get("IpProtocol")
    if isinstance(protocol, Unknown) or str(protocol) == "-1":
        return True
    if str(protocol).lower() not in ("tcp", "6"):
        return False
    low, high = _number(rule.get("FromPort")), _number(rule.get("ToPort"))
    if port is None or low is None or high is None or low == -1:
        return True
    return low <= port <= high


def _number(value: Any) -> int | None:
    """A port; ``None`` where it cannot be known."""
    text = str(value)
    return int(text) if text.removeprefix("-").isdigit() else None


# Where VPC Lattice is never. Its prefix lists have link-local addresses, and public ones that are not routed.
_PRIVATE = tuple(
    ipaddress.IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_UNIQUE_LOCAL = ipaddress.IPv6Network("fc00::/7")
_LATTICE_V6 = ipaddress.IPv6Network("fd00:ec2:80::/64")


def may_be_lattice(rule: Mapping[str, Any]) -> bool:
    """Whether the peer of a rule may be VPC Lattice: a prefix list, or an address range that may have its addresses."""
    if rule.get("DestinationPrefixListId") or rule.get("SourcePrefixListId"):
        return True
    return _may_have_lattice(rule.get("CidrIp")) or _may_have_lattice(rule.get("CidrIpv6"))


def _may_have_lattice(cidr: Any) -> bool:
    """Whether an address range may have addresses of VPC Lattice."""
    if cidr is None:
        return False
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return True
    if isinstance(network, ipaddress.IPv6Network):
        return network.overlaps(_LATTICE_V6) or not network.subnet_of(_UNIQUE_LOCAL)
    return not any(network.subnet_of(each) for each in _PRIVATE)


def may_be_any_of(
    definitions: Definitions, groups: Sequence[Resource]
) -> Callable[[Mapping[str, Any]], bool]:
    """Whether the source of a rule may be a member of some groups: only another group is surely none."""

    def is_peer(rule: Mapping[str, Any]) -> bool:
        source = rule.get("SourceSecurityGroupId")
        named = definitions.find(source, SECURITY_GROUP) if source is not None else None
        return named is None or named in groups

    return is_peer
