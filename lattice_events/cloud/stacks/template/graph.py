"""What a template's resources depend on, and the order that follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from moto.cloudformation.exceptions import ValidationError

_VARIABLE = re.compile(r"\$\{([^!{}][^{}]*)\}")


def sub_parts(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a text of ``Fn::Sub``: pairs of literal text and the variable after it, or ``""``."""
    at = 0
    for found in _VARIABLE.finditer(text):
        yield text[at : found.start()].replace("${!", "${"), found[1].strip()
        at = found.end()
    yield text[at:].replace("${!", "${"), ""


def attribute_of(value: Any) -> tuple[str, Any]:
    """The resource and the attribute of ``Fn::GetAtt``, in either form."""
    if isinstance(value, str):
        name, _, attribute = value.partition(".")
        return name, attribute
    return value[0], value[1] if len(value) == 2 else ".".join(value[1:])


def references(value: Any) -> Iterator[str]:
    """The names that a value refers to: resources, parameters, pseudo parameters."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    if not isinstance(value, Mapping):
        return
    for key, item in value.items():
        if key == "Ref" and isinstance(item, str):
            yield item
        elif key == "Fn::GetAtt":
            yield attribute_of(item)[0]
        elif key == "Fn::Sub":
            yield from _of_sub(item)
        else:
            yield from references(item)


def _of_sub(item: Any) -> Iterator[str]:
    text, variables = (item[0], item[1]) if isinstance(item, list) else (item, {})
    yield from references(variables)
    for _, variable in sub_parts(text):
        if variable and variable not in variables:
            yield variable.partition(".")[0]


def taken(value: Any, conditions: Mapping[str, bool]) -> Any:
    """A value whose ``Fn::If`` have become the branch that is taken."""
    if isinstance(value, list):
        return [taken(item, conditions) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        return taken(then if _holds(condition, conditions) else otherwise, conditions)
    return {key: taken(item, conditions) for key, item in value.items()}


def active(resources: Mapping[str, Any], conditions: Mapping[str, bool]) -> dict[str, Any]:
    """The resources whose condition holds, with the branches that are taken."""
    return {
        name: taken(resource, conditions)
        for name, resource in resources.items()
        if "Condition" not in resource or _holds(resource["Condition"], conditions)
    }


def _holds(condition: str, conditions: Mapping[str, bool]) -> bool:
    if condition not in conditions:
        raise ValidationError(message=f"Template format error: Unresolved condition {condition}")
    return conditions[condition]


def order(resources: Mapping[str, Any], *, defined: frozenset[str], parameters: frozenset[str]) -> list[str]:
    """Names of resources, each after those that it depends on.

    Args:
        resources: Active ones.
        defined: Names of all, of which some have a condition that does not hold.
        parameters: Names of parameters.

    Raises:
        ValidationError: A name that is not there, or resources that depend on each other in a circle.
    """
    referred = {name: set(references(resource.get("Properties", {}))) for name, resource in resources.items()}
    waits = {name: _waits_for(resource) for name, resource in resources.items()}
    missing = {name for names in referred.values() for name in names - resources.keys() - parameters}
    missing |= {name for names in waits.values() for name in names - defined}
    if missing := {name for name in missing if not name.startswith("AWS::")}:
        listed = ", ".join(sorted(missing))
        raise ValidationError(
            message=f"Template format error: Unresolved resource dependencies [{listed}] in the Resources "
            "block of the template"
        )
    return _sorted({name: (referred[name] | waits[name]) & resources.keys() for name in resources})


def _sorted(graph: Mapping[str, set[str]]) -> list[str]:
    """In the order of the template where that is free."""
    sorter = TopologicalSorter({name: sorted(wanted) for name, wanted in graph.items()})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        circle = ", ".join(sorted(set(error.args[1])))
        raise ValidationError(message=f"Circular dependency between resources: [{circle}]") from None


def _waits_for(resource: Mapping[str, Any]) -> set[str]:
    wanted = resource.get("DependsOn", [])
    return {wanted} if isinstance(wanted, str) else set(wanted)
