"""A setting of a target group that only groups of another type have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lattice_events.checks.rule import REMOVED, Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.config import without
from lattice_events.checks.rules.groups.functions import targets_of
from lattice_events.definitions.types import TARGET_GROUP
from lattice_events.definitions.values import Resource, Unknown

_OF_SERVERS = ("VpcIdentifier", "Port", "Protocol", "ProtocolVersion", "IpAddressType")
_ODD: Mapping[str, tuple[str, ...]] = {
    "LAMBDA": _OF_SERVERS,
    "IP": ("LambdaEventStructureVersion",),
    "INSTANCE": ("LambdaEventStructureVersion", "IpAddressType"),
    "ALB": ("LambdaEventStructureVersion", "IpAddressType"),
}


def _check(material: Material) -> Iterator[Found]:
    for group in material.definitions.of_type(TARGET_GROUP):
        if group.is_of_terraform:  # a state has what AWS answers, and the provider says nothing of it
            continue
        kind = group.get("Type")
        for key in _ODD.get(kind, ()) if isinstance(kind, str) else ():
            value = group.get("Config", key)
            if value is not None and not isinstance(value, Unknown):
                message = f"{group.name} is a target group of type {kind}, which has no {key}."
                yield found_in(group, "Config", key, message=message, edits=(without(group, key),))
        if kind == "LAMBDA":
            yield from _ports(group)


def _ports(group: Resource) -> Iterator[Found]:
    for index, target in enumerate(targets_of(group)):
        if isinstance(target, dict) and target.get("Port") is not None:
            path = ("Targets", index, "Port")
            message = f"The target of {group.name} is a function, which has no port."
            edit = Edit(place=group.place(*path), name="Port", value=REMOVED)
            yield found_in(group, *path, message=message, edits=(edit,))


RULE = Rule(
    code="LTC003",
    name="config-of-other-type",
    severity="warning",
    reason="A target group has a setting of another type of target group.",
    why="Port, protocol, protocol version and VPC are of servers; the API does not support them where the target is a function. LambdaEventStructureVersion is of functions, IpAddressType of groups of type IP. Whether AWS refuses the setting or ignores it is not documented.",
    fix="Remove the setting, or correct the Type of the target group.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_TargetGroupConfig.html",),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
        VpcIdentifier: vpc-0123456789abcdef0
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
""",
    check=_check,
    is_fixable=True,
)
