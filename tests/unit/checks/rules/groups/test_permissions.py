"""Permissions and targets of one function in the ways in which templates name it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checking import codes_of, findings_in

_TEMPLATE = """\
Parameters:
  Given: {Type: String}
  Stage: {Type: String}
Conditions:
  IsProduction: !Equals [!Ref Stage, production]
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: NAME
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {ZipFile: "def handler(event, context): return {}"}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {Name: live, FunctionName: !Ref Orders, FunctionVersion: "1"}
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config: {LambdaEventStructureVersion: V2}
      Targets: [{Id: TARGET}]
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: FUNCTION
      Action: ACTION
      Principal: PRINCIPAL
      SourceArn: SOURCE
Outputs:
  Group: {Value: !Ref Group}
"""
_RIGHT = {
    "NAME": "shop-orders",
    "TARGET": "!GetAtt Orders.Arn",
    "FUNCTION": "!GetAtt Orders.Arn",
    "ACTION": "lambda:InvokeFunction",
    "PRINCIPAL": "vpc-lattice.amazonaws.com",
    "SOURCE": "!GetAtt Group.Arn",
}
_ALIAS = "arn:aws:lambda:us-east-1:123456789012:function:shop-orders:live"


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        # The function, by whatever names it.
        pytest.param({}, [], id="its ARN"),
        pytest.param({"FUNCTION": "!Ref Orders"}, [], id="its name by Ref"),
        pytest.param({"FUNCTION": "shop-orders"}, [], id="its name"),
        pytest.param({"FUNCTION": "123456789012:function:shop-orders"}, [], id="its partial ARN"),
        pytest.param({"FUNCTION": "!Ref Live", "TARGET": "!Ref Live"}, [], id="its alias on both sides"),
        pytest.param({"FUNCTION": _ALIAS, "TARGET": "!Ref Live"}, [], id="the ARN of its alias"),
        pytest.param({"FUNCTION": "shop-orders:live", "TARGET": "!Ref Live"}, [], id="its alias by name"),
        pytest.param(
            {"FUNCTION": '!Sub "${Orders}:live"', "TARGET": '!Sub "${Orders.Arn}:live"'}, [], id="Fn::Sub"
        ),
        pytest.param({"TARGET": '!Sub "${Orders.Arn}:$LATEST"'}, [], id="its newest code"),
        pytest.param({"TARGET": "!Ref Live"}, ["LTC007"], id="the function for its alias"),
        pytest.param({"FUNCTION": "!Ref Live"}, ["LTC007"], id="the alias for the function"),
        pytest.param({"FUNCTION": "another"}, ["LTC007", "LTC015"], id="another function"),
        # What cannot be known is no mistake.
        pytest.param({"FUNCTION": "!Ref Given"}, [], id="a function that a parameter names"),
        pytest.param({"PRINCIPAL": "!Ref Given"}, [], id="a principal that a parameter names"),
        pytest.param({"SOURCE": "!Ref Given"}, [], id="a source that a parameter names"),
        pytest.param({"TARGET": "!Ref Given", "FUNCTION": "!Ref Given"}, [], id="a target of a parameter"),
        pytest.param(
            {"NAME": "!Ref Given", "FUNCTION": "orders-of-stage"}, [], id="a function whose name is unknown"
        ),
        pytest.param(
            {"SOURCE": '!If [IsProduction, !GetAtt Group.Arn, !Ref "AWS::NoValue"]'},
            [],
            id="a source that a condition chooses",
        ),
        pytest.param(
            {"TARGET": "arn:aws:lambda:us-east-1:123456789012:function:elsewhere", "FUNCTION": "elsewhere"},
            [],
            id="a function of another stack",
        ),
        # The source.
        pytest.param({"SOURCE": "!Ref Group"}, [], id="Ref of the group, which is its ARN"),
        pytest.param({"SOURCE": "!GetAtt Group.Id"}, ["LTC015"], id="the id of the group"),
        pytest.param({"SOURCE": "arn:aws:vpc-lattice:*:*:targetgroup/*"}, [], id="a pattern of groups"),
        pytest.param(
            {"SOURCE": "arn:aws:vpc-lattice:us-east-1:123456789012:service/*"}, ["LTC015"], id="any service"
        ),
        pytest.param(
            {"SOURCE": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/b"},
            ["LTC015"],
            id="a group of Elastic Load Balancing",
        ),
        pytest.param({"SOURCE": "!GetAtt Orders.Arn"}, ["LTC015"], id="the function itself"),
        pytest.param({"SOURCE": '!Ref "AWS::NoValue"'}, ["LTC008"], id="none"),
        # The principal and the action.
        pytest.param({"PRINCIPAL": "'*'"}, [], id="anybody that acts for the group"),
        pytest.param({"PRINCIPAL": "'123456789012'"}, ["LTC009"], id="an account"),
        pytest.param({"PRINCIPAL": "lattice.amazonaws.com"}, ["LTC009"], id="a name that no service has"),
        pytest.param({"PRINCIPAL": "vpc-lattice.amazonaws.com.cn"}, [], id="the name in China"),
        pytest.param(
            {"PRINCIPAL": "sns.amazonaws.com", "SOURCE": "arn:aws:sns:us-east-1:123456789012:orders"},
            ["LTC007"],
            id="a permission of another service",
        ),
        pytest.param({"ACTION": "lambda:*"}, [], id="every action"),
        pytest.param({"ACTION": "lambda:invokefunction"}, [], id="an action in lower case"),
        pytest.param({"ACTION": "vpc-lattice-svcs:Invoke"}, ["LTC009"], id="the action of callers"),
    ],
)
def test_a_permission_is_compared_with_what_the_group_names(
    changed: dict[str, str], found: list[str], tmp_path: Path
) -> None:
    template = _TEMPLATE
    for key, value in (_RIGHT | changed).items():
        template = template.replace(key, value)

    told = [code for code in codes_of(template, tmp_path) if code.startswith("LTC0")]

    assert sorted(told) == found


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"PRINCIPAL": "vpclattice.amazonaws.com"},
            "VPC Lattice does not invoke functions as vpclattice.amazonaws.com: write Principal: vpc-lattice.amazonaws.com.",
        ),
        (
            {"ACTION": "vpc-lattice-svcs:Invoke"},
            "vpc-lattice-svcs:Invoke does not let VPC Lattice invoke the function: write Action: lambda:InvokeFunction.",
        ),
    ],
)
def test_a_mistyped_permission_is_told_what_to_write(
    changed: dict[str, str], message: str, tmp_path: Path
) -> None:
    template = _TEMPLATE
    for key, value in (_RIGHT | changed).items():
        template = template.replace(key, value)
    file = tmp_path / "template.yaml"
    file.write_text(template)

    assert [each.message for each in findings_in(file) if each.code == "LTC009"] == [message]
