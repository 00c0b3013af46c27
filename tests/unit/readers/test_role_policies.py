"""A role's policies as people write them; one that cannot be known is not taken to be empty."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.readers.test_cloudformation import link, read

STATEMENT = "{Effect: Allow, Action: 'vpc-lattice-svcs:Invoke', Resource: '*'}"
OTHER = "{Effect: Allow, Action: 's3:GetObject', Resource: !ImportValue bucket}"
ROLE = """\
Parameters: {{Document: {{Type: String}}}}
Conditions: {{Yes: !Equals [a, a]}}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {{Runtime: python3.12, Handler: a.b, Role: !GetAtt Role.Arn}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies: {policies}
"""


def statements(policies: str, **options: Any) -> int | None:
    """How many statements a role has; ``None`` where its policies are unknown."""
    network, _ = link(read(ROLE.format(policies=policies), **options))
    policy = network.principals[0].identity_policy
    return None if policy is None else len(policy.statements)


@pytest.mark.parametrize(
    ("policies", "count"),
    [
        (f"[{{PolicyName: p, PolicyDocument: {{Statement: [{STATEMENT}, {OTHER}]}}}}]", 1),
        (f"[{{PolicyName: p, PolicyDocument: {{Statement: {STATEMENT}}}}}]", 1),
        (f"[!If [Yes, {{PolicyName: p, PolicyDocument: {{Statement: [{STATEMENT}]}}}}, !Ref 'AWS::NoValue']]", 1),
        (f"!If [Yes, [{{PolicyName: p, PolicyDocument: {{Statement: [{STATEMENT}]}}}}], []]", 1),
        (f"[{{PolicyName: p, PolicyDocument: {{Statement: !If [Yes, [{STATEMENT}, {STATEMENT}], []]}}}}]", 2),
        (f"[{{PolicyName: p, PolicyDocument: {{Statement: [!If [Yes, !Ref 'AWS::NoValue', {STATEMENT}]]}}}}]", 0),
        ("[{PolicyName: p, PolicyDocument: !Ref Document}]", None),
        ("[{PolicyName: p, PolicyDocument: {Statement: [!Ref Document]}}]", None),
        ("[{PolicyName: p, PolicyDocument: !ImportValue x}]", None),
    ],
)  # fmt: skip
def test_a_policy_is_read_or_unknown(policies: str, count: int | None) -> None:
    assert statements(policies) == count


def test_a_document_may_be_json_text() -> None:
    document = '{"Statement": [{"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}]}'

    policies = "[{PolicyName: p, PolicyDocument: !Ref Document}]"

    assert statements(policies, parameters={"Document": document}) == 1


@pytest.mark.parametrize(
    ("roles", "count", "said"),
    [
        ("[!Ref Role]", 1, []),
        ("[!Ref Document]", 0, ["Ref Document (the parameter has no Default and was not given)", "--param Document=VALUE"]),
        ("[!Ref Role, !ImportValue role]", 1, ["Fn::ImportValue role", "--variable import:role=VALUE"]),
        ("!If [Unknown, [!Ref Role], []]", 0, ["Unknown"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["Policy", "ManagedPolicy"])
def test_a_policy_whose_roles_are_unknown_is_not_left_out_in_silence(
    kind: str, roles: str, count: int, said: list[str]
) -> None:
    policy = f"""
  Policy:
    Type: AWS::IAM::{kind}
    Properties: {{PolicyName: p, PolicyDocument: {{Statement: [{STATEMENT}]}}, Roles: {roles}}}
"""
    network, notes = link(read(ROLE.format(policies="[]") + policy))

    identity_policy = network.principals[0].identity_policy
    assert identity_policy is not None
    assert len(identity_policy.statements) == count
    about = [note for note in notes if "A role of this policy is unknown" in note]
    assert bool(about) == bool(said)
    assert all(words in about[0] for words in said)


def test_a_policy_about_others_is_not_noted_for_its_unknown_roles() -> None:
    policy = f"""
  Policy:
    Type: AWS::IAM::Policy
    Properties: {{PolicyDocument: {{Statement: [{OTHER}]}}, Roles: [!Ref Document]}}
"""
    _, notes = link(read(ROLE.format(policies="[]") + policy))

    assert not [note for note in notes if "role" in note.lower()]


def test_a_permissions_boundary_is_noted() -> None:
    bounded = f"[]\n      PermissionsBoundary: {AWS_POLICY}"
    _, notes = link(read(ROLE.format(policies=bounded)))

    said = "A permissions boundary is not evaluated: what it forbids is allowed here."
    assert [said in note for note in notes].count(True) == 1


AWS_POLICY = "arn:aws:iam::aws:policy/PowerUserAccess"
