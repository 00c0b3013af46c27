"""Stacks of CloudFormation, deployed to a running `lattice cloud`."""

from __future__ import annotations

import pytest
from botocore.exceptions import WaiterError

from tests.integration.cloud.running import Cloud

SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Greeting: {Type: String}}
Resources:
  Naming:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      InlineCode: |
        import json, urllib.request
        def handler(event, context):
            made = {"Name": "named-" + event["ResourceProperties"]["Suffix"]}
            answer = {key: event[key] for key in ("RequestId", "StackId", "LogicalResourceId")}
            answer |= {"Status": "SUCCESS", "PhysicalResourceId": "it", "Data": made}
            if made["Name"] == "named-bad":
                answer |= {"Status": "FAILED", "Reason": "it is bad"}
            request = urllib.request.Request(
                event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
            )
            urllib.request.urlopen(request).close()
  Name:
    Type: Custom::Name
    Properties: {ServiceToken: !GetAtt Naming.Arn, Suffix: !Ref Greeting}
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      AutoPublishAlias: live
      Environment: {Variables: {GREETING: !Ref Greeting}}
      InlineCode: |
        import os
        def handler(event, context):
            return {"statusCode": 200, "body": os.environ["GREETING"]}
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Type: LAMBDA, Targets: [{Id: !Ref Hello.Alias}]}
  May:
    Type: AWS::Lambda::Permission
    Properties: {Action: lambda:InvokeFunction, FunctionName: !Ref Hello.Alias, Principal: vpc-lattice.amazonaws.com, SourceArn: !Ref Group}
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: !GetAtt Name.Name}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTPS
      DefaultAction: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref Group}]}}
Outputs:
  Url: {Value: !Sub 'https://${Service.DnsEntry.DomainName}/'}
"""


def test_a_sam_template_with_a_custom_resource_is_created_and_answers(cloud: Cloud) -> None:
    client = cloud.client("cloudformation")
    client.create_stack(StackName="sam", TemplateBody=SAM, Parameters=[_greeting("hi")])
    client.get_waiter("stack_create_complete").wait(StackName="sam")
    (output,) = client.describe_stacks(StackName="sam")["Stacks"][0]["Outputs"]
    assert output["OutputValue"].startswith("https://named-hi-")
    assert cloud.get(output["OutputValue"]) == (200, "hi")


def test_a_custom_resource_that_fails_gives_its_reason(cloud: Cloud) -> None:
    client = cloud.client("cloudformation")
    client.create_stack(StackName="bad", TemplateBody=SAM, Parameters=[_greeting("bad")])
    with pytest.raises(WaiterError):
        client.get_waiter("stack_create_complete").wait(StackName="bad")
    events = client.describe_stack_events(StackName="bad")["StackEvents"]
    reasons = [each["ResourceStatusReason"] for each in events if each["ResourceStatus"] == "CREATE_FAILED"]
    assert reasons == ["Received response status [FAILED] from custom resource: it is bad"]


def _greeting(value: str) -> dict[str, str]:
    return {"ParameterKey": "Greeting", "ParameterValue": value}
