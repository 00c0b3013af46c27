"""Properties of a template as input of an operation: names, types, and what does not belong there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lattice_events.assumptions import Assumptions
from lattice_events.cloud.stacks.lattice.kinds import Kind
from lattice_events.cloud.stacks.resource import Properties, ResourceError

_JSON_TYPES = {"structure": "JSONObject", "list": "JSONArray", "map": "JSONObject"}
# The service's own shape of what a template writes as a text.
_TEXTS = {"IpResource": "ipAddress", "ArnResource": "arn"}


def input_of(kind: Kind, shape: Any, *, logical_id: str, properties: Properties) -> dict[str, Any]:
    """The input of the operation that creates a resource.

    Args:
        kind: Its type.
        shape: The operation's input, of the API's model.
        logical_id: For the error.
        properties: Resolved.

    Raises:
        ResourceError: The type's schema does not allow the properties, all reasons at once; or its handler needs one more.

    Source:
        https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-vpc-lattice/blob/29aa62a3e76cf770d364d1fb31109021389be87a/aws-vpclattice-rule/src/main/java/software/amazon/vpclattice/rule/Translator.java
    """
    problems = [
        f"#: required key [{name}] not found" for name in kind.required.split() if name not in properties
    ]
    given = {**kind.defaults, **_ours(properties)}
    members = {name: kind.renamed.get(name, _lower(name)) for name in given}
    params = {
        members[name]: _value(shape.members[members[name]], value, at=f"#/{name}", problems=problems)
        for name, value in given.items()
        if _known(members[name], shape, at="#", name=name, problems=problems)
    }
    if problems:
        raise ResourceError(
            f"Properties validation failed for resource {logical_id} with message:\n" + "\n".join(problems)
        )
    for name in kind.needed.split():
        if name not in properties:
            raise ResourceError(f"Invalid request provided: {name} cannot be empty")
    return params


def say_case(params: dict[str, Any], assumptions: Assumptions) -> dict[str, Any]:
    """A rule's input that says of each match whether it minds case, as a template's schema does."""
    match = params["match"].get("httpMatch", {})
    default = {"caseSensitive": assumptions.cloudformation_case_sensitive}
    said = dict(match)
    if "pathMatch" in match:
        said["pathMatch"] = {**default, **match["pathMatch"]}
    if "headerMatches" in match:
        said["headerMatches"] = [{**default, **header} for header in match["headerMatches"]]
    return {**params, "match": {"httpMatch": said}}


def tags_of(properties: Properties) -> dict[str, str]:
    """Tags of a resource by key."""
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in properties.get("Tags") or []}


def _ours(properties: Properties) -> dict[str, Any]:
    """Properties without those that other operations take or none does."""
    rest = {
        name: value
        for name, value in properties.items()
        if name not in ("Tags", "Targets", "ResourceConfigurationAuthType")
    }
    if isinstance(rest.get("Policy"), Mapping):
        rest["Policy"] = json.dumps(rest["Policy"])
    return rest


def _value(shape: Any, value: Any, *, at: str, problems: list[str]) -> Any:
    if shape.type_name == "structure":
        return _structure(shape, value, at=at, problems=problems)
    if shape.type_name == "list":
        if not isinstance(value, list):
            return _expected(shape, value, at=at, problems=problems)
        return [
            _value(shape.member, item, at=f"{at}/{index}", problems=problems)
            for index, item in enumerate(value)
        ]
    return _scalar(shape, value, at=at, problems=problems)


def _structure(shape: Any, value: Any, *, at: str, problems: list[str]) -> Any:
    name = at.rpartition("/")[2]
    if name in _TEXTS and not isinstance(value, Mapping):
        return {_TEXTS[name]: value}
    if not isinstance(value, Mapping):
        return _expected(shape, value, at=at, problems=problems)
    return {
        _lower(name): _value(shape.members[_lower(name)], item, at=f"{at}/{name}", problems=problems)
        for name, item in value.items()
        if _known(_lower(name), shape, at=at, name=name, problems=problems)
    }


def _scalar(shape: Any, value: Any, *, at: str, problems: list[str]) -> Any:
    """A text, number or boolean; templates may write the last two as text, as CloudFormation allows."""
    if isinstance(value, (Mapping, list)):
        return _expected(shape, value, at=at, problems=problems)
    if shape.type_name == "boolean":
        return {"true": True, "false": False}.get(str(value).lower(), value)
    if shape.type_name == "integer":
        try:
            return int(str(value))
        except ValueError:
            return _expected(shape, value, at=at, problems=problems)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _expected(shape: Any, value: Any, *, at: str, problems: list[str]) -> None:
    wanted = _JSON_TYPES.get(shape.type_name, shape.type_name.capitalize())
    problems.append(f"{at}: expected type: {wanted}, found: {type(value).__name__} {value!r}")


def _known(member: str, shape: Any, *, at: str, name: str, problems: list[str]) -> bool:
    if member in shape.members and member not in ("clientToken", "tags"):
        return True
    problems.append(f"{at}: extraneous key [{name}] is not permitted")
    return False


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
