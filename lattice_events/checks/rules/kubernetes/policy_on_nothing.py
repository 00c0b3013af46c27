"""A policy of the controller whose targetRef means nothing that it can be on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lattice_events.checks.rule import Edit, Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.names import Names
from lattice_events.checks.rules.kubernetes.routes import told_at
from lattice_events.definitions.kubernetes import CONTROLLER, GATEWAY_API, ROUTES, find_gateway, policy_target
from lattice_events.definitions.values import ManifestObject

_TARGET = ("spec", "targetRef")
POLICIES: Mapping[str, tuple[str, ...]] = {
    "IAMAuthPolicy": ("Gateway", *ROUTES),
    "TargetGroupPolicy": ("Service", "ServiceExport"),
    "VpcAssociationPolicy": ("Gateway",),
}
_IN_WORDS = {
    "IAMAuthPolicy": "a Gateway or a route",
    "TargetGroupPolicy": "a Service or a ServiceExport",
    "VpcAssociationPolicy": "a Gateway",
}
_GROUPS = {**dict.fromkeys(("Gateway", *ROUTES), GATEWAY_API), "Service": "", "ServiceExport": CONTROLLER}


def _check(material: Material) -> Iterator[Found]:
    names = Names(material.definitions)
    for kind in POLICIES:
        for policy in material.definitions.of_kind(kind):
            found = _wrong_kind(policy) or _wrong_group(policy) or _missing(policy, names, material)
            if found:
                yield found


def _wrong_kind(policy: ManifestObject) -> Found | None:
    kind = policy.get(*_TARGET, "kind")
    if not isinstance(kind, str) or kind in POLICIES[policy.kind]:
        return None
    message = f"{policy.kind} {policy.shown} is on {kind} {policy.get(*_TARGET, 'name')}; the controller takes it on {_IN_WORDS[policy.kind]} only, so it does nothing."
    return Found(place=policy.locate(_TARGET), message=message)


def _wrong_group(policy: ManifestObject) -> Found | None:
    group, wanted = policy.get(*_TARGET, "group"), _GROUPS.get(str(policy.get(*_TARGET, "kind")))
    if wanted is None or group is None or group == wanted:
        return None
    place = policy.locate((*_TARGET, "group"))
    message = f"{policy.kind} {policy.shown}: the group of {policy.get(*_TARGET, 'kind')} is {wanted!r}, not {group!r}, so the policy is on nothing."
    return Found(place=place, message=message, edits=(Edit(place=place, name="group", value=wanted),))


def _missing(policy: ManifestObject, names: Names, material: Material) -> Found | None:
    """At a target that is not given: what a reader says of it, or what is likely meant."""
    kind, namespace, name = policy_target(policy.value, policy.namespace)
    definitions = material.definitions
    is_given = definitions.named(kind, namespace, name) is not None or (
        kind == "Gateway" and find_gateway(definitions.named, namespace, name) is not None
    )
    meant = "" if is_given else names.meant_instead(kind, namespace, name)
    place = policy.locate(_TARGET)
    if meant:
        message = f"{policy.kind} {policy.shown} is on nothing: {meant}. A policy and what it is on are in one namespace."
        return Found(place=place, message=message)
    return next(told_at(material, place), None)


_POLICY = """\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: IAMAuthPolicy
metadata:
  name: orders
spec:
  targetRef:
    group: gateway.networking.k8s.io
    kind: HTTPRoute
    name: orders
  policy: |
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": "*",
          "Action": "vpc-lattice-svcs:Invoke",
          "Resource": "*",
          "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
        }
      ]
    }
"""

RULE = Rule(
    code="LTC609",
    name="policy-on-nothing",
    severity="error",
    reason="A policy of the controller is on something that does not exist or cannot have it.",
    why="A policy is on an object of its own namespace, by group, kind and name. One whose target does not exist gets a condition and changes nothing: with an IAMAuthPolicy the service stays open to everybody who can reach it.",
    fix="Name the target with its group, kind and name, and put the policy into its namespace.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/k8s/policyhelper/policy.go",
        f"{CONTROLLER_SOURCE}/docs/api-types/iam-auth-policy.md",
        f"{CONTROLLER_SOURCE}/docs/api-types/target-group-policy.md",
    ),
    form="manifests",
    wrong=BOTH + ROUTE + _POLICY.replace("    name: orders\n  policy", "    name: oders\n  policy"),
    right=BOTH + ROUTE + _POLICY,
    is_fixable=True,
    fix_changes="policies",
    check=_check,
)
