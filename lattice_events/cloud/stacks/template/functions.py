"""Intrinsic functions: those that moto reads as CloudFormation does not; moto reads the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ExportNotFound, UnformattedGetAttTemplateException, ValidationError

from lattice_events.cloud.stacks.template.graph import attribute_of, sub_parts

_moto = parsing.clean_json  # as moto has it, before `teach` puts `resolve` in its place
_ZONES = "abc"


def resolve(value: Any, names: Any) -> Any:
    """A value with its references and functions resolved; moto's own reader comes back here inside.

    Args:
        value: Of a template.
        names: moto's map of parameters, mappings, conditions and resources.
    """
    if isinstance(value, list):
        return [
            resolve(item, names)
            for item in value
            if not _is_nothing(item) and not _ends_in_nothing(item, names)
        ]
    if isinstance(value, Mapping):
        for function, read in _OURS.items():
            if function in value:
                return read(value[function], names)
    return _moto(value, names)


def _ref(name: Any, names: Any) -> Any:
    try:
        found = names[name]
    except KeyError:
        raise ValidationError(
            message=f"Template format error: Unresolved resource dependencies [{name}] in the template"
        ) from None
    return getattr(found, "physical_resource_id", found)


def _attribute(value: Any, names: Any) -> Any:
    name, attribute = attribute_of(value)
    attribute = resolve(attribute, names)
    try:
        resource = names[name]
    except KeyError:
        raise ValidationError(
            message=f"Template error: instance of Fn::GetAtt references undefined resource {name}"
        ) from None
    try:
        return resource.get_cfn_attribute(attribute)
    except (NotImplementedError, UnformattedGetAttTemplateException, AttributeError):
        raise ValidationError(
            message=f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
        ) from None


def _sub(value: Any, names: Any) -> str:
    text, variables = (value[0], value[1]) if isinstance(value, list) else (value, {})
    return "".join(literal + _variable(variable, variables, names) for literal, variable in sub_parts(text))


def _variable(variable: str, variables: Mapping[str, Any], names: Any) -> str:
    if not variable:
        return ""
    if variable in variables:
        found = resolve(variables[variable], names)
    else:
        found = (_attribute if "." in variable else _ref)(variable, names)
    return ",".join(map(str, found)) if isinstance(found, list) else str(found)


def _select(value: Any, names: Any) -> Any:
    index, items = int(resolve(value[0], names)), resolve(value[1], names)
    try:
        return items[index]
    except IndexError:
        raise ValidationError(
            message=f"Template error: Fn::Select cannot select nonexistent value at index {index}"
        ) from None


def _zones(value: Any, names: Any) -> list[str]:
    region = resolve(value, names) or names["AWS::Region"]
    return [f"{region}{zone}" for zone in _ZONES]


def _length(value: Any, names: Any) -> int:
    return len(resolve(value, names))


def _import(value: Any, names: Any) -> Any:
    name = resolve(value, names)
    names.imports.add(name)
    for export in names.cross_stack_resources.values():
        if export.name == name:
            return export.value
    raise ExportNotFound(name)


def _is_nothing(value: Any) -> bool:
    return bool(value == {"Ref": "AWS::NoValue"})


def _ends_in_nothing(value: Any, names: Any) -> bool:
    """Whether an ``Fn::If`` inside a list takes a branch that is ``AWS::NoValue``."""
    if not isinstance(value, Mapping) or "Fn::If" not in value:
        return False
    condition, then, otherwise = value["Fn::If"]
    branch = then if names.lazy_condition_map[condition] else otherwise
    return _is_nothing(branch) or _ends_in_nothing(branch, names)


_OURS: Mapping[str, Callable[[Any, Any], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _attribute,
    "Fn::GetAZs": _zones,
    "Fn::ImportValue": _import,
    "Fn::Length": _length,
    "Fn::Select": _select,
    "Fn::Sub": _sub,
}
