"""Services, listeners and target groups that others may use, and what cannot be known of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checking import codes_of

_TEMPLATE = """\
Parameters:
  Given: {Type: String}
  Stage: {Type: String}
Conditions:
  IsProduction: !Equals [!Ref Stage, production]
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: shop}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: SERVICE
      Protocol: HTTPS
      DefaultAction: ACTION
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Type: LAMBDA, Config: {LambdaEventStructureVersion: V2}, Targets: TARGETS}
"""
_FORWARD = "{Forward: {TargetGroups: [{TargetGroupIdentifier: GROUP}]}}"
_RIGHT = {
    "SERVICE": "!Ref Service",
    "ACTION": _FORWARD,
    "GROUP": "!Ref Group",
    "TARGETS": '[{Id: "arn:aws:lambda:us-east-1:123456789012:function:orders"}]',
}
_FIXED = "{FixedResponse: {StatusCode: 404}}"
_ONE_OF_TWO = "!If [IsProduction, !Ref Group, !Ref Given]"
_OUTPUT = "Outputs:\n  It: {Value: GIVEN}\n"
_OTHER_USER = "  It:\n    Type: KIND\n    Properties: {It: GIVEN}\n"
_BARE = "Resources:\n  Service:\n    Type: AWS::VpcLattice::Service\n    Properties: {Name: shop}\n"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        pytest.param({}, [], id="right"),
        pytest.param({"GROUP": "!GetAtt Group.Id"}, [], id="by its id"),
        pytest.param({"SERVICE": "!GetAtt Service.Id"}, [], id="the service by its id"),
        # A group that nothing forwards to, as far as it is known.
        pytest.param({"ACTION": _FIXED}, ["LTC014"], id="nothing forwards"),
        pytest.param({"GROUP": "!Ref Given"}, [], id="a group of a parameter"),
        pytest.param({"GROUP": _ONE_OF_TWO}, [], id="a group that a condition chooses"),
        pytest.param(
            {"ACTION": "!If [IsProduction, " + _FORWARD + ", " + _FIXED + "]"}, [], id="an action so chosen"
        ),
        pytest.param({"ACTION": "{Forward: !Ref Given}"}, [], id="a forward of a parameter"),
        pytest.param(
            {"GROUP": "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-0123456789abcdef0"},
            [],
            id="a group of another stack, which may be ours",
        ),
        pytest.param({"ACTION": _FIXED, "+": _OUTPUT.replace("GIVEN", "!Ref Group")}, [], id="an output"),
        pytest.param(
            {"ACTION": _FIXED, "+": _OUTPUT.replace("GIVEN", "!GetAtt Group.Arn")}, [], id="its ARN as output"
        ),
        pytest.param(
            {"ACTION": _FIXED, "+": _OUTPUT.replace("GIVEN", '!Sub "${Group}"')}, [], id="in a text"
        ),
        pytest.param(
            {
                "ACTION": _FIXED,
                "+": _OTHER_USER.replace("KIND", "Custom::Release").replace("GIVEN", "!Ref Group"),
            },
            [],
            id="a custom resource",
        ),
        pytest.param(
            {
                "ACTION": _FIXED,
                "+": _OTHER_USER.replace("KIND", "AWS::Lambda::Permission").replace("GIVEN", "!Ref Group"),
            },
            ["LTC014"],
            id="a permission, which uses nothing",
        ),
        # A group without a function.
        pytest.param({"TARGETS": "[]"}, ["LTC005"], id="no target"),
        pytest.param({"TARGETS": '!Ref "AWS::NoValue"'}, ["LTC005"], id="no value"),
        pytest.param({"TARGETS": "!Ref Given"}, [], id="targets of a parameter"),
        pytest.param(
            {
                "TARGETS": "[]",
                "+": _OTHER_USER.replace("KIND", "Custom::Register").replace("GIVEN", "!Ref Group"),
            },
            [],
            id="a custom resource that may register one",
        ),
        # A service without a listener.
        pytest.param(
            {"SERVICE": "svc-0123456789abcdef0"}, [], id="a service of another stack, which may be ours"
        ),
        pytest.param({"SERVICE": "!Ref Given"}, [], id="a service of a parameter"),
        pytest.param({"SERVICE": "!Ref Group"}, ["LTC113"], id="a group where the service is due"),
        pytest.param({"GROUP": "!Ref Service"}, ["LTC113"], id="a service where the group is due"),
    ],
)
def test_what_others_may_use_or_mean_is_no_mistake(
    changed: dict[str, str], found: list[str], tmp_path: Path
) -> None:
    template = _TEMPLATE + changed.get("+", "")
    for key, value in (_RIGHT | changed).items():
        template = template.replace(key, value)

    assert [code for code in codes_of(template, tmp_path) if code.startswith(("LTC0", "LTC1"))] == found


@pytest.mark.parametrize(
    ("rest", "found"),
    [
        pytest.param("", ["LTC104"], id="nothing else"),
        pytest.param(_OUTPUT.replace("GIVEN", "!Ref Service"), [], id="its ARN is put out"),
        pytest.param(
            _OUTPUT.replace("GIVEN", "!GetAtt Service.DnsEntry.DomainName"), ["LTC104"], id="its name is"
        ),
        pytest.param(
            _OTHER_USER.replace("KIND", "AWS::Lambda::Function").replace("GIVEN", "!GetAtt Service.Arn"),
            ["LTC104"],
            id="a caller knows it",
        ),
        pytest.param(
            _OTHER_USER.replace("KIND", "AWS::CloudFormation::Stack").replace("GIVEN", "!GetAtt Service.Arn"),
            [],
            id="a nested stack knows it",
        ),
    ],
)
def test_a_service_needs_a_listener_unless_another_may_give_it(
    rest: str, found: list[str], tmp_path: Path
) -> None:
    told = codes_of(_BARE + rest, tmp_path)

    assert [code for code in told if code == "LTC104"] == found
