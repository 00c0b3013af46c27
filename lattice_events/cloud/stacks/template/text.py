"""Templates as text, in YAML or JSON."""

from __future__ import annotations

import json
from typing import Any

import yaml
from moto.cloudformation.exceptions import ValidationError


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: short forms of functions, dates as text, and no Python objects."""


def _short_form(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_multi_constructor("!", _short_form)


def parse(text: str | dict[str, Any]) -> dict[str, Any]:
    """Read a template.

    Raises:
        ValidationError: It is neither YAML nor JSON, or not a mapping.
    """
    template = _read(text) if isinstance(text, str) else text
    if not isinstance(template, dict):
        raise ValidationError(message="Template format error: unsupported structure.")
    return template


def _read(text: str) -> Any:
    """JSON, which may be indented by tabs that YAML does not allow, or YAML."""
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            pass  # YAML has braces too
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 -- a SafeLoader
    except yaml.YAMLError as error:
        raise ValidationError(message=f"Template format error: YAML not well-formed. {error}") from error


class SafeYaml:
    """What moto's modules take for the module `yaml`, whose own loader would run Python of a template."""

    Loader = _Loader

    @staticmethod
    def add_multi_constructor(*args: Any) -> None:
        """The loader has them."""

    @staticmethod
    def load(text: str | dict[str, Any], Loader: Any = None) -> dict[str, Any]:  # noqa: N803 -- moto's argument
        """Read a template."""
        del Loader
        return parse(text)
