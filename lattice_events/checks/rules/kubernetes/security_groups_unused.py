"""Security groups for a VPC association that the same policy takes away."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import CONTROLLER_SOURCE, GATEWAY


def _check(material: Material) -> Iterator[Found]:
    for policy in material.definitions.of_kind("VpcAssociationPolicy"):
        if policy.get("spec", "associateWithVpc") is False and policy.get("spec", "securityGroupIds"):
            yield Found(
                place=policy.locate(("spec", "securityGroupIds")),
                message=f"VpcAssociationPolicy {policy.shown} says associateWithVpc: false, so its security groups are on nothing, and pods of this VPC cannot call services of the network.",
            )


_POLICY = """\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: VpcAssociationPolicy
metadata:
  name: shop
spec:
  targetRef:
    group: gateway.networking.k8s.io
    kind: Gateway
    name: shop
  securityGroupIds:
    - sg-0123456789abcdef0
"""

RULE = Rule(
    code="LTC614",
    name="security-groups-unused",
    severity="warning",
    reason="A VpcAssociationPolicy has security groups and says not to associate the VPC.",
    why="With associateWithVpc: false the controller removes the association of the cluster's VPC with the service network. The security groups do nothing then, and clients in the VPC reach no service of the network.",
    fix="Say associateWithVpc: true, or take the security groups away.",
    source=(f"{CONTROLLER_SOURCE}/docs/api-types/vpc-association-policy.md",),
    form="manifests",
    wrong=f"{GATEWAY}{_POLICY}  associateWithVpc: false\n",
    right=f"{GATEWAY}{_POLICY}  associateWithVpc: true\n",
    check=_check,
)
