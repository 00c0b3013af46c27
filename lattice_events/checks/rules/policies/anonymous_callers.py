"""An auth policy that lets unsigned callers in, likely without meaning to."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.policies.anonymity import is_on_purpose, lets_in
from lattice_events.checks.rules.policies.auth_policies import auth_policies
from lattice_events.checks.rules.policies.documents import WrittenStatement
from lattice_events.checks.rules.policies.levels import Level, levels


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        if not policy.is_active:
            continue
        others = material.once(levels).others(policy)
        if others and all(map(_minds, others)):
            continue
        for statement in filter(_is_open, policy.document.statements):
            message = f"{statement.name} lets unsigned callers in: its Principal is everybody, and no Condition wants to know who signed."
            yield policy.document.at((*statement.path, "Principal"), message)


def _is_open(statement: WrittenStatement) -> bool:
    return lets_in(statement) and not is_on_purpose(statement)


def _minds(level: Level) -> bool:
    """Whether another level refuses unsigned requests, but for those that are meant; one that cannot be read here may."""
    if level.kind != "asks":
        return False
    return level.policy is None or not any(map(_is_open, level.policy.document.statements))


RULE = Rule(
    code="LTC207",
    name="anonymous-callers",
    severity="warning",
    reason="An auth policy lets anonymous callers in.",
    why='Principal "*" is everybody, also who signs nothing: AuthType AWS_IAM does not ask for a signature where the policy allows anonymous callers. The policies of AWS\'s guide for authenticated callers have a Condition on aws:PrincipalType. Nothing is said of a statement that is for some requests only (a path, a method, a VPC), which the guide proposes for anonymous GET requests, nor where the other level, service network or service, is known and asks who calls.',
    fix="Name the principals, or add the Condition StringNotEqualsIgnoreCase: {aws:PrincipalType: anonymous}. If unsigned callers are meant, say so: StringEquals: {aws:PrincipalType: Anonymous}.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-anonymous",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#example-auth-policies",
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
            Principal: "*"
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
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
            Principal: "*"
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
            Condition:
              StringNotEqualsIgnoreCase:
                aws:PrincipalType: anonymous
""",
    check=_check,
)
