"""Rules of Terraform's security groups as those of CloudFormation, wherever they are written.

Source:
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_security_group_egress_rule
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lattice_events.readers.terraform.document import UNKNOWN, Resource, Step
from lattice_events.readers.terraform.values import Values, unknown_value

GROUP = "aws_security_group"
RULES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)
"""Rules that are resources of their own."""
KEYS = {"ingress": "SecurityGroupIngress", "egress": "SecurityGroupEgress"}
"""Where a group of CloudFormation has its rules, by direction."""
_ENDS = {"ingress": "Source", "egress": "Destination"}


def inline_rules(values: Values, group: Resource, direction: str) -> Any:
    """The rules of one direction that stand in a group; a placeholder where only apply knows them."""
    if isinstance(values.decided(group, direction), str):
        return unknown_value(group, (direction,))
    return [
        rule
        for index in range(group.blocks(direction))
        for rule in _rules(values, group, (direction, index), direction, own={"Ref": group.address})
    ]


def direction_of(rule: Resource) -> str:
    """Whether a rule of its own is for ``ingress`` or for ``egress``."""
    if rule.type == RULES[0]:
        return "egress" if rule.get("type") == "egress" else "ingress"
    return rule.type.split("_")[-2]


def alone_rules(values: Values, rule: Resource, own: Any) -> Iterator[dict[str, Any]]:
    """What a rule of its own says of a group: a rule of CloudFormation for each peer."""
    yield from _rules(values, rule, (), direction_of(rule), own=own)


def _rules(
    values: Values, resource: Resource, path: tuple[Step, ...], direction: str, *, own: Any
) -> Iterator[dict[str, Any]]:
    protocol = "ip_protocol" if resource.type in RULES[1:] else "protocol"
    ports = {
        "IpProtocol": values.plain(resource, *path, protocol),
        "FromPort": values.plain(resource, *path, "from_port"),
        "ToPort": values.plain(resource, *path, "to_port"),
    }
    for key, peer in _peers(values, resource, path, _ENDS[direction], own=own):
        yield {**ports, key: peer}


def _peers(
    values: Values, resource: Resource, path: tuple[Step, ...], end: str, *, own: Any
) -> Iterator[tuple[str, Any]]:
    """Whom a rule is about: the property of CloudFormation, and its value."""
    group, prefixes = f"{end}SecurityGroupId", f"{end}PrefixListId"
    for name, key in (
        ("cidr_blocks", "CidrIp"),
        ("ipv6_cidr_blocks", "CidrIpv6"),
        ("prefix_list_ids", prefixes),
        ("security_groups", group),
    ):
        if resource.get(*path, name) is UNKNOWN:
            yield key, unknown_value(resource, (*path, name))
        for index in range(resource.blocks(*path, name)):
            yield key, values.reference(resource, (*path, name, index), GROUP)
    for name, key in (
        ("cidr_ipv4", "CidrIp"),
        ("cidr_ipv6", "CidrIpv6"),
        ("prefix_list_id", prefixes),
        ("source_security_group_id", group),
        ("referenced_security_group_id", group),
    ):
        if resource.get(*path, name):
            yield key, values.reference(resource, (*path, name), GROUP)
    if resource.get(*path, "self") is True:
        yield group, own
