"""A ServiceImport whose annotation names no target group, or that names it in two ways."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import CONTROLLER_SOURCE, GATEWAY, ROUTE
from lattice_events.checks.rules.kubernetes.routes import told_at
from lattice_events.definitions.kubernetes import TARGET_GROUP_ARN


def _check(material: Material) -> Iterator[Found]:
    for each in material.definitions.of_kind("ServiceImport"):
        if each.get("metadata", "annotations", TARGET_GROUP_ARN):
            yield from told_at(material, each.locate(("metadata", "annotations", TARGET_GROUP_ARN)))


_ROUTE = ROUTE.replace("          port: 80\n", "          kind: ServiceImport\n")
_IMPORT = """\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: ServiceImport
metadata:
  name: orders
  annotations:
    application-networking.k8s.aws/{}
spec:
  type: ClusterSetIP
  ports:
    - port: 80
      protocol: TCP
"""

RULE = Rule(
    code="LTC621",
    name="import-by-arn",
    severity="error",
    reason="A ServiceImport names a target group by something that is no ARN of one, or by its ARN and by name.",
    why="The annotation target-group-arn means a target group of VPC Lattice (of a Lambda function, say) that exists, and excludes export-name, aws-vpc and aws-eks-cluster-name. The controller fails a route with another one: InvalidExternalTargetGroup or ConflictingServiceImportAnnotations.",
    fix="Give the ARN arn:aws:vpc-lattice:REGION:ACCOUNT:targetgroup/tg-… alone, or the names of the export alone.",
    source=(f"{CONTROLLER_SOURCE}/docs/api-types/service-import.md",),
    form="manifests",
    wrong=f"{GATEWAY}---\n{_ROUTE}"
    + _IMPORT.format(
        "target-group-arn: arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/orders/0123456789abcdef"
    ),
    right=f"{GATEWAY}---\n{_ROUTE}" + _IMPORT.format("aws-eks-cluster-name: blue"),
    check=_check,
)
