"""Templates are read as CloudFormation reads them."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.cloudformation import models

from lattice_events.cloud.stacks.lattice.names import made_up_name
from lattice_events.cloud.stacks.teach import check_moto
from lattice_events.errors import ConfigurationError
from tests.unit.cloud.stacks.cloud import REGION, Cloud
from tests.unit.cloud.stacks.web import path, web

SERVICE = {"Web": ("Service", {"Name": {"Ref": "Name"}})}


def outputs(cloud: Cloud, value: Any, **more: Any) -> str:
    """What a value of a template becomes."""
    assert cloud.create({"Web": ("Service", {"Name": "web"})}, Outputs={"It": {"Value": value}}, **more)
    return cloud.outputs()["It"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, f"a-{REGION}"),
        ({"Fn::Sub": ["${A}/${!B}/${AWS::AccountId}", {"A": {"Fn::Sub": "x-${AWS::Region}"}}]},
         f"x-{REGION}/${{B}}/123456789012"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b,c"]}]}, "b"),
        ({"Fn::Select": ["0", {"Fn::GetAZs": ""}]}, f"{REGION}a"),
        ({"Fn::Select": [0, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]}, f"{REGION}a"),
        ({"Fn::Length": ["a", "b"]}, "2"),
        ({"Fn::Join": [",", ["a", {"Fn::If": ["Never", "b", {"Ref": "AWS::NoValue"}]}, "c"]]}, "a,c"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "size"]}, "big"),
        ({"Fn::ToJsonString": {"a": {"Ref": "AWS::Region"}}}, f'{{"a": "{REGION}"}}'),
        ({"Fn::Base64": "x"}, "eA=="),
    ],
)  # fmt: skip
def test_functions_are_resolved(cloud: Cloud, value: Any, expected: str) -> None:
    more: dict[str, Any] = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Mappings": {"Sizes": {REGION: {"size": "big"}}},
    }
    assert outputs(cloud, value, **more) == expected


@pytest.mark.parametrize(
    ("parameter", "given", "name"),
    [
        ({"Type": "String", "Default": "web"}, {}, "web"),
        ({"Type": "String"}, {"Name": "shop"}, "shop"),
        ({"Type": "Number", "Default": 123}, {}, "123"),
        ({"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/name"}, {}, "from-ssm"),
    ],
)
def test_parameters_are_read_by_their_type(
    cloud: Cloud, parameter: dict[str, Any], given: dict[str, str], name: str
) -> None:
    boto3.client("ssm", region_name=REGION).put_parameter(Name="/name", Value="from-ssm", Type="String")
    cloud.create(SERVICE, Parameters={"Name": parameter}, Given=given)
    assert cloud.names("services") == [name]


def test_a_list_by_default_is_a_list(cloud: Cloud) -> None:
    parameters = {"Names": {"Type": "CommaDelimitedList", "Default": "one,two"}}
    web = ("Service", {"Name": {"Fn::Select": [1, {"Ref": "Names"}]}})
    cloud.create({"Web": web}, Parameters=parameters)
    assert cloud.names("services") == ["two"]


def test_a_previous_value_stays(cloud: Cloud) -> None:
    parameters = {"Name": {"Type": "String"}, "Auth": {"Type": "String", "Default": "NONE"}}
    resources = {"Web": ("Service", {"Name": {"Ref": "Name"}, "AuthType": {"Ref": "Auth"}})}
    cloud.create(resources, Parameters=parameters, Given={"Name": "web"})
    cloud.client.update_stack(
        StackName="app",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "Name", "UsePreviousValue": True},
            {"ParameterKey": "Auth", "ParameterValue": "AWS_IAM"},
        ],
    )
    assert (cloud.only("services")["name"], cloud.only("services")["authType"]) == ("web", "AWS_IAM")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("Resources: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("- a list", "unsupported structure"),
        (
            "Resources: {Web: {Type: 'AWS::VpcLattice::Service', Properties: {Tags: [{Key: a, Value: }]}}}",
            "/Resources/Web/Properties/Tags/0/Value. 'null' values are not allowed",
        ),
        ("Resources: {Web: {Properties: {}}}", "Every Resources object must contain a Type"),
        ("Transform: Mine\nResources: {Web: {Type: 'AWS::VpcLattice::Service'}}", "the transform Mine"),
        (
            "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /no}}\n"
            "Resources: {Web: {Type: 'AWS::VpcLattice::Service'}}",
            r"Unable to fetch parameters \[/no\]",
        ),
        (
            "Resources: {Web: {Type: 'AWS::VpcLattice::Service', Condition: Nope}}",
            "Unresolved condition Nope",
        ),
    ],
)
def test_a_template_that_is_wrong_is_refused(cloud: Cloud, body: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        cloud.client.create_stack(StackName="app", TemplateBody=body)
    assert not cloud.client.describe_stacks()["Stacks"]


def test_yaml_has_short_forms_and_dates_that_stay_text(cloud: Cloud) -> None:
    cloud.client.create_stack(
        StackName="app",
        TemplateBody="""
            Resources:
              Web: {Type: AWS::VpcLattice::Service, Properties: {Name: web, AuthType: AWS_IAM}}
              Policy:
                Type: AWS::VpcLattice::AuthPolicy
                Properties:
                  ResourceIdentifier: !Ref Web
                  Policy:
                    Version: 2012-10-17
                    Statement:
                      - {Effect: Allow, Principal: '*', Action: '*', Resource: !Sub '${Web.Arn}/*'}
        """,
    )
    assert cloud.status() == "CREATE_COMPLETE"
    policy = cloud.call("GetAuthPolicy", resourceIdentifier=cloud.only("services")["id"])["policy"]
    assert '"Version":"2012-10-17"' in policy.replace(" ", "")


def test_json_may_be_indented_by_tabs(cloud: Cloud) -> None:
    body = (
        '{\n\t"Resources": {"Web": {"Type": "AWS::VpcLattice::Service",\n\t"Properties": {"Name": "web"}}}}'
    )
    cloud.client.create_stack(StackName="app", TemplateBody=body)
    assert cloud.names("services") == ["web"]


def test_a_match_that_does_not_say_minds_no_case(cloud: Cloud) -> None:
    match = path("/app")
    match["HttpMatch"]["HeaderMatches"] = [{"Name": "x-a", "CaseSensitive": True, "Match": {"Exact": "b"}}]
    cloud.create(web(Rule_Match=match))
    said = cloud.only("rules")["match"]["httpMatch"]
    assert said["pathMatch"]["caseSensitive"] is False
    assert said["headerMatches"][0]["caseSensitive"] is True


@pytest.mark.parametrize("name", ["rule", "tg", "svc", "listener-rule", "a" * 70, "Ünïcode-9"])
def test_a_name_that_is_made_up_is_allowed_whatever_the_stack_is_called(cloud: Cloud, name: str) -> None:
    for kind in ("Service", "ServiceNetwork"):
        made = made_up_name(name, "Rule", longest=40)
        cloud.call(f"Create{kind}", name=made)
        assert len(made) <= 40


@pytest.mark.parametrize(
    "reference",
    [
        "{{resolve:ssm:/name}}",
        "{{resolve:ssm:/name:1}}",
        "{{resolve:secretsmanager:it:SecretString:name}}",
        "{{resolve:secretsmanager:plain}}",
    ],
)
def test_dynamic_references_are_read(cloud: Cloud, reference: str) -> None:
    boto3.client("ssm", region_name=REGION).put_parameter(Name="/name", Value="web", Type="String")
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.create_secret(Name="it", SecretString='{"name": "web"}')
    secrets.create_secret(Name="plain", SecretString="web")
    cloud.create({"Web": ("Service", {"Name": reference})})
    assert cloud.names("services") == ["web"]


def test_a_dynamic_reference_to_nothing_fails_the_resource(cloud: Cloud) -> None:
    cloud.create({"Web": ("Service", {"Name": "{{resolve:ssm:/none}}"})})
    assert "Could not resolve {{resolve:ssm:/none}}" in cloud.reasons()["Web"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"Name": "web", "Nmae": "web"}, r"Parameters: \[Nmae\] do not exist in the template"),
        ({}, r"Parameters: \[Name\] must have values"),
        ({"Name": "shop"}, "Parameter 'Name' must be one of AllowedValues"),
    ],
)
def test_wrong_parameters_are_refused(cloud: Cloud, given: dict[str, str], message: str) -> None:
    parameters = {"Name": {"Type": "String", "AllowedValues": ["web"]}}
    with pytest.raises(ClientError, match=message):
        cloud.create(SERVICE, Parameters=parameters, Given=given)


@pytest.mark.parametrize(("name", "parameters"), [("_gone", ()), ("_add_stack_event", ("status", "why"))])
def test_another_moto_is_refused_by_what_it_lacks(name: str, parameters: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match=rf"Stack\.{name} is absent or takes other parameters"):
        check_moto(((models.Stack, name, parameters),))
