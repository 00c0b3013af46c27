"""A condition on a global key that AWS documents for other services, where VPC Lattice has one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.policies.auth_policies import auth_policies
from lattice_events.checks.rules.policies.wrong_condition import RULE as WRONG_CONDITION
from lattice_events.checks.rules.policies.wrong_condition import minds_absence
from lattice_events.network.policy import OPERATORS

_MEANT = {"aws:sourcevpc": "vpc-lattice-svcs:SourceVpc"}


def _check(material: Material) -> Iterator[Found]:
    for policy in material.once(auth_policies):
        for statement in policy.document.statements:
            for condition in statement.parsed.conditions if statement.parsed else ():
                meant = _MEANT.get(condition.key.lower())
                if meant and not minds_absence(condition):
                    result = "every" if OPERATORS[condition.operator].is_negated else "no"
                    message = f"{statement.name} asks for {condition.key}, which is not documented for VPC Lattice: without it, {result} request meets this. Did you mean {meant}?"
                    path = (*statement.path, "Condition", condition.name, condition.key)
                    yield policy.document.at(path, message)


RULE = Rule(
    code="LTC211",
    name="undocumented-condition",
    severity="warning",
    reason="A condition of an auth policy has aws:SourceVpc, which is not documented for VPC Lattice.",
    why="AWS documents aws:SourceVpc for requests through a VPC endpoint, and for VPC Lattice a key of its own, vpc-lattice-svcs:SourceVpc. It is not documented whether a request to a service has the former. If it has not, an Allow that asks for it matches nothing, and a Deny with a negated operator refuses everything.",
    fix="Write vpc-lattice-svcs:SourceVpc, whose value is the id of the VPC, too.",
    source=WRONG_CONDITION.source[:2],
    wrong=WRONG_CONDITION.right.replace("vpc-lattice-svcs:SourceVpc:", "aws:SourceVpc:"),
    right=WRONG_CONDITION.right,
    check=_check,
)
