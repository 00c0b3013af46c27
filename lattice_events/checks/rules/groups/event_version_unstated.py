"""A Lambda target group that leaves its event structure version to the API, whose default is V1."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule, found_in
from lattice_events.definitions.types import TARGET_GROUP

_KEY = "LambdaEventStructureVersion"


def _check(material: Material) -> Iterator[Found]:
    for group in material.definitions.of_type(TARGET_GROUP):
        if group.get("Type") == "LAMBDA" and group.get("Config", _KEY) is None:
            path = ("Config",) if group.get("Config") else ()
            message = f"{group.name} does not say its {_KEY}, so its function gets V1 events, which keep only one value of a repeated query parameter."
            yield found_in(group, *path, message=message, edits=(_stated(group.place(*path), path),))


def _stated(place: str, path: tuple[str, ...]) -> Edit:
    if path:
        return Edit(place=place, name="Config", inside=_KEY, value="V2")
    return Edit(place=place, name="Properties", inside="Config", value={_KEY: "V2"})


RULE = Rule(
    code="LTC001",
    name="event-version-unstated",
    severity="warning",
    reason="A Lambda target group does not state its event structure version, so it is V1.",
    why="The API and CloudFormation default to V1, the console to V2. A V1 event keeps only one value of a repeated query parameter and joins repeated headers; libraries expect V2. A later change of the version replaces the target group.",
    fix="State LambdaEventStructureVersion: V2 in the Config of the target group, or V1 if the function is written for it.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html",),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
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
    is_fixable=True,
    fix_changes="events",
    check=_check,
)
