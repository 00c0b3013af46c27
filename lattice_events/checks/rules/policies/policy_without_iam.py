"""An auth policy on a service or service network that asks nobody who calls."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.policies.auth_policies import auth_policies, words_of


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        target, resource = policy.target, policy.document.resource
        if target is None or resource is None or target.get("AuthType") not in (None, "NONE"):
            continue
        said = "is NONE" if target.get("AuthType") else "is not stated, so it is NONE"
        message = f"{resource.name} counts for nothing: the AuthType of {words_of(target)} {said}, and every request is let in."
        yield found_in(resource, message=message)


RULE = Rule(
    code="LTC202",
    name="policy-without-iam",
    severity="error",
    reason="An auth policy is on a service or service network whose AuthType is NONE, so it is inactive.",
    why="VPC Lattice keeps the policy in the state Inactive and lets every request in that reaches the service. AuthType is NONE where it is not stated.",
    fix="Set AuthType: AWS_IAM on what the policy is on, or take the policy away.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PutAuthPolicy.html",
    ),
    wrong="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: NONE
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
            Principal:
              AWS: !Ref AWS::AccountId
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
""",
    check=_check,
)
