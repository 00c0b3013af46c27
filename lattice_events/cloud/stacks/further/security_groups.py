"""Security groups, and their rules with every source that there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moto.ec2.models.security_groups import SecurityGroup

from lattice_events.cloud.stacks.backends import ec2_of
from lattice_events.cloud.stacks.further.base import Made, Replaced
from lattice_events.cloud.stacks.moto_types import MotoType
from lattice_events.cloud.stacks.resource import Properties, Request

_INLINE = {"SecurityGroupIngress": "ingress", "SecurityGroupEgress": "egress"}


class SecurityGroupType(MotoType):
    """``AWS::EC2::SecurityGroup``."""

    def __init__(self) -> None:
        """Take moto's class."""
        super().__init__(model=SecurityGroup)

    def create(self, request: Request) -> Any:
        """Make a group with its rules; its own rules outwards take the place of the one that lets all out."""
        bare = {name: value for name, value in request.properties.items() if name not in _INLINE}
        made = super().create(replace(request, properties=bare))
        if "SecurityGroupEgress" in request.properties:
            made.egress_rules.clear()
        _change_rules(made.id, {}, request)
        return made

    def update(self, standing: Any, before: Properties, request: Request) -> Any:
        """Change a group's rules and tags."""
        _change_rules(standing.id, before, request)
        standing.add_tags({tag["Key"]: tag["Value"] for tag in request.properties.get("Tags", [])})
        return standing


class SecurityGroupRuleType(Replaced):
    """``AWS::EC2::SecurityGroupIngress`` or ``Egress``."""

    def __init__(self, direction: str) -> None:
        """Take the direction: ``ingress`` or ``egress``."""
        self._direction = direction

    def create(self, request: Request) -> Made:
        """Add the rule to its group."""
        rules, _ = _call("authorize", self._direction, rule=request.properties, request=request)
        return Made(physical_resource_id=rules[0].id, attributes={"Id": rules[0].id})

    def delete(self, standing: Made, request: Request) -> None:
        """Remove the rule; a group that has gone took it along."""
        del standing
        if ec2_of(request.where).get_security_group_from_id(str(request.properties["GroupId"])):
            _call("revoke", self._direction, rule=request.properties, request=request)


def _change_rules(group: str, before: Properties, request: Request) -> None:
    """Add the rules of a group's own that are new, and remove those that have gone."""
    for name, direction in _INLINE.items():
        earlier, later = before.get(name, []), request.properties.get(name, [])
        for rule in earlier:
            if rule not in later:
                _call("revoke", direction, rule={**rule, "GroupId": group}, request=request)
        for rule in later:
            if rule not in earlier:
                _call("authorize", direction, rule={**rule, "GroupId": group}, request=request)


def _call(verb: str, direction: str, *, rule: Properties, request: Request) -> Any:
    """Authorize or revoke a rule."""
    operation = getattr(ec2_of(request.where), f"{verb}_security_group_{direction}")
    other = "Source" if direction == "ingress" else "Destination"
    return operation(
        str(rule["GroupId"]),
        str(rule["IpProtocol"]),
        rule.get("FromPort"),
        rule.get("ToPort"),
        _given(rule, {"CidrIp": "CidrIp", "CidrIpv6": "CidrIpv6"}),
        source_groups=_given(rule, {f"{other}SecurityGroupId": "GroupId"}),
        prefix_list_ids=_given(rule, {f"{other}PrefixListId": "PrefixListId"}),
    )


def _given(rule: Properties, names: Mapping[str, str]) -> list[dict[str, str]]:
    """The sources of a rule of one kind, as the API of EC2 lists them."""
    description = {"Description": rule["Description"]} if "Description" in rule else {}
    return [{member: str(rule[name]), **description} for name, member in names.items() if name in rule]
