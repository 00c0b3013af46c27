"""A value that only a deployment knows is no mistake, and hides few others."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.readers.common.documents import parse_yaml
from lattice_events.readers.project import survey
from tests.checking import STILL, findings_in, told
from tests.conftest import examples
from tests.mistakes import DEFINITIONS

FILES = sorted(DEFINITIONS.glob("*/template.yaml"))
UNKNOWN: Sequence[Any] = [
    {"Ref": "Given"},
    {"Fn::Sub": "${Given}"},
    {"Fn::ImportValue": "given"},
    {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Given"}]}]},
    {"Fn::If": ["IsGiven", {"Ref": "Given"}, {"Ref": "AWS::NoValue"}]},
    "{{resolve:ssm:/given}}",
]


@cache
def template(file: Path) -> Any:
    value = parse_yaml(file.read_text(), file.name).value
    value.setdefault("Parameters", {})["Given"] = {"Type": "String"}
    value.setdefault("Conditions", {})["IsGiven"] = {"Fn::Equals": [{"Ref": "Given"}, "yes"]}
    return value


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key, but for those inside of intrinsic functions."""
    is_intrinsic = isinstance(value, dict) and len(value) == 1 and str(*value).startswith(("Ref", "Fn::"))
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in () if is_intrinsic else keys:
        yield value, key
        yield from places(value[key])


@examples(2000)
@given(file=st.sampled_from(FILES), data=st.data())
def test_nothing_is_found_where_values_are_unknown(
    file: Path, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    value = copy.deepcopy(template(file))
    for _ in range(data.draw(st.integers(1, 3))):
        resources = [each for each in value["Resources"].values() if each.get("Properties")]
        found = [each for resource in resources for each in places(resource["Properties"])]
        container, key = data.draw(st.sampled_from(found))
        container[key] = data.draw(st.sampled_from(UNKNOWN))
    unknown = tmp_path_factory.mktemp("unknown") / "template.json"
    unknown.write_text(json.dumps(value, indent=1))

    assert findings_in(unknown) == ()


ORDERS = (DEFINITIONS / "orders" / "template.yaml").read_text() + "Parameters: {Given: {Type: String}}\n"
TAKEN = """\
  Taken:
    Type: AWS::VpcLattice::Rule
    Properties:
      ServiceIdentifier: !Ref Service
      ListenerIdentifier: !Ref Listener
      Priority: 30
      Match: {HttpMatch: {PathMatch: {CaseSensitive: true, Match: {Exact: /beta}}, HeaderMatches: [{Name: x-beta, CaseSensitive: true, Match: {Exact: "yes"}}]}}
      Action: {FixedResponse: {StatusCode: 404}}
"""


@pytest.mark.parametrize(
    "known",
    [
        "Name: orders",
        "Name: shop",
        "AuthType: AWS_IAM",
        "Effect: Allow\n                Action",
        "Id: !GetAtt Orders.Arn",
        "Handler: index.handler",
        "LambdaEventStructureVersion: V2",
        "VpcId: !Ref Vpc",
    ],
)
def test_rules_about_the_network_find_what_is_wrong_beside_an_unknown_value(
    known: str, tmp_path: Path
) -> None:
    key, _, _ = known.partition(":")
    text = ORDERS.replace("  AccessLogs:\n", f"{TAKEN}  AccessLogs:\n")
    file = tmp_path / "template.yaml"
    file.write_text(text.replace(known, known.replace(f"{key}:", f"{key}: !Ref Given #", 1)))

    assert [each.split()[0] for each in told(findings_in(file), tmp_path)] == ["LTC107"]


@pytest.mark.parametrize("known", ["Priority: 10", "Prefix: /orders", "Protocol: HTTPS", "Weight: 90"])
def test_a_service_of_which_a_part_is_unknown_is_left_out_of_the_network(known: str, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(ORDERS.replace(known, f"{known.partition(':')[0]}: !Ref Given", 1))

    found = survey([file], STILL)

    assert found.network is not None
    assert [each.name for each in found.network.services] == []
    assert [each.name for each in found.network.service_networks] == ["shop"]


SWITCHED = """\
Parameters:
  Stage: {Type: String%s}
Conditions:
  IsProduction: !Equals [!Ref Stage, prod]
  IsOther: !Not [Condition: IsProduction]
Resources:
  Public: {Type: AWS::VpcLattice::TargetGroup, Condition: IsProduction, Properties: {Type: LAMBDA}}
  Private: {Type: AWS::VpcLattice::TargetGroup, Condition: IsOther, Properties: {Type: LAMBDA}}
"""


@pytest.mark.parametrize(
    ("allowed", "line", "holds"),
    [
        ("", 8, "false"),
        (", AllowedValues: [prod, dev]", 7, "true"),
        (", AllowedValues: [dev, prod]", 8, "false"),
    ],
)
def test_of_a_condition_that_cannot_be_known_one_case_is_read(
    allowed: str, line: int, holds: str, tmp_path: Path
) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(SWITCHED % allowed)

    assert f"LTC001 template.yaml:{line}" in told(findings_in(file), tmp_path)
    assert {each.place.line for each in findings_in(file)} == {line}
    assert (
        f"{file}:4:3: The condition IsProduction cannot be known (Ref Stage (the parameter has no Default and was not "
        f"given)), so it is taken to be {holds}, and the other case is not read. Give it with --param Stage=VALUE."
    ) in survey([file], STILL).notes
