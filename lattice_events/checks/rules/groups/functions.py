"""Which function a target or a permission names: by name, ARN or reference, with a qualifier or without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import ALIAS, FUNCTION, TARGET_GROUP, VERSION
from lattice_events.definitions.values import Resource, Unknown
from lattice_events.network.model import qualified_name


class Qualified(NamedTuple):
    """A function by name, as its version or alias if it has a qualifier.

    Its Region and account are left out: a permission by name has none, and those of a template may be assumed.
    """

    name: str
    qualifier: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.qualifier}" if self.qualifier else self.name


class LambdaTarget(NamedTuple):
    """A target of a LAMBDA target group: its place in the list, and what its Id is."""

    group: Resource
    position: int
    id: object


def qualified(definitions: Definitions, reference: object) -> Qualified | None:
    """What a reference to a function names; ``None`` where it cannot be known."""
    if isinstance(reference, Unknown):
        found = definitions.find(reference, FUNCTION, ALIAS, VERSION)
        reference = found.arn if found else None
    if not isinstance(reference, str) or not reference:
        return None
    name, _, qualifier = qualified_name(reference).partition(":")
    return Qualified(name, "" if qualifier == "$LATEST" else qualifier)


def functions_by_name(definitions: Definitions) -> Mapping[str, Resource]:
    """The functions that are defined, by the name that references to them have."""
    return {qualified_name(each.arn): each for each in definitions.of_type(FUNCTION) if each.arn}


def has_unknown_name(functions: Mapping[str, Resource], asked: Qualified) -> bool:
    """Whether a function goes by a made-up name, since its own cannot be known: another name may be its own."""
    function = functions.get(asked.name)
    return function is not None and isinstance(function.get("FunctionName"), Unknown)


def lambda_groups(definitions: Definitions) -> Iterator[Resource]:
    """The target groups whose target is a function."""
    return (each for each in definitions.of_type(TARGET_GROUP) if each.get("Type") == "LAMBDA")


def targets_of(group: Resource) -> list[Any]:
    """What stands in the targets of a group; nothing where that cannot be known."""
    targets = group.get("Targets")
    return targets if isinstance(targets, list) else []


def lambda_targets(definitions: Definitions) -> Iterator[LambdaTarget]:
    """The targets of every LAMBDA target group."""
    for group in lambda_groups(definitions):
        for index, target in enumerate(targets_of(group)):
            if isinstance(target, dict) and target.get("Id") is not None:
                yield LambdaTarget(group, index, target["Id"])
