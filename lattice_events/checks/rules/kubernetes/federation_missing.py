"""A ServiceExport without the annotation that makes the controller read it."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import CONTROLLER_SOURCE, SERVICE
from lattice_events.checks.rules.kubernetes.routes import annotations_of
from lattice_events.definitions.kubernetes import FEDERATED, FEDERATION
from lattice_events.definitions.values import ManifestObject

_METADATA = ("metadata",)
_ANNOTATIONS = ("metadata", "annotations")


def _check(material: Material) -> Iterator[Found]:
    for export in material.definitions.of_kind("ServiceExport"):
        given = annotations_of(export)
        if given.get(FEDERATION) != FEDERATED:
            says = (
                f"says {FEDERATION}: {given[FEDERATION]}" if FEDERATION in given else f"has no {FEDERATION}"
            )
            yield Found(
                place=export.locate(_place(export)),
                message=f"ServiceExport {export.shown} {says}, so the controller ignores it: there is no target group, and no other cluster finds it.",
                edits=(_edit(export),),
            )


def _place(export: ManifestObject) -> tuple[str, ...]:
    """The annotation, or what it is missing in."""
    if FEDERATION in annotations_of(export):
        return (*_ANNOTATIONS, FEDERATION)
    return _ANNOTATIONS if annotations_of(export) else _METADATA


def _edit(export: ManifestObject) -> Edit:
    place = export.locate(_place(export))
    match _place(export):
        case ("metadata",):
            return Edit(place=place, name="metadata", inside="annotations", value={FEDERATION: FEDERATED})
        case ("metadata", "annotations"):
            return Edit(place=place, name="annotations", inside=FEDERATION, value=FEDERATED)
        case _:
            return Edit(place=place, name=FEDERATION, value=FEDERATED)


_EXPORT = """\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: ServiceExport
metadata:
  name: orders
"""
_SPEC = """\
spec:
  exportedPorts:
    - port: 80
      routeType: HTTP
"""

RULE = Rule(
    code="LTC604",
    name="federation-missing",
    severity="error",
    reason="A ServiceExport does not say that it is for VPC Lattice, so the controller ignores it.",
    why="The controller reads only those with the annotation application-networking.k8s.aws/federation: amazon-vpc-lattice and skips others without a word. Several examples in its own documentation leave it out. Routes of other clusters that import the Service then fail.",
    fix="Add the annotation application-networking.k8s.aws/federation: amazon-vpc-lattice.",
    source=(f"{CONTROLLER_SOURCE}/pkg/controllers/serviceexport_controller.go",),
    form="manifests",
    wrong=SERVICE + _EXPORT + _SPEC,
    right=SERVICE
    + _EXPORT
    + """\
  annotations:
    application-networking.k8s.aws/federation: amazon-vpc-lattice
"""
    + _SPEC,
    is_fixable=True,
    fix_changes="groups",
    check=_check,
)
