"""A statement of an identity policy that is meant to allow calls of services and allows none."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.callers.identity_policies import identity_policies
from lattice_events.checks.rules.policies.actions import CONNECT, names_any
from lattice_events.checks.rules.policies.bare_arns import bare_arns, may_connect
from lattice_events.checks.rules.policies.documents import Document, WrittenStatement
from lattice_events.checks.rules.policies.resource_without_path import edits_of as path_edits
from lattice_events.checks.rules.policies.statement_without_effect import (
    impossible_values,
    plain_variables,
    unmatched_resources,
)
from lattice_events.checks.rules.policies.wrong_action import edits_of as action_edits
from lattice_events.checks.rules.policies.wrong_condition import keys_of_no_request
from lattice_events.definitions.collection import Definitions
from lattice_events.network.policy import INVOKE

_PREFIX = "vpc-lattice-svcs"
_NAMES = ("invoke", "connect")


def _check(material: Material) -> Iterator[Found]:
    for document in material.once(identity_policies):
        yield from mistakes_in(document, material.definitions)


def mistakes_in(document: Document, definitions: Definitions) -> Iterator[Found]:
    """What is wrong with the statements of a document that are about calls only."""
    paths = {statement.path for statement in document.statements if _is_about_calls(statement)}
    for wrong in document.wrong:
        if any(wrong.path[: len(path)] == path for path in paths):
            yield document.at(wrong.path, wrong.message)
    for statement in document.statements:
        yield from _mistyped_actions(document, statement)
        if statement.path in paths:
            yield from _useless(document, statement, definitions)


def _mistyped_actions(document: Document, statement: WrittenStatement) -> Iterator[Found]:
    for path, action in statement.texts(statement.element("Action")):
        if _is_mistyped(action):
            message = f"{statement.name} of {document.owner} names {action}, which is no action: calls ask for {INVOKE}, or {CONNECT} for TLS."
            yield document.at(path, message, edits=action_edits(document, path, action))


def _is_mistyped(action: str) -> bool:
    """Whether an action is near one of the two and neither; the control plane has other ones, under vpc-lattice."""
    prefix, colon, name = action.lower().partition(":")
    if not colon or names_any(action):
        return False
    return prefix == _PREFIX or ("lattice" in prefix and name in _NAMES)


def _is_about_calls(statement: WrittenStatement) -> bool:
    """Whether every action of a statement is a call of a service, so that its resources are for nothing else."""
    actions = [text for _, text in statement.texts("Action")]
    return bool(actions) and all(each.lower().startswith(f"{_PREFIX}:") for each in actions)


def _useless(document: Document, statement: WrittenStatement, definitions: Definitions) -> Iterator[Found]:
    """Parts that match no call."""
    yield from plain_variables(document, statement)
    yield from keys_of_no_request(document, statement)
    yield from impossible_values(document, statement)
    if may_connect(statement, definitions):
        return
    for path, value in bare_arns(statement):
        message = f"{statement.name} of {document.owner} allows no call: {value} has no path, and a call is for the service's ARN with its path, /* for every one."
        yield document.at(path, message, edits=path_edits(document, path))
    yield from unmatched_resources(document, statement)


RULE = Rule(
    code="LTC303",
    name="mistyped-permission",
    severity="error",
    reason="An identity policy is meant to allow calls of services and allows none.",
    why="A call asks for vpc-lattice-svcs:Invoke on the service's ARN followed by the path. vpc-lattice:Invoke is no action, the bare ARN of a service or of a service network is no resource of a call, and IAM takes both without a word; the caller then gets a 403.",
    fix="Write vpc-lattice-svcs:Invoke, and the ARN of the service with /* behind it.",
    source=(
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonvpclatticeservices.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-resource-format",
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
            Action: vpc-lattice:Invoke
            Resource: "*"
""",
    right="""\
Resources:
  Calls:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
""",
    is_fixable=True,
    fix_changes="policies",
    check=_check,
)
