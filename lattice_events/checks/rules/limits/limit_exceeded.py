"""More of something than anybody may have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.limits.quotas import POLICY_BYTES, SECURITY_GROUPS, Quota
from lattice_events.definitions.types import AUTH_POLICY, VPC_ASSOCIATION


def _check(material: Material) -> Iterator[Found]:
    for association in material.definitions.of_type(VPC_ASSOCIATION):
        groups = association.get("SecurityGroupIds")
        message = _excess(association.name, len(groups) if isinstance(groups, list) else 0, SECURITY_GROUPS)
        if message:
            yield found_in(association, "SecurityGroupIds", message=message)
    for policy in material.definitions.of_type(AUTH_POLICY):
        message = _excess(policy.name, _bytes(policy.get("Policy")), POLICY_BYTES)
        if message:
            yield found_in(policy, "Policy", message=message)
    for each in material.definitions.of_kind("IAMAuthPolicy"):
        message = _excess(each.shown, _bytes(each.get("spec", "policy")), POLICY_BYTES)
        if message:
            yield Found(place=each.locate(("spec", "policy")), message=message)


def _excess(name: str, number: int, quota: Quota) -> str:
    """What to say of a number that is too high; else nothing."""
    if number <= quota.default:
        return ""
    return f"{name} has {number:,} {quota.what}; AWS takes {quota.default:,}."


def _bytes(document: Any) -> int:
    """How long a policy is without white space, at least: what is not known of it counts for nothing."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return 0
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=lambda _: "")
    return len(text.encode())


RULE = Rule(
    code="LTC506",
    name="limit-exceeded",
    severity="error",
    reason="There is more of something than AWS takes from anybody.",
    why="An association of a VPC has at most 5 security groups, an auth policy at most 10 KB. AWS raises neither, and refuses what is more.",
    fix="Put the rules of several security groups into one. Shorten the policy: wildcards for resources, conditions on tags or on the organization for lists of principals.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/quotas.html",),
    wrong="""\
Resources:
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: sn-0123456789abcdef0
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [sg-1, sg-2, sg-3, sg-4, sg-5, sg-6]
""",
    right="""\
Resources:
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: sn-0123456789abcdef0
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [sg-1, sg-2, sg-3, sg-4, sg-5]
""",
    check=_check,
)
