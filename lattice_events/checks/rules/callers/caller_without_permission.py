"""A role that an auth policy lets in, and whose own policies allow it no call."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.callers.calls import calls
from lattice_events.checks.rules.callers.identity_policies import key_of
from lattice_events.checks.rules.callers.missing_permission import lacks_permission
from lattice_events.checks.rules.policies.auth_policies import auth_policies
from lattice_events.checks.rules.policies.documents import Path, WrittenStatement
from lattice_events.definitions.types import ROLE, SERVICE
from lattice_events.definitions.values import Resource


def _check(material: Material) -> Iterator[Found]:
    told = set(_told_of_functions(material))
    for policy in filter(lambda each: each.is_active, material.once(auth_policies)):
        service = policy.target if policy.target is not None and policy.target.type == SERVICE else None
        for statement in filter(lambda each: each.allows, policy.document.statements):
            for path, role in _roles(statement, material):
                if key_of(role) not in told and lacks_permission(role, service, material):
                    message = f"{statement.name} lets the role {role.name} in, whose own policies allow it no call of {policy.document.owner}: both must allow."
                    yield policy.document.at(path, message)


def _told_of_functions(material: Material) -> Iterator[tuple[str, str]]:
    """The roles of functions that have the URL of a service which they may not call: another rule tells it there."""
    for call in material.once(calls):
        role = material.definitions.find(call.function.get("Role"), ROLE)
        if role is not None and call.needs_signature and lacks_permission(role, call.service, material):
            yield key_of(role)


def _roles(statement: WrittenStatement, material: Material) -> Iterator[tuple[Path, Resource]]:
    """The roles of templates that a statement names."""
    for path, name in statement.texts("Principal", "AWS"):
        role = material.definitions.find(name, ROLE) if ":role/" in name else None
        if role is not None:
            yield path, role


RULE = Rule(
    code="LTC305",
    name="caller-without-permission",
    severity="warning",
    reason="An auth policy lets a role in whose own policies allow it no call.",
    why="An auth policy alone lets nobody in who signs: the caller's own IAM policies must allow vpc-lattice-svcs:Invoke, too, in one account as across accounts. Here all policies of the role are known, and none may allow it.",
    fix="Allow the role vpc-lattice-svcs:Invoke on the ARN of the service with /* behind it, or take it out of the auth policy.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-evaluation-logic",
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
