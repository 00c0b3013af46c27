"""An auth policy whose Resource is the bare ARN of a service."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule
from lattice_events.checks.rules.policies.auth_policies import auth_policies
from lattice_events.checks.rules.policies.bare_arns import bare_arns, may_connect, with_all_paths
from lattice_events.checks.rules.policies.documents import Document, Path, WrittenStatement


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        for statement in policy.document.statements:
            if may_connect(statement, material.definitions):
                continue
            for path, value in bare_arns(statement):
                yield policy.document.at(
                    path, _message(statement, value), edits=edits_of(policy.document, path)
                )


def edits_of(document: Document, path: Path) -> tuple[Edit, ...]:
    """Append every path to what stands there."""
    mended = with_all_paths(document.written_at(path))
    return () if mended is None else document.edit(path, mended)


def _message(statement: WrittenStatement, value: str) -> str:
    what = "excludes nothing" if statement.element("Resource") != "Resource" else "matches no request"
    return f"{statement.name} {what}: {value} has no path, and a request is for the service's ARN with its path, /* for every one."


RULE = Rule(
    code="LTC203",
    name="resource-without-path",
    severity="error",
    reason="An auth policy has the ARN of a service without a path as Resource, which matches no request.",
    why="VPC Lattice compares Resource with the service's ARN followed by the path of the request, as in …:service/svc-0123456789abcdef0/orders. The bare ARN equals none of them, so the statement never counts, and callers get a 403 that does not say why. A bare ARN with / behind it matches the path / only. An example of put-auth-policy in the reference of the AWS CLI has the bare ARN, though; that such a policy lets a request in has not been observed.",
    fix="Append /* for every path, or the path that is meant.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-resource-format",
        "https://docs.aws.amazon.com/cli/latest/reference/vpc-lattice/put-auth-policy.html",
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
            Principal:
              AWS: !Ref AWS::AccountId
            Action: vpc-lattice-svcs:Invoke
            Resource: !GetAtt Service.Arn
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
            Principal:
              AWS: !Ref AWS::AccountId
            Action: vpc-lattice-svcs:Invoke
            Resource: !Sub ${Service.Arn}/*
""",
    is_fixable=True,
    fix_changes="policies",
    check=_check,
)
