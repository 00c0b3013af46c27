"""A method that CloudFormation does not take."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import rule
from lattice_events.checks.rules.listeners.matches import HTTP
from lattice_events.definitions.lattice_schema import CLOUDFORMATION_METHODS
from lattice_events.definitions.types import RULE as LISTENER_RULE
from lattice_events.definitions.values import Resource

_PATH = (*HTTP, "Method")


def _check(material: Material) -> Iterator[Found]:
    for each in material.definitions.of_type(LISTENER_RULE):
        method = each.get(*_PATH)
        if isinstance(method, str) and method not in CLOUDFORMATION_METHODS and not each.is_of_terraform:
            methods = ", ".join(CLOUDFORMATION_METHODS)
            message = f"CloudFormation does not take the method {method} of {each.name}, but {methods}."
            yield found_in(each, *_PATH, message=message, edits=_edits(each, method))


def _edits(rule: Resource, method: str) -> tuple[Edit, ...]:
    """Writes the method in capitals, if that is all."""
    if method.upper() not in CLOUDFORMATION_METHODS:
        return ()
    return (Edit(place=rule.place(*_PATH), name="Method", value=method.upper()),)


RULE = Rule(
    code="LTC109",
    name="method-of-no-enumeration",
    severity="error",
    reason="CloudFormation does not take the method of a rule.",
    why="VPC Lattice matches any method, compared with its case. CloudFormation's type has a list without PATCH, and refuses the template; Terraform and the Kubernetes controller take PATCH.",
    fix="Match the path without a method and let the function tell methods apart, or make the rule with Terraform, a custom resource or the CLI.",
    source=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-vpclattice-rule-httpmatch.html",
        "https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1937",
    ),
    wrong=rule("Method: PATCH\n"),
    right=rule("Method: PUT\n"),
    check=_check,
    is_fixable=True,
    fix_changes="rules",
)
