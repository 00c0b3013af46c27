"""Two policies of one kind on one thing, of which one counts."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes import policy_on_nothing
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.definitions.kubernetes import policy_target
from lattice_events.definitions.values import ManifestObject


def _check(material: Material) -> Iterator[Found]:
    for kind in policy_on_nothing.POLICIES:
        first: dict[tuple[str, str, str], ManifestObject] = {}
        for policy in sorted(material.definitions.of_kind(kind), key=_age):
            target = policy_target(policy.value, policy.namespace)
            other = first.setdefault(target, policy)
            if other is not policy:
                yield Found(
                    place=policy.origin,
                    message=f"{kind} {other.shown} ({other.origin}) is on {target[0]} {target[2]} too; the older one counts, by name if they are of one age, and the other does nothing.",
                )


def _age(policy: ManifestObject) -> tuple[str, str]:
    """As the controller sorts them; a manifest rarely says when it was created."""
    return str(policy.get("metadata", "creationTimestamp") or ""), policy.name


_POLICY = """\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: TargetGroupPolicy
metadata:
  name: {name}
spec:
  targetRef:
    group: ""
    kind: Service
    name: orders
  {spec}
"""
_CHECK = "healthCheck: {path: /healthz}"

RULE = Rule(
    code="LTC616",
    name="policies-in-conflict",
    severity="error",
    reason="Two policies of one kind are on the same thing; one of them does nothing.",
    why="The controller does not merge policies. The one that was created first counts, the other gets the condition Conflicted and is ignored. Which one that is depends on when they were applied, so two clusters with the same manifests may differ.",
    fix="Write one policy with what both say.",
    source=(f"{CONTROLLER_SOURCE}/pkg/k8s/policyhelper/policy.go",),
    form="manifests",
    wrong=BOTH
    + ROUTE
    + _POLICY.format(name="protocol", spec="protocolVersion: HTTP1")
    + _POLICY.format(name="checks", spec=_CHECK),
    right=BOTH + ROUTE + _POLICY.format(name="orders", spec=f"protocolVersion: HTTP1\n  {_CHECK}"),
    check=_check,
)
