"""What an ``AWS::Lambda::Permission`` lets VPC Lattice do.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lattice_events.checks.rules.groups.functions import LambdaTarget, Qualified, lambda_targets, qualified
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import PERMISSION, TARGET_GROUP
from lattice_events.definitions.values import Resource, Unknown

PRINCIPAL = "vpc-lattice.amazonaws.com"
ACTION = "lambda:InvokeFunction"
_PRINCIPALS = (PRINCIPAL, f"{PRINCIPAL}.cn")
_GROUP_ARN = re.compile(r"arn:[^:]+:vpc-lattice:[^:]*:[^:]*:targetgroup/.+")


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One permission of a function.

    Attributes:
        resource: That says it.
        function: That may be invoked; ``None`` where it cannot be known.
        source: The target group that its SourceArn names, if it is defined.
    """

    resource: Resource
    function: Qualified | None
    source: Resource | None

    @cached_property
    def is_of_lattice(self) -> bool:
        """Whether its principal is VPC Lattice."""
        return self.resource.get("Principal") in _PRINCIPALS

    @cached_property
    def is_meant_for_lattice(self) -> bool:
        """Whether its principal is VPC Lattice or mistyped, or its source is a target group of VPC Lattice."""
        principal, arn = self.resource.get("Principal"), self.resource.get("SourceArn")
        is_named = isinstance(principal, str) and "lattice" in principal.lower()
        is_group = self.source is not None or (isinstance(arn, str) and _GROUP_ARN.fullmatch(arn) is not None)
        return is_named or is_group

    @cached_property
    def may_let_in(self) -> bool:
        """Whether VPC Lattice may have been meant, so that what is wrong with it is said there."""
        principal = self.resource.get("Principal")
        return self.is_meant_for_lattice or principal == "*" or isinstance(principal, Unknown)


def permissions(definitions: Definitions) -> Iterator[Permission]:
    """Every permission of a function."""
    for each in definitions.of_type(PERMISSION):
        yield Permission(
            resource=each,
            function=qualified(definitions, each.get("FunctionName")),
            source=definitions.find(each.get("SourceArn"), TARGET_GROUP),
        )


def groups_of(definitions: Definitions, name: str) -> list[LambdaTarget]:
    """The targets of LAMBDA target groups that are a function, its version or its alias."""
    return [
        each
        for each in lambda_targets(definitions)
        if (found := qualified(definitions, each.id)) is not None and found.name == name
    ]
