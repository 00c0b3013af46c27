"""Who may invoke a function by its own policy: VPC Lattice asks before it invokes.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lattice_events.arn import Arn
from lattice_events.cloud.deployed.backends import lambda_by_region
from lattice_events.network.model import LambdaTarget, TargetGroup, function_name
from lattice_events.network.policy.patterns import matches_pattern

_LATTICE = "vpc-lattice.amazonaws.com"
_INVOKE = "lambda:InvokeFunction"


def permission_notes(target_groups: Iterable[TargetGroup]) -> tuple[str, ...]:
    """A note for each target group whose function does not let VPC Lattice invoke it.

    Here it is invoked all the same; a function that moto does not have is not asked.
    """
    return tuple(
        f"Target group {group.name}: the function {target.function_arn.partition(':function:')[2]} has no permission for "
        f"{_LATTICE} with the SourceArn {group.arn}, so on AWS requests to it fail. Here they do not."
        for group in target_groups
        for target in group.targets
        if isinstance(target, LambdaTarget) and not _lets_in(target.function_arn, group.arn)
    )


def _lets_in(function_arn: str, group_arn: str) -> bool:
    statements = _statements(function_arn)
    resource = function_arn.removesuffix(":$LATEST")
    return statements is None or any(
        str(each["Resource"]).removesuffix(":$LATEST") == resource and _allows(each, group_arn)
        for each in statements
    )


def _statements(function_arn: str) -> Sequence[Mapping[str, Any]] | None:
    """The policy of a function and of its versions and aliases, which moto keeps in one."""
    arn = Arn.parse(function_arn)
    backend = lambda_by_region(arn.account).get(arn.region) if arn else None
    for each in backend.list_functions() if backend else ():
        if each.function_name == function_name(function_arn):
            statements: Sequence[Mapping[str, Any]] = each.policy.statements
            return statements
    return None


def _allows(statement: Mapping[str, Any], group_arn: str) -> bool:
    principal = statement.get("Principal")
    names = [principal] if isinstance(principal, str) else list((principal or {}).values())
    return (
        bool(
            {"*", _LATTICE} & {name for each in names for name in ([each] if isinstance(each, str) else each)}
        )
        and _matches(str(statement.get("Action", "")), _INVOKE)
        and all(_holds(keys, group_arn) for keys in statement.get("Condition", {}).values())
    )


def _holds(keys: Mapping[str, str], group_arn: str) -> bool:
    """Whether the keys of a condition hold for a target group; those of another kind are taken to."""
    facts = {"aws:sourcearn": group_arn, "aws:sourceaccount": group_arn.split(":")[4]}
    return all(
        _matches(str(wanted), facts[key.lower()]) for key, wanted in keys.items() if key.lower() in facts
    )


def _matches(pattern: str, text: str) -> bool:
    return matches_pattern(pattern, text, lambda _: (), ignore_case=True)
