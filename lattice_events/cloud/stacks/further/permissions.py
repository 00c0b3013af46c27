"""Who may invoke a function."""

from __future__ import annotations

import json

from moto.awslambda.exceptions import UnknownFunctionException, UnknownPolicyException
from moto.cloudformation.utils import random_suffix

from lattice_events.cloud.stacks.backends import lambda_of
from lattice_events.cloud.stacks.further.base import Made, Replaced
from lattice_events.cloud.stacks.resource import Request


class PermissionType(Replaced):
    """``AWS::Lambda::Permission``: a statement of the function's policy."""

    def create(self, request: Request) -> Made:
        """Add the statement."""
        properties = dict(request.properties)
        name, qualifier = _qualified(properties["FunctionName"])
        sid = f"{request.stack_name}-{request.logical_id}-{random_suffix()}"
        raw = json.dumps({**properties, "StatementId": sid})
        lambda_of(request.where).add_permission(name, qualifier, raw)
        return Made(physical_resource_id=sid, attributes={"Id": sid})

    def delete(self, standing: Made, request: Request) -> None:
        """Remove the statement; a function that has gone took it along."""
        name, _ = _qualified(request.properties["FunctionName"])
        try:
            lambda_of(request.where).remove_permission(name, standing.physical_resource_id)
        except (UnknownFunctionException, UnknownPolicyException):
            pass  # it is what was asked for


def _qualified(function: str) -> tuple[str, str | None]:
    """Name and qualifier of a function, given by name or ARN."""
    parts = function.split(":")
    start = 6 if len(parts) > 5 else 0
    name, *rest = parts[start:]
    return name, rest[0] if rest else None
