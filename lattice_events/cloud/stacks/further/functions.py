"""Functions of Lambda, whose architecture, layers and variables moto's own type forgets."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaFunction

from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.stacks.backends import lambda_of
from lattice_events.cloud.stacks.moto_types import MotoType
from lattice_events.cloud.stacks.resource import Properties, Request

# What a property means that a template no longer has; moto would leave the old value.
_DEFAULTS = {
    "Description": "",
    "Environment": {},
    "Layers": [],
    "LoggingConfig": {},
    "MemorySize": 128,
    "Timeout": 3,
}
_RESERVED = "ReservedConcurrentExecutions"
_NUMBERS = ("MemorySize", "Timeout", _RESERVED)


class FunctionType(MotoType):
    """``AWS::Lambda::Function``."""

    def __init__(self) -> None:
        """Take moto's class."""
        super().__init__(model=LambdaFunction)

    def create(self, request: Request) -> Any:
        """Make a function of all its properties."""
        spec = {**_spec(request.properties, request.where), "FunctionName": self.name_of(request)}
        return lambda_of(request.where).create_function(spec)

    def update(self, standing: Any, before: Properties, request: Request) -> Any:
        """Change a function's configuration and code."""
        del before
        spec = {**_DEFAULTS, **_spec(request.properties, request.where)}
        standing.update_configuration(spec)
        standing.update_function_code(spec["Code"])
        standing.reserved_concurrency = spec.get(_RESERVED)
        standing.architectures = spec.get("Architectures", ["x86_64"])
        standing.tags = spec["Tags"]
        return standing


def _spec(properties: Properties, where: Where) -> dict[str, Any]:
    """Properties as moto's API takes them."""
    variables = properties.get("Environment", {}).get("Variables", {})
    numbers = {name: int(properties[name]) for name in _NUMBERS if name in properties}
    return {
        **properties,
        **numbers,
        "Code": _code(properties["Code"]),
        "Environment": {"Variables": {name: _text(value) for name, value in variables.items()}},
        "Layers": _layers(properties, where),
        "Tags": {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])},
    }


def _code(code: Mapping[str, Any]) -> dict[str, Any]:
    """A template has code as text, the API as a zip file."""
    if "ZipFile" not in code:
        return dict(code)
    zipped = LambdaFunction._create_zipfile_from_plaintext_code(code["ZipFile"])  # noqa: SLF001 -- moto's own way
    return {**code, "ZipFile": base64.b64encode(zipped)}


def _layers(properties: Properties, where: Where) -> list[str]:
    """The layers of this account; those of others, which AWS has, are not here."""
    owned = f":{where.account}:"
    return [layer for layer in properties.get("Layers", []) if owned in str(layer)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
