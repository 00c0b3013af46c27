"""A caller that the policy of a service lets in and that of its service network never does, or the reverse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.policies.auth_policies import AuthPolicy, auth_policies
from lattice_events.checks.rules.policies.documents import Path, WrittenStatement
from lattice_events.checks.rules.policies.levels import Level, is_on_service, levels
from lattice_events.checks.rules.policies.reach import INVOCATION, may_allow
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import SERVICE
from lattice_events.definitions.values import Resource
from lattice_events.network.policy import principal_problem

_OF_ONE_SERVICE = re.compile(r"arn:[^:]*:vpc-lattice:[^:]*:[^:]*:service/(svc-[0-9a-z]{17})/.*", re.DOTALL)


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        others = material.once(levels).others(policy)
        if not policy.is_active or not others:
            continue
        for statement in filter(_allows_calls, policy.document.statements):
            if is_on_service(policy):
                yield from _refused(policy, statement, others, policy.target, material.definitions)
            else:
                yield from _refused_by_services(policy, statement, others, material.definitions)


def _allows_calls(statement: WrittenStatement) -> bool:
    parsed = statement.parsed
    return parsed is not None and parsed.effect == "Allow" and parsed.names_action(INVOCATION)


def _refused(
    policy: AuthPolicy,
    statement: WrittenStatement,
    others: Sequence[Level],
    service: Resource | None,
    definitions: Definitions,
) -> Iterator[Found]:
    """The principals of a statement that no other level may let in."""
    documents = [each.policy.document for each in others if each.kind == "asks" and each.policy]
    if len(documents) < len(others):
        return
    for path, name in _principals(statement):
        caller = "" if name == "*" else name
        if not any(
            may_allow(each, caller=caller, service=service, definitions=definitions) for each in documents
        ):
            who = "everybody" if name == "*" else name
            owners = " and of ".join(each.name for each in others)
            yield policy.document.at(
                path,
                f"{statement.name} lets {who} in, but the auth policy of {owners} never does: both must allow a request.",
            )


def _refused_by_services(
    policy: AuthPolicy, statement: WrittenStatement, others: Sequence[Level], definitions: Definitions
) -> Iterator[Found]:
    """Likewise for a service network, where a statement is about services that are defined here."""
    texts = [text for _, text in statement.texts("Resource")]
    named = [_OF_ONE_SERVICE.fullmatch(text) for text in texts]
    services = [definitions.find(each[1], SERVICE) if each else None for each in named]
    if not statement.is_known or len(services) != 1:
        return
    levels_of_it = [each for each in others if each.target is not None and each.target is services[0]]
    if levels_of_it:
        yield from _refused(policy, statement, levels_of_it, services[0], definitions)


def _principals(statement: WrittenStatement) -> Iterator[tuple[Path, str]]:
    for keys in (("Principal",), ("Principal", "AWS")):
        yield from (each for each in statement.texts(*keys) if principal_problem(each[1]) is None)


RULE = Rule(
    code="LTC210",
    name="refused-by-other-policy",
    severity="error",
    reason="The auth policies of a service and of its service network never let the same caller in.",
    why="Where both have AuthType AWS_IAM, a request needs an Allow in the policy of the service network and another in the policy of the service, in one account too. A caller that one of them names and the other one never lets in is answered with 403. Only principals, Deny statements without conditions and what a statement is for are compared; whatever only a request tells may be met.",
    fix="Let the caller in at both levels, or take it out of the policy that has it. A service network often has a policy for everybody who signs, and its services have those that name callers.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-evaluation-logic",
    ),
    wrong="""\
Resources:
  Network:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
      AuthType: AWS_IAM
  NetworkPolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Network
      Policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "111122223333"}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: AWS_IAM
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties:
      ServiceNetworkIdentifier: !Ref Network
      ServiceIdentifier: !Ref Service
  ServicePolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "444455556666"}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
""",
    right="""\
Resources:
  Network:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
      AuthType: AWS_IAM
  NetworkPolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Network
      Policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: ["111122223333", "444455556666"]}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: AWS_IAM
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties:
      ServiceNetworkIdentifier: !Ref Network
      ServiceIdentifier: !Ref Service
  ServicePolicy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {AWS: "444455556666"}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
""",
    check=_check,
)
