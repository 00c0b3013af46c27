"""An auth policy whose principal is no caller of VPC Lattice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lattice_events.checks.rule import Edit, Found, Material, Rule
from lattice_events.checks.rules.policies.auth_policies import auth_policies
from lattice_events.checks.rules.policies.documents import Document, Path, WrittenStatement, Wrong
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import ROLE

_NO_CALLERS = ("Service", "Federated", "CanonicalUser")
_SESSION_OF_IAM = re.compile(r"arn:([^:]+):iam::(\d{12}:assumed-role/[^/]+/[^/]+)")


def is_about_principals(wrong: Wrong) -> bool:
    """Whether what the engine refuses is a principal that is there."""
    in_statement = wrong.path[2:] if wrong.path[1:] and isinstance(wrong.path[1], int) else wrong.path[1:]
    is_there = " must be there" not in wrong.message
    return in_statement[:1] == ("Principal",) and is_there


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        document = policy.document
        for wrong in document.wrong:
            if is_about_principals(wrong):
                edits = _edits(document, wrong.path, material.definitions)
                yield document.at(wrong.path, wrong.message, edits=edits)
        for statement in document.statements:
            yield from _no_callers(document, statement)


def _no_callers(document: Document, statement: WrittenStatement) -> Iterator[Found]:
    """Principals of the kinds that no request to a service is signed by."""
    for kind in _NO_CALLERS:
        for path, name in statement.texts("Principal", kind):
            message = f"{statement.name} names {kind} {name}, which calls no service of VPC Lattice: a function or pod calls as a session of its role."
            yield document.at(path, message)


def _edits(document: Document, path: Path, definitions: Definitions) -> tuple[Edit, ...]:
    mended = _mended(document.written_at(path), document, definitions)
    return () if mended is None else document.edit(path, mended)


def _mended(written: Any, document: Document, definitions: Definitions) -> Any:
    """The ARN of a role that stands there by its name, or of a session that is one of STS; else ``None``."""
    match written:
        case {"Ref": str(name)} if document.resource is not None:
            stack = document.resource.stack
            roles = definitions.of_type(ROLE)
            is_role = any((each.stack, each.name) == (stack, name) for each in roles)
            return {"Fn::GetAtt": [name, "Arn"]} if is_role else None
        case str() if session := _SESSION_OF_IAM.fullmatch(written):
            return f"arn:{session[1]}:sts::{session[2]}"
        case _:
            return None


RULE = Rule(
    code="LTC206",
    name="wrong-principal",
    severity="error",
    reason="An auth policy names a principal that no caller of VPC Lattice is.",
    why="A caller is an account, a role, a user, or a session of a role, each by its ARN; an unsigned one is nobody. A name without an ARN, an ARN with a wildcard, an assumed-role of iam (sessions are of sts) and an AWS service match no request; IAM refuses some of these when the policy is made, and others are silent.",
    fix='Write the ARN of the role (!GetAtt Role.Arn), an account of twelve digits, or "*" with a Condition on aws:PrincipalArn.',
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-common-elements",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
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
            Principal: {AWS: !Ref ClientRole}
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
""",
    is_fixable=True,
    fix_changes="policies",
    check=_check,
)
