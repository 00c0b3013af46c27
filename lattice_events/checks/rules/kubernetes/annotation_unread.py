"""An annotation that the controller does not read where it stands."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import CONTROLLER_SOURCE, GATEWAY
from lattice_events.checks.rules.kubernetes.routes import annotations_of
from lattice_events.definitions.kubernetes import (
    CLUSTER_NAME,
    CONTROLLER,
    EXPORT_NAME,
    FEDERATION,
    NAME_OVERRIDE,
    PORT,
    ROUTES,
    SERVICE_NAME,
    STANDALONE,
    TAGS,
    TAKEOVER,
    TARGET_GROUP_ARN,
    VPC,
)
from lattice_events.definitions.values import ManifestObject

_CERTIFICATE = f"{CONTROLLER}/certificate-arn"
_ASSOCIATION = f"{CONTROLLER}/lattice-vpc-association"
_OLD_GROUP = "multicluster.x-k8s.io/"
_CLOSE = 0.9  # a slip, not another word
_READ: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(ROUTES, (NAME_OVERRIDE, STANDALONE, TAGS, TAKEOVER)),
    "Gateway": (STANDALONE, TAGS),
    "ServiceExport": (FEDERATION, PORT, SERVICE_NAME, TAGS),
    "ServiceImport": (CLUSTER_NAME, EXPORT_NAME, TARGET_GROUP_ARN, VPC, TAGS),
}
# What belongs somewhere else than in the annotations of an object.
_ELSEWHERE = {
    _CERTIFICATE: "it belongs into tls.options of the Gateway's listener",
    _ASSOCIATION: "it no longer does; a VpcAssociationPolicy associates the VPC",
}


def _check(material: Material) -> Iterator[Found]:
    for kind in _READ:
        for each in material.definitions.of_kind(kind):
            for key in map(str, annotations_of(each)):
                why = _why_unread(each, key)
                if why:
                    place = each.locate(("metadata", "annotations", key))
                    message = (
                        f"The controller does not read the annotation {key} of {kind} {each.shown}: {why}."
                    )
                    yield Found(place=place, message=message)


def _why_unread(each: ManifestObject, key: str) -> str:
    """Why an annotation does nothing; empty for one that is read, or not known."""
    if key in _ELSEWHERE:
        return _ELSEWHERE[key]
    if each.kind == "ServiceExport":
        if key == PORT and each.get("spec", "exportedPorts"):
            return "exportedPorts counts instead"
        if key.startswith(_OLD_GROUP):
            return f"it is now called {key.replace(_OLD_GROUP, f'{CONTROLLER}/')}"
    if not key.startswith(f"{CONTROLLER}/") or key in _READ[each.kind]:
        return ""
    return _why_unknown(each, key)


def _why_unknown(each: ManifestObject, key: str) -> str:
    """Of an annotation of the controller that its kind has not: a rule that is not there, another kind's, or a slip."""
    prefix, number, rest = key.partition("/rule-")
    index = rest.removesuffix("-priority")
    if number and prefix == CONTROLLER and index.isdecimal() and rest != index:
        count = len(each.items("spec", "rules"))
        return (
            f"there is no rule {index}; they count from 0, and this route has {count}"
            if int(index) >= count
            else ""
        )
    owners = [kind for kind, keys in _READ.items() if key in keys]
    if owners:
        return f"it is read on {' and '.join(owners)}"
    known = {read.partition("/")[2]: read for read in _READ[each.kind]}
    close = difflib.get_close_matches(key.partition("/")[2], known, n=1, cutoff=_CLOSE)
    return f"{known[close[0]]} is meant, it seems" if close else ""


_TAIL = GATEWAY.split("metadata:\n  name: shop\n")[1]
_HEAD = GATEWAY.removesuffix(_TAIL)

RULE = Rule(
    code="LTC605",
    name="annotation-unread",
    severity="warning",
    reason="An annotation stands where the controller does not read it, or is no longer read by any version.",
    why="Annotations are free text to Kubernetes, so nothing refuses one that nobody reads. Old guides have lattice-vpc-association on the Gateway, and the prefix multicluster.x-k8s.io; both did something once. Others belong to another kind or are mistyped.",
    fix="Do what the message says, and take the annotation away.",
    source=(
        f"{CONTROLLER_SOURCE}/docs/api-types/vpc-association-policy.md",
        f"{CONTROLLER_SOURCE}/docs/api-types/service-export.md",
        f"{CONTROLLER_SOURCE}/docs/guides/https.md",
    ),
    form="manifests",
    wrong=_HEAD
    + """\
  annotations:
    application-networking.k8s.aws/lattice-vpc-association: "true"
"""
    + _TAIL,
    right=GATEWAY
    + """\
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
  associateWithVpc: true
""",
    check=_check,
)
