"""A condition that no request can meet as it is meant: an unknown key or operator, a value of another type."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.policies.auth_policies import auth_policies
from lattice_events.checks.rules.policies.documents import Document, Path, WrittenStatement, Wrong
from lattice_events.network.policy import NULL, OPERATORS, Condition, is_ever_there, is_played


def is_about_conditions(wrong: Wrong) -> bool:
    """Whether what the engine refuses is in a condition, or names the key of one."""
    return "Condition" in wrong.path or " has ${" in wrong.message


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        document = policy.document
        for wrong in document.wrong:
            if is_about_conditions(wrong):
                yield document.at(wrong.path, wrong.message)
        for statement in document.statements:
            yield from keys_of_no_request(document, statement)


def keys_of_no_request(document: Document, statement: WrittenStatement) -> Iterator[Found]:
    """The conditions of a statement on keys that IAM knows and no request to a service has."""
    parsed = statement.parsed
    for condition in parsed.conditions if parsed else ():
        if is_ever_there(condition.key) or not is_played(condition.key) or minds_absence(condition):
            continue
        is_met = OPERATORS[condition.operator].is_negated
        result = "every request meets this" if is_met else "no request meets this"
        message = f"{statement.name} asks for {condition.key}, which no request to a service has: {result}."
        path: Path = (*statement.path, "Condition", condition.name, condition.key)
        yield document.at(path, message)


def minds_absence(condition: Condition) -> bool:
    """Whether a condition says itself what is to be where its key is not there."""
    return condition.operator == NULL or condition.if_exists or condition.set_operator == "ForAllValues"


RULE = Rule(
    code="LTC204",
    name="wrong-condition",
    severity="error",
    reason="A condition of an auth policy has a key, an operator or a value that cannot be meant.",
    why="A key that VPC Lattice does not set is never there: an Allow that asks for it matches nothing, and a Deny with a negated operator matches everything. The keys are those of the page below; the event that a function gets has fields that are no keys, such as sourceVpcArn. Keys of calls that AWS services make for somebody, such as aws:SourceArn, are in no request to a service.",
    fix="Write a key of VPC Lattice (vpc-lattice-svcs:…) or a global one (aws:…) that its requests have, with an operator of its type.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-condition-keys",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
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
                vpc-lattice-svcs:SourceVpcArn: vpc-0123456789abcdef0
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
              StringEquals:
                vpc-lattice-svcs:SourceVpc: vpc-0123456789abcdef0
""",
    check=_check,
)
