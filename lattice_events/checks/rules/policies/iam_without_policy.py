"""A service or service network that asks who calls, and has no auth policy that lets anybody in."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.policies.auth_policies import auth_policies, words_of
from lattice_events.definitions.types import AUTH_POLICY, SERVICE, SERVICE_NETWORK


def _check(material: Material) -> Iterator[Found]:
    policies = material.once(auth_policies)
    if any(each.target is None and each.document.resource for each in policies):
        return  # which may be on any of them
    targets = {(each.target.stack, each.target.name) for each in policies if each.target}
    gateways = {each.gateway.name for each in policies if each.gateway}
    for resource in material.definitions.of_type(SERVICE_NETWORK, SERVICE):
        if resource.get("AuthType") != "AWS_IAM" or (resource.stack, resource.name) in targets:
            continue
        if resource.type == SERVICE_NETWORK and resource.get("Name") in gateways:
            continue
        message = (
            f"{resource.name} has AuthType AWS_IAM, and no {AUTH_POLICY} is on it: "
            f"every request to {words_of(resource)} is answered with 403."
        )
        yield found_in(resource, "AuthType", message=message)


RULE = Rule(
    code="LTC201",
    name="iam-without-policy",
    severity="error",
    reason="A service or service network has AuthType AWS_IAM and no auth policy, so it denies everything.",
    why="With AuthType AWS_IAM a request needs an explicit Allow in the auth policy. Where there is no policy nothing allows, and VPC Lattice answers every request with 403.",
    fix="Add an auth policy that allows the callers you mean, or set AuthType: NONE to let every client of the network in. Where another stack has the policy, check both together.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html",),
    wrong="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: AWS_IAM
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
