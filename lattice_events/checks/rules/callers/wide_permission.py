"""An identity policy that allows a function far more than calls of services."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.callers.identity_policies import (
    identity_policies,
    policies_of_roles,
    roles_of_functions,
)
from lattice_events.checks.rules.policies.documents import Document, Path, WrittenStatement


def _check(material: Material) -> Iterator[Found]:
    running = _places_of_functions(material)
    for document in material.once(identity_policies):
        for statement in document.statements:
            for path, action in _wide_actions(statement):
                if action != "*":
                    message = f"{statement.name} of {document.owner} allows {action} everywhere: every action on every service, those of later ones too."
                    yield document.at(path, message)
                elif document.locate(()) in running:
                    message = f"{statement.name} of {document.owner} allows a function everything in the account, calls of every service too."
                    yield document.at(path, message)


def _places_of_functions(material: Material) -> frozenset[str]:
    """Where the documents are of roles that functions run as."""
    policies = material.once(policies_of_roles)
    documents: list[Document] = [
        document for role in material.once(roles_of_functions) for document in policies[role].documents
    ]
    return frozenset(each.locate(()) for each in documents)


def _wide_actions(statement: WrittenStatement) -> Iterator[tuple[Path, str]]:
    """The actions of an Allow that are everything, on everything, whatever the request."""
    resources = [text for _, text in statement.texts("Resource")]
    if not statement.allows or "*" not in resources or statement.value.get("Condition"):
        return
    for path, action in statement.texts("Action"):
        if action.lower() in ("*", "*:*", "vpc-lattice-svcs:*"):
            yield path, "*" if action.startswith("*") else action


RULE = Rule(
    code="LTC302",
    name="wide-permission",
    severity="warning",
    reason="An identity policy allows every action on every service.",
    why="Whoever runs as the role may call every service that lets it in, now and later, and with * do everything else in the account. The auth policies are the only thing that is left between it and a service.",
    fix="Allow vpc-lattice-svcs:Invoke on the ARNs of the services that are called, each with /* behind it.",
    source=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/security_iam_id-based-policies.html",
    ),
    wrong="""\
Resources:
  Calls:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: vpc-lattice-svcs:*
            Resource: "*"
""",
    right="""\
Parameters:
  OrdersArn:
    Type: String
    Default: arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-0123456789abcdef0
Resources:
  Calls:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: vpc-lattice-svcs:Invoke
            Resource: !Sub ${OrdersArn}/*
""",
    check=_check,
)
