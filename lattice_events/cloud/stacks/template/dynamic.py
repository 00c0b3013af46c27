"""Dynamic references: values of Systems Manager and Secrets Manager, read when a resource is made.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.stacks.backends import parameters_of, secrets_of

_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}")


def with_values(value: Any, *, where: Where) -> Any:
    """A value with its dynamic references replaced."""
    if isinstance(value, Mapping):
        return {name: with_values(each, where=where) for name, each in value.items()}
    if isinstance(value, list):
        return [with_values(each, where=where) for each in value]
    return _REFERENCE.sub(partial(_value, where), value) if isinstance(value, str) else value


def _value(where: Where, found: re.Match[str]) -> str:
    read: Callable[[str, Where], str] = _secret if found[1] == "secretsmanager" else _parameter
    try:
        return read(found[2], where)
    except Exception as error:
        raise ValidationError(
            message=f"Could not resolve {found[0]}: there is no such value here."
        ) from error


def _parameter(name: str, where: Where) -> str:
    """A parameter by name, or ``NAME:VERSION``."""
    return str(parameters_of(where).get_parameter(name).value)


def _secret(reference: str, where: Where) -> str:
    """A secret by ``NAME:SecretString:KEY:STAGE:VERSION``, of which most may be absent; the name may be an ARN."""
    name, _, rest = reference.partition(":SecretString")
    text = str(secrets_of(where).get_secret_value(name, None, None)["SecretString"])
    key = rest.split(":")[1] if rest.count(":") else ""
    return str(json.loads(text)[key]) if key else text
