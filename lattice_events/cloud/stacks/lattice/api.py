"""The API's model, as the types need it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session

from lattice_events.arn import Arn

# What a member means that is no longer given; the others stay as they are, since no update takes them away.
_ABSENT: Mapping[str, Any] = {"idleTimeoutSeconds": 60, "securityGroupIds": []}


@cache
def _model() -> Any:
    return botocore.session.Session().get_service_model("vpc-lattice")


def shape(operation: str) -> Any:
    """The input of an operation."""
    return _model().operation_model(operation).input_shape


def identifiers(name: str, identity: str) -> dict[str, str]:
    """The members of an operation's input that say which resource is meant.

    Args:
        name: Of its type: ``Rule``.
        identity: Its ARN. That of a rule has its listener and service in it, whose identifiers are
            members too; a sole member takes the ARN whole.
    """
    required = shape(f"Delete{name}").required_members
    arn = Arn.parse(identity)
    if len(required) == 1 or arn is None:
        return {required[0]: identity}
    path = arn.resource.split("/")
    ids = dict(zip(path[::2], path[1::2], strict=False))
    return {member: ids[member.removesuffix("Identifier")] for member in required}


def update_of(operation: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
    """What an operation that updates must be given to turn one input of the creation into another.

    Returns:
        Members beside the identifiers, or ``None`` where nothing differs that it can change.
    """
    if operation not in _model().operation_names:
        return None
    earlier, later = _changeable(operation, before), _changeable(operation, after)
    gone = {name: value for name, value in _ABSENT.items() if name in earlier and name not in later}
    return {**gone, **later} if earlier != later else None


def _changeable(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """The members that an operation that updates takes; a group's health check stands in its config."""
    flat = {**params, **params.get("config", {})}
    return {name: value for name, value in flat.items() if name in shape(operation).members}
