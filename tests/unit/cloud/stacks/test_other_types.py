"""Types beside those of VPC Lattice that its users deploy, and that moto lacks or makes with too little."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from tests.unit.cloud.stacks.cloud import REGION, Cloud, template

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
CALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}],
}
MANAGED = "arn:aws:iam::aws:policy/VPCLatticeServicesInvokeAccess"


def function(**properties: Any) -> dict[str, Any]:
    """The resources of a function with its role."""
    base = {
        "FunctionName": "hello",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Code": {"ZipFile": "def handler(event, context): pass"},
    }
    return {
        "Role": ("AWS::IAM::Role", {"RoleName": "hello", "AssumeRolePolicyDocument": TRUST}),
        "Hello": ("AWS::Lambda::Function", {**base, **properties}),
    }


def deployed(name: str = "hello") -> dict[str, Any]:
    """A function as Lambda answers it."""
    client = boto3.client("lambda", region_name=REGION)
    found: dict[str, Any] = client.get_function(FunctionName=name)["Configuration"]
    return found


def lambda_concurrency(name: str = "hello") -> int | None:
    """The reserved concurrency of a function as Lambda answers it."""
    client = boto3.client("lambda", region_name=REGION)
    found: int | None = client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    return found


def test_a_function_has_all_its_properties(cloud: Cloud) -> None:
    variables = {"Environment": {"Variables": {"N": 1, "FLAG": True}}}
    cloud.create(function(Architectures=["arm64"], MemorySize="512", Timeout=9, **variables))
    found = deployed()
    assert (found["Architectures"], found["MemorySize"], found["Timeout"]) == (["arm64"], 512, 9)
    assert found["Environment"]["Variables"] == {"N": "1", "FLAG": "true"}


def test_what_a_function_no_longer_says_is_as_if_it_never_had(cloud: Cloud) -> None:
    reserved = {"ReservedConcurrentExecutions": "3"}
    cloud.create(function(MemorySize=512, Environment={"Variables": {"A": "b"}}, **reserved))
    assert lambda_concurrency() == 3
    before = deployed()["CodeSha256"]
    cloud.update(function(Code={"ZipFile": "def handler(event, context): return 1"}))
    found = deployed()
    assert found["MemorySize"] == 128
    assert not found.get("Environment", {}).get("Variables")
    assert found["CodeSha256"] != before
    assert lambda_concurrency() is None


def test_a_version_and_an_alias_follow_the_function(cloud: Cloud) -> None:
    def resources(number: int, **alias: Any) -> dict[str, Any]:
        version = f"V{number}"
        given = {
            "Name": "live",
            "FunctionName": {"Ref": "Hello"},
            "FunctionVersion": {"Fn::GetAtt": [version, "Version"]},
        }
        return {
            **function(Description=version),
            version: (
                "AWS::Lambda::Version",
                {"FunctionName": {"Ref": "Hello"}},
                {"DeletionPolicy": "Retain"},
            ),
            "Live": ("AWS::Lambda::Alias", {**given, **alias}),
        }

    outputs = {"Alias": {"Value": {"Ref": "Live"}}, "Version": {"Value": {"Ref": "V1"}}}
    assert cloud.create(resources(1), Outputs=outputs) == "CREATE_COMPLETE"
    arn = f"arn:aws:lambda:{REGION}:123456789012:function:hello"
    assert cloud.outputs() == {"Alias": f"{arn}:live", "Version": f"{arn}:1"}
    weights = {"AdditionalVersionWeights": [{"FunctionVersion": "1", "FunctionWeight": 0.1}]}
    assert cloud.update(resources(2, RoutingConfig=weights)) == "UPDATE_COMPLETE"
    alias = boto3.client("lambda", region_name=REGION).get_alias(FunctionName="hello", Name="live")
    assert (alias["FunctionVersion"], alias["RoutingConfig"]) == (
        "2",
        {"AdditionalVersionWeights": {"1": 0.1}},
    )


def test_a_version_of_what_has_not_changed_is_refused(cloud: Cloud) -> None:
    version = ("AWS::Lambda::Version", {"FunctionName": {"Ref": "Hello"}})
    cloud.create({**function(), "One": version})
    assert cloud.update({**function(), "One": version, "Two": version}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "A version for this Lambda function exists ( 1 )" in cloud.reasons()["Two"]


def test_a_permission_goes_when_its_group_is_replaced(cloud: Cloud) -> None:
    def resources(version: str) -> dict[str, Any]:
        permission = {
            "FunctionName": {"Fn::GetAtt": ["Hello", "Arn"]},
            "Action": "lambda:InvokeFunction",
            "Principal": "vpc-lattice.amazonaws.com",
            "SourceArn": {"Ref": "Group"},
        }
        group = {"Type": "LAMBDA", "Config": {"LambdaEventStructureVersion": version}}
        return {
            **function(),
            "Group": ("TargetGroup", {**group, "Targets": [{"Id": {"Fn::GetAtt": ["Hello", "Arn"]}}]}),
            "May": ("AWS::Lambda::Permission", permission),
        }

    cloud.create(resources("V2"))
    assert cloud.update(resources("V1")) == "UPDATE_COMPLETE"
    policy = boto3.client("lambda", region_name=REGION).get_policy(FunctionName="hello")["Policy"]
    (statement,) = json.loads(policy)["Statement"]
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"] == cloud.only("target_groups")["arn"]


def test_a_role_has_its_policies_and_changes_them(cloud: Cloud) -> None:
    def role(**properties: Any) -> dict[str, Any]:
        return {
            "Role": ("AWS::IAM::Role", {"RoleName": "r", "AssumeRolePolicyDocument": TRUST, **properties})
        }

    iam = boto3.client("iam")
    assert cloud.create(role(ManagedPolicyArns=[MANAGED])) == "CREATE_COMPLETE"
    assert [
        each["PolicyArn"] for each in iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    ] == [MANAGED]
    cloud.update(role(Policies=[{"PolicyName": "call", "PolicyDocument": CALL}]))
    assert not iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert iam.get_role_policy(RoleName="r", PolicyName="call")["PolicyDocument"] == CALL


@pytest.mark.parametrize("kind", ["Policy", "ManagedPolicy"])
def test_a_policy_beside_its_role_is_made_changed_and_deleted(cloud: Cloud, kind: str) -> None:
    def resources(action: str) -> dict[str, Any]:
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}],
        }
        name = "PolicyName" if kind == "Policy" else "ManagedPolicyName"
        policy = (f"AWS::IAM::{kind}", {name: "p", "PolicyDocument": document, "Roles": [{"Ref": "Role"}]})
        return {**{name: one for name, one in function().items() if name == "Role"}, "P": policy}

    cloud.create(resources("a:One"))
    assert cloud.update(resources("a:Two")) == "UPDATE_COMPLETE"
    detail = boto3.client("iam").get_account_authorization_details(Filter=["Role", "LocalManagedPolicy"])
    assert "a:Two" in json.dumps(detail, default=str)
    assert "a:One" not in json.dumps(detail, default=str)
    cloud.client.delete_stack(StackName="app")
    assert not boto3.client("iam").list_roles()["Roles"]


def test_security_groups_have_rules_of_every_source(cloud: Cloud) -> None:
    client = boto3.client("ec2", region_name=REGION)
    prefix_list = client.describe_managed_prefix_lists()["PrefixLists"][0]["PrefixListId"]
    port = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    group = {
        "GroupDescription": "of the client",
        "SecurityGroupEgress": [{**port, "DestinationPrefixListId": prefix_list}],
    }
    cloud.create(
        {
            "Group": ("AWS::EC2::SecurityGroup", group),
            "In": (
                "AWS::EC2::SecurityGroupIngress",
                {**port, "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]}, "SourcePrefixListId": prefix_list},
            ),
            "Out": (
                "AWS::EC2::SecurityGroupEgress",
                {**port, "GroupId": {"Ref": "Group"}, "CidrIp": "10.0.0.0/8"},
            ),
        }
    )
    (found,) = [
        each
        for each in client.describe_security_groups()["SecurityGroups"]
        if each["Description"] == "of the client"
    ]
    assert [list_["PrefixListId"] for rule in found["IpPermissions"] for list_ in rule["PrefixListIds"]] == [
        prefix_list
    ]
    outwards = json.dumps(found["IpPermissionsEgress"])
    assert prefix_list in outwards
    assert "10.0.0.0/8" in outwards
    assert "0.0.0.0/0" not in outwards


def test_a_type_that_nobody_has_is_kept_by_name_and_the_event_says_so(cloud: Cloud) -> None:
    assert cloud.create({"Board": ("AWS::Made::Up", {"Any": "thing"})}) == "CREATE_COMPLETE"
    events = cloud.client.describe_stack_events(StackName="app")["StackEvents"]
    assert any("has no effect here" in event.get("ResourceStatusReason", "") for event in events)
    assert cloud.client.describe_stack_resource(StackName="app", LogicalResourceId="Board")


def test_a_custom_resource_of_a_function_that_cannot_run_here_is_kept_by_name(cloud: Cloud) -> None:
    custom = ("Custom::Clean", {"ServiceToken": {"Fn::GetAtt": ["Hello", "Arn"]}})
    assert cloud.create({**function(Runtime="nodejs22.x"), "Clean": custom}) == "CREATE_COMPLETE"
    events = cloud.client.describe_stack_events(StackName="app")["StackEvents"]
    assert any("nodejs22.x, and only Python runs" in each.get("ResourceStatusReason", "") for each in events)
    cloud.client.delete_stack(StackName="app")
    assert not cloud.client.describe_stacks()["Stacks"]


@pytest.mark.parametrize("token", ["arn:aws:sns:ap-northeast-1:123456789012:topic", "hello"])
def test_a_custom_resource_without_a_function_fails_with_the_reason(cloud: Cloud, token: str) -> None:
    assert cloud.create({"It": ("Custom::It", {"ServiceToken": token})}) == "ROLLBACK_COMPLETE"
    assert "is not the ARN of one" in cloud.reasons()["It"]


def test_nested_stacks_give_their_outputs(cloud: Cloud) -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="templates")
    parts = {"Outputs": {"Arn": {"Value": {"Ref": "Net"}}}, "Parameters": {"Name": {"Type": "String"}}}
    s3.put_object(
        Bucket="templates",
        Key="net.json",
        Body=template({"Net": ("ServiceNetwork", {"Name": {"Ref": "Name"}})}, **parts),
    )
    url = "https://s3.amazonaws.com/templates/net.json"

    def resources(name: str) -> dict[str, Any]:
        return {"Base": ("AWS::CloudFormation::Stack", {"TemplateURL": url, "Parameters": {"Name": name}})}

    outputs = {"Net": {"Value": {"Fn::GetAtt": ["Base", "Outputs.Arn"]}}}
    assert cloud.create(resources("one"), Outputs=outputs) == "CREATE_COMPLETE"
    assert cloud.update(resources("two"), Outputs=outputs) == "UPDATE_COMPLETE"
    assert cloud.outputs()["Net"] == cloud.only("service_networks")["arn"]
    assert cloud.update(resources("sn-bad name"), Outputs=outputs) == "UPDATE_ROLLBACK_COMPLETE"
    assert "bad name" in cloud.reasons()["Base"]
    assert cloud.names("service_networks") == ["two"]
    cloud.client.delete_stack(StackName="app")
    assert not cloud.control_plane.records.service_networks
