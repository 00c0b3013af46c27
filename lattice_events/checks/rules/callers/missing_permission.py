"""A function that has the URL of a service which asks who calls, and whose role may not call it."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.callers.calls import calls
from lattice_events.checks.rules.callers.identity_policies import RolePolicies, key_of, policies_of_roles
from lattice_events.checks.rules.callers.mistyped_permission import mistakes_in
from lattice_events.checks.rules.policies.reach import may_allow, surely_denies
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import ROLE
from lattice_events.definitions.values import Resource


def _check(material: Material) -> Iterator[Found]:
    for call in material.once(calls):
        role = material.definitions.find(call.function.get("Role"), ROLE)
        if role is None or not call.needs_signature or not lacks_permission(role, call.service, material):
            continue
        message = (
            f"{call.function.name} has the URL of {call.name}, which wants to know who calls, but its role "
            f"{role.name} may not call it: every signed call is answered with 403."
        )
        yield found_in(call.function, "Environment", "Variables", call.variable, message=message)


def lacks_permission(role: Resource, service: Resource | None, material: Material) -> bool:
    """Whether a role surely may not call a service, ``None`` for any, and no mistyped statement explains that."""
    policies = material.once(policies_of_roles)[key_of(role)]
    if not policies.is_complete or may_call(policies, service, material.definitions):
        return False
    return not any(True for each in policies.documents for _ in mistakes_in(each, material.definitions))


def may_call(policies: RolePolicies, service: Resource | None, definitions: Definitions) -> bool:
    """Whether the policies of a role may allow calls of a service."""
    if any(surely_denies(each, caller="", service=service) for each in policies.documents):
        return False
    return policies.lets_call_all or any(
        may_allow(each, caller="", service=service, definitions=definitions) for each in policies.documents
    )


RULE = Rule(
    code="LTC301",
    name="missing-permission",
    severity="warning",
    reason="A function has the URL of a service that asks who calls, and its role may not call that.",
    why="A signed request needs an Allow in the caller's own IAM policies beside those of the auth policies, in one account too. Without it VPC Lattice answers 403: no identity-based policy allows the vpc-lattice-svcs:Invoke action. That a function calls a service is taken from its environment, where a variable has the domain name.",
    fix="Allow the role vpc-lattice-svcs:Invoke on the ARN of the service with /* behind it.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-evaluation-logic",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/security_iam_id-based-policies.html",
    ),
    wrong="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: AWS_IAM
  ServicePolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: !GetAtt ClientRole.Arn}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt ClientRole.Arn
      Environment:
        Variables:
          ORDERS_URL: !Sub https://${Service.DnsEntry.DomainName}
      Code: {ZipFile: "def handler(event, context): return None"}
  ClientRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
""",
    right="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: AWS_IAM
  ServicePolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: !GetAtt ClientRole.Arn}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt ClientRole.Arn
      Environment:
        Variables:
          ORDERS_URL: !Sub https://${Service.DnsEntry.DomainName}
      Code: {ZipFile: "def handler(event, context): return None"}
  ClientRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: call-orders
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: vpc-lattice-svcs:Invoke
                Resource: !Sub ${Service.Arn}/*
""",
    check=_check,
)
