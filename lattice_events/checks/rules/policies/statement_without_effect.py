"""A statement that counts for no request: it matches none, or a Deny decides whenever it does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule
from lattice_events.checks.rules.policies.auth_policies import AuthPolicy, auth_policies
from lattice_events.checks.rules.policies.bare_arns import bare_arns, may_connect
from lattice_events.checks.rules.policies.covering import covers
from lattice_events.checks.rules.policies.documents import Document, Path, WrittenStatement
from lattice_events.checks.rules.policies.impossible_values import why_impossible
from lattice_events.checks.rules.policies.shapes import can_match, service_resource
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import SERVICE
from lattice_events.definitions.values import Unknown
from lattice_events.network.policy import variables_of

_VERSION = "2012-10-17"
_SERVICE_ID = re.compile(r"\bsvc-[0-9a-z]{17}\b")


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        for statement in policy.document.statements:
            yield from _about(policy, statement, material.definitions)


def _about(policy: AuthPolicy, statement: WrittenStatement, definitions: Definitions) -> Iterator[Found]:
    document = policy.document
    found = [*plain_variables(document, statement)]
    yield from found
    if not found and not may_connect(statement, definitions):
        yield from unmatched_resources(document, statement)
        yield from _other_services(policy, statement, definitions)
    if not found:
        yield from impossible_values(document, statement)
    yield from _denied(document, statement)


# ── policy variables ──────────────────────────────────────────────────────────────────────────────


def has_variables(document: Document) -> bool:
    """Whether the version of a policy has variables; one that is unknown may."""
    return isinstance(document.content.get("Version"), Unknown) or document.content.get("Version") == _VERSION


def plain_variables(document: Document, statement: WrittenStatement) -> Iterator[Found]:
    """Texts with policy variables in a document of a version that has none."""
    if has_variables(document):
        return
    for path, text in _all_texts(statement):
        names = variables_of(text)
        if names:
            version = document.content.get("Version", "2008-10-17, as where the policy does not say it")
            message = f"{statement.name} has ${{{names[0]}}}, which is no variable but plain text: only Version {_VERSION} has variables, and this is {version}."
            yield document.at(path, message, edits=_new_version(document))


def _all_texts(statement: WrittenStatement) -> Iterator[tuple[Path, str]]:
    yield from statement.texts(statement.element("Resource"))
    for path, text, _ in statement.condition_texts():
        yield path, text


def _new_version(document: Document) -> tuple[Edit, ...]:
    if not document.is_editable or not document.path:
        return ()
    if "Version" in document.written:
        return document.edit(("Version",), _VERSION)
    name = document.path[-1]
    return (Edit(place=document.locate(()), name=str(name), inside="Version", value=_VERSION),)


# ── what matches no request ───────────────────────────────────────────────────────────────────────


def unmatched_resources(document: Document, statement: WrittenStatement) -> Iterator[Found]:
    """Resources that are no service with a path; bare ARNs are another rule's."""
    bare = {path for path, _ in bare_arns(statement)}
    for path, text in statement.texts(statement.element("Resource")):
        is_beside_its_paths = can_match(f"{text}/*", service_resource())
        if path not in bare and not is_beside_its_paths and not can_match(text, service_resource()):
            message = f"{statement.name} has {text}, which no request is for: that is the ARN of a service with a path, arn:…:service/svc-…/PATH.{_hint(text)}"
            yield document.at(path, message)


def _hint(text: str) -> str:
    if "servicenetwork/" in text:
        return " For every service of a network write *."
    return f" For a path of any service write *{text}." if text.startswith("/") else ""


def _other_services(
    policy: AuthPolicy, statement: WrittenStatement, definitions: Definitions
) -> Iterator[Found]:
    """Resources below another service than the one that the policy is on."""
    if policy.target is None or policy.target.type != SERVICE:
        return
    for path, text in statement.texts("Resource"):
        named = _SERVICE_ID.search(text)
        service = definitions.find(named[0], SERVICE) if named else None
        if service is not None and service is not policy.target:
            message = f"{statement.name} is about the service {service.name}, but the policy is on {policy.document.owner}, whose requests are for no other."
            yield policy.document.at(path, message)


def impossible_values(document: Document, statement: WrittenStatement) -> Iterator[Found]:
    """Values of conditions that no request has."""
    for path, text, condition in statement.condition_texts():
        why = why_impossible(condition, text, has_variables=has_variables(document))
        if why:
            message = f"{statement.name} wants {text!r} of {condition.key}, which no request has: {why}."
            yield document.at(path, message)


# ── what is denied anyway ─────────────────────────────────────────────────────────────────────────


def _denied(document: Document, statement: WrittenStatement) -> Iterator[Found]:
    """An Allow whose every request a Deny of the same policy is about."""
    parsed = statement.parsed
    if parsed is None or parsed.effect != "Allow" or not statement.is_known:
        return
    for deny in document.denials:
        if covers(deny, parsed):
            message = f"{statement.name} allows nothing: {deny.name} denies every request that it is about, and a Deny decides."
            yield document.at(statement.path, message)
            return


RULE = Rule(
    code="LTC209",
    name="statement-without-effect",
    severity="error",
    reason="A statement of an auth policy counts for no request, or a part of it does.",
    why="VPC Lattice compares each part of a statement with the request, and says nothing of parts that no request can have: a Resource that is no service with a path, a service network or another service; a value of a condition that its key never has, such as the ARN of a session for aws:PrincipalArn, or a star that StringEquals takes as it stands; a policy variable in a document whose Version knows none; an Allow that a Deny of the same policy always overrules. A value with a star in a path is taken for a wildcard that was meant.",
    fix="Do what the message says; lattice explain shows what a request is compared with.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-resource-format",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
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
            Principal: {AWS: !Ref AWS::AccountId}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
            Condition:
              StringEquals:
                vpc-lattice-svcs:RequestPath: /orders/*
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
            Principal: {AWS: !Ref AWS::AccountId}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
            Condition:
              StringLike:
                vpc-lattice-svcs:RequestPath: /orders/*
""",
    is_fixable=True,
    fix_changes="policies",
    check=_check,
)
