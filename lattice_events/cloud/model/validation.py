"""Refusing input that the model does not allow.

Source:
    The messages: https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_ValidationException.html and
    those of other AWS services of the same framework. The code for a wrong type: smithy's tests of the protocol,
    https://github.com/smithy-lang/smithy/tree/main/smithy-aws-protocol-tests/model/restJson1/malformedRequests
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lattice_events.cloud.errors import ApiError, invalid
from lattice_events.cloud.model.constraints import Problem, problems
from lattice_events.cloud.model.service import operation_model

_MOST_SHOWN = 100  # characters of a value


def validate(operation: str, params: Mapping[str, Any]) -> None:
    """Check the input of an operation; a member that is None is absent.

    Args:
        operation: Its name in the model.
        params: By the members of the input shape.

    Raises:
        ApiError: The input does not fit; every problem is named.
    """
    shape = operation_model(operation).input_shape
    found = tuple(problems(shape, params)) if shape else ()
    unreadable = tuple(problem for problem in found if not problem.is_readable)
    if unreadable:
        raise ApiError("SerializationException", "; ".join(map(_described, unreadable)))
    if found:
        raise invalid(_heading(found), *((problem.path, problem.text) for problem in found))


def _heading(found: Sequence[Problem]) -> str:
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(map(_described, found))}"


def _described(problem: Problem) -> str:
    place = problem.path or "the input"
    return f"Value {_shown(problem.value)} at '{place}' failed to satisfy constraint: {problem.text}"


def _shown(value: Any) -> str:
    if value is None:
        return "null"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return f"'{text[:_MOST_SHOWN]}…'" if len(text) > _MOST_SHOWN else f"'{text}'"
