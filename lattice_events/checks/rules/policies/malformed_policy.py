"""An auth policy that is no policy document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule
from lattice_events.checks.rules.policies.auth_policies import auth_policies
from lattice_events.checks.rules.policies.documents import Document, Wrong
from lattice_events.checks.rules.policies.wrong_condition import is_about_conditions
from lattice_events.checks.rules.policies.wrong_principal import is_about_principals

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_EFFECTS = {"allow": "Allow", "permit": "Allow", "deny": "Deny"}


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        document = policy.document
        for wrong in document.wrong:
            if not _is_explained_elsewhere(wrong):
                yield document.at(wrong.path, wrong.message, edits=_edits(document, wrong))
        if isinstance(document.value, str) and _BLANK_LINE.search(document.value.strip()):
            message = "The text of the policy has a blank line, which VPC Lattice does not take."
            yield document.at((), message)


def _is_explained_elsewhere(wrong: Wrong) -> bool:
    is_action = "which is not an action" in wrong.message
    return is_action or is_about_conditions(wrong) or is_about_principals(wrong)


def _edits(document: Document, wrong: Wrong) -> tuple[Edit, ...]:
    """An effect in other words, of which only one can be meant."""
    written = document.written_at(wrong.path)
    if wrong.path[-1:] != ("Effect",) or not isinstance(written, str) or written.lower() not in _EFFECTS:
        return ()
    return document.edit(wrong.path, _EFFECTS[written.lower()])


RULE = Rule(
    code="LTC208",
    name="malformed-policy",
    severity="error",
    reason="An auth policy is no policy document that VPC Lattice takes.",
    why="A policy has Version and Statement; each statement has an Effect, Allow or Deny, a Principal, an Action and a Resource. Templates are not checked for it, so a deployment fails, or the policy never counts. A policy that is given as a text must not contain blank lines, says the API, and has 10 KB at most.",
    fix="Do what the message says. A policy that is written as a mapping instead of a text has no blank lines to mind.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PutAuthPolicy.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-common-elements",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html",
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
          - Effect: Permit
            Principal: {AWS: !Ref AWS::AccountId}
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
            Principal: {AWS: !Ref AWS::AccountId}
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
""",
    is_fixable=True,
    fix_changes="policies",
    check=_check,
)
