"""A reference to a thing of another kind than the property takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lattice_events.arn import Arn
from lattice_events.checks.rule import Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.functions import lambda_targets
from lattice_events.checks.rules.listeners.examples import FORWARD, listener
from lattice_events.checks.rules.listeners.forwards import forwards
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import (
    ALIAS,
    AUTH_POLICY,
    FUNCTION,
    LATTICE,
    LISTENER,
    ROLE,
    SECURITY_GROUP,
    SERVICE,
    SERVICE_NETWORK,
    TARGET_GROUP,
    VERSION,
    VPC,
)
from lattice_events.definitions.types import RULE as LISTENER_RULE
from lattice_events.definitions.values import Resource, Unknown

_TAKES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    LISTENER: {"ServiceIdentifier": (SERVICE,)},
    LISTENER_RULE: {"ServiceIdentifier": (SERVICE,), "ListenerIdentifier": (LISTENER,)},
    AUTH_POLICY: {"ResourceIdentifier": (SERVICE, SERVICE_NETWORK)},
}
_FUNCTIONS = (FUNCTION, ALIAS, VERSION)
_KNOWN = (LATTICE, *_FUNCTIONS, ROLE, VPC, SECURITY_GROUP)  # a custom resource, say, may give whatever is due
_WORDS = {
    SERVICE: "service",
    SERVICE_NETWORK: "service network",
    LISTENER: "listener",
    LISTENER_RULE: "rule",
    TARGET_GROUP: "target group",
    FUNCTION: "function",
    ALIAS: "alias",
    VERSION: "version",
}
# As ARNs and ids call them.
_TYPES = {
    "service": SERVICE,
    "svc": SERVICE,
    "servicenetwork": SERVICE_NETWORK,
    "sn": SERVICE_NETWORK,
    "listener": LISTENER,
    "rule": LISTENER_RULE,
    "targetgroup": TARGET_GROUP,
    "tg": TARGET_GROUP,
}
_ID = re.compile("([a-z]+)-[0-9a-z]{17}")


class _Reference(NamedTuple):
    """A property that names something, and the types that it takes."""

    resource: Resource
    path: tuple[str | int, ...]
    value: object
    types: tuple[str, ...]


def _check(material: Material) -> Iterator[Found]:
    for each in _references(material.definitions):
        wrong = _wrong(material.definitions, each)
        if wrong:
            due = " or a ".join(_word(type_) for type_ in each.types)
            message = f"{_shown(each.path)} of {each.resource.name} must name a {due}, but {wrong}."
            yield found_in(each.resource, *each.path, message=message)
    yield from _functions_by_name(material.definitions)


def _references(definitions: Definitions) -> Iterator[_Reference]:
    for type_, keys in _TAKES.items():
        for resource in definitions.of_type(type_):
            for key, types in keys.items():
                yield _Reference(resource, (key,), resource.get(key), types)
    for forward in forwards(definitions):
        path = (*forward.path, "TargetGroupIdentifier")
        yield _Reference(forward.resource, path, forward.identifier, (TARGET_GROUP,))
    for target in lambda_targets(definitions):
        yield _Reference(target.group, ("Targets", target.position, "Id"), target.id, _FUNCTIONS)


def _wrong(definitions: Definitions, reference: _Reference) -> str:
    """What a reference names instead; empty where it may be right."""
    value = reference.value
    found = definitions.find(value)
    if found is not None:
        is_itself = not isinstance(value, Unknown) or value.name in _identities(found.name)
        is_wrong = is_itself and found.type.startswith(_KNOWN) and found.type not in reference.types
        return f"{found.name} is a {_word(found.type)}" if is_wrong else ""
    type_ = _type_of(value) if isinstance(value, str) else None
    return f"{value} is a {_word(type_)}" if type_ and type_ not in reference.types else ""


def _identities(name: str) -> tuple[str, ...]:
    """What gives the identity of a resource; another attribute of it may be that of something else."""
    return (f"Ref {name}", f"Fn::GetAtt {name}.Arn", f"Fn::GetAtt {name}.Id")


def _type_of(text: str) -> str | None:
    """The type of what an ARN or an id of VPC Lattice is of; ``None`` for another text."""
    arn = Arn.parse(text)
    if arn is not None:
        parts = arn.resource.split("/")
        return _TYPES.get(parts[-2]) if arn.service == "vpc-lattice" and len(parts) > 1 else None
    match = _ID.fullmatch(text)
    return _TYPES.get(match[1]) if match else None


def _functions_by_name(definitions: Definitions) -> Iterator[Found]:
    """Targets that are a function's name, which ``Ref`` gives, where its ARN is due."""
    functions = {(each.stack, each.name): each for each in definitions.of_type(FUNCTION)}
    for target in lambda_targets(definitions):
        path = ("Targets", target.position, "Id")
        written = target.group.written_at(*path)
        named = written.get("Ref") if isinstance(written, dict) else None
        function = functions.get((target.group.stack, str(named)))
        if function is not None:
            edit = Edit(
                place=target.group.place(*path), name="Id", value={"Fn::GetAtt": [function.name, "Arn"]}
            )
            message = f"Ref of the function {function.name} is its name, but a target is its ARN: Fn::GetAtt {function.name}.Arn."
            yield found_in(target.group, *path, message=message, edits=(edit,))


def _word(type_: str) -> str:
    return _WORDS.get(type_, type_)


def _shown(path: tuple[str | int, ...]) -> str:
    """The last key of a path."""
    return next(str(key) for key in reversed(path) if isinstance(key, str))


RULE = Rule(
    code="LTC113",
    name="reference-of-other-kind",
    severity="error",
    reason="A property names a thing of another kind than is due.",
    why="CloudFormation's schema takes any text of the right form, and Ref of each resource of VPC Lattice is an ARN; so a listener where a service is due shows only when the resource is created. A target is the ARN of a function, while Ref of a function is its name.",
    fix="Name what is due. Of a function: !GetAtt FUNCTION.Arn.",
    source=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_Target.html",
    ),
    wrong=listener(FORWARD).replace("svc-", "tg-"),
    right=listener(FORWARD),
    check=_check,
    is_fixable=True,
    fix_changes="groups",
)
