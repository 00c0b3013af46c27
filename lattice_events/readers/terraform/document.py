"""The JSON of a plan or a state: its resources, and what is known of them.

Source:
    https://developer.hashicorp.com/terraform/internals/json-format
    https://opentofu.org/docs/internals/json-format
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lattice_events.readers.common.documents import mapping

UNKNOWN = object()
"""A value that Terraform knows only after apply."""
Key = str | int | None
Step = str | int
INDEX = r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]'
# What tells others of a resource, as an output does.
_HANDING_OVER = ("aws_ram_resource_association", "aws_ssm_parameter")
_MODULE = re.compile(rf"module\.([^.\[\]]+)({INDEX})?\.?")
_RESOURCE = re.compile(rf"((?:data\.)?[^.\[\]]+\.[^.\[\]]+)({INDEX})?")


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One instance of a resource or of a data source.

    Attributes:
        address: Of the instance: ``module.x.aws_lambda_function.this["a"]``.
        type: ``aws_lambda_function``, also of a data source.
        is_data: Whether Terraform only reads it.
        module: Address of its module's instance; empty for the root.
        name: Its address inside of the module, without its key.
        key: Of the instance, where ``count`` or ``for_each`` makes several.
        values: What is known.
        unknown: The same form, true where a value is known after apply only.
        sensitive: The same form, true where a value is sensitive.
    """

    address: str
    type: str
    is_data: bool
    module: str
    name: str
    key: Key
    values: Mapping[str, Any]
    unknown: Any
    sensitive: Any = None

    def get(self, *path: Step) -> Any:
        """The value at a path of attributes, blocks and places in lists; `UNKNOWN` or ``None`` without one."""
        value: Any = self.values
        unknown = self.unknown
        for step in path:
            value, unknown = _step(value, step), _step(unknown, step)
            if unknown is True:
                return UNKNOWN
        return value

    def unknown_at(self, *path: Step) -> Any:
        """What is unknown at a path: true, or the same form as there, true where a value is unknown."""
        unknown = self.unknown
        for step in path:
            if unknown is True:
                return True
            unknown = _step(unknown, step)
        return unknown

    def blocks(self, *path: Step) -> int:
        """How many blocks or items there are at a path."""
        value = self.get(*path)
        return len(value) if isinstance(value, list) else 0


@dataclass(frozen=True, kw_only=True)
class TerraformDocument:
    """A plan or a state.

    Attributes:
        resources: By address.
        configuration: Of a plan: the expressions of the root module and of those that it calls.
        region: That the provider is given, or that an ARN has; empty for none.
        account: That an ARN has; empty for none.
        secrets: Texts that are marked as sensitive.
        outputs: Texts of the root module's outputs: values that are known, and what expressions refer to.
    """

    resources: Mapping[str, Resource]
    configuration: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""
    account: str = ""
    secrets: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()

    def is_output(self, resource: Resource) -> bool:
        """Whether an output of the root module tells a resource's identity, as far as the document shows."""
        known = (resource.get("arn"), resource.get("id"))
        start = resource.module.partition("[")[0] or resource.name
        return any(each in known or each.startswith(start) for each in self.outputs)


def parse_address(address: str) -> tuple[str, str, Key]:
    """Module, name and key of an instance's address."""
    module_end = 0
    while match := _MODULE.match(address, module_end):
        module_end = match.end()
    rest = _RESOURCE.match(address, module_end)
    name, key = (rest[1], rest[2]) if rest else (address[module_end:], None)
    return address[:module_end].rstrip("."), name, json.loads(key[1:-1]) if key else None


def module_steps(module: str) -> list[tuple[str, Key]]:
    """Names and keys of the calls that lead to a module's instance."""
    return [
        (match[1], json.loads(match[2][1:-1]) if match[2] else None) for match in _MODULE.finditer(module)
    ]


def parent_module(module: str) -> str:
    """The address of the module's instance that calls one."""
    *_, last = _MODULE.finditer(module)
    return module[: last.start()].rstrip(".")


def is_terraform(value: Any) -> bool:
    """Whether JSON is a plan or a state, as shown or as Terraform keeps it."""
    if not isinstance(value, dict):
        return False
    is_shown = "format_version" in value and bool(
        {"planned_values", "values", "terraform_version"} & set(value)
    )
    return is_shown or _is_raw_state(value)


def read_document(value: Mapping[str, Any]) -> TerraformDocument:
    """The resources of a plan, of a state or of a raw state."""
    if _is_raw_state(value):
        found = list(_raw_resources(value))
    elif "planned_values" in value:
        found = list(_planned_resources(value))
    else:
        found = list(_shown_resources(mapping(value.get("values")), {}))
    resources = {each.address: each for each in found}
    arns = [each.values.get("arn") for each in found if not each.is_data]
    parts = [arn.split(":") for arn in arns if isinstance(arn, str) and arn.count(":") >= 5]
    return TerraformDocument(
        resources=resources,
        configuration=mapping(mapping(value.get("configuration")).get("root_module")),
        region=_provider_region(value) or next((each[3] for each in parts if each[3]), ""),
        account=next((each[4] for each in parts if each[4].isdigit()), ""),
        outputs=frozenset(_texts((*_outputs(value), *_handed_over(value, found)))),
        secrets=frozenset(text for each in found for text in _secrets(each.values, each.sensitive) if text),
    )


def _outputs(value: Mapping[str, Any]) -> Iterator[Any]:
    """What stands in the outputs of the root module, wherever a plan or a state has them."""
    yield value.get("outputs")
    yield mapping(value.get("values")).get("outputs")
    yield mapping(value.get("planned_values")).get("outputs")
    yield mapping(mapping(value.get("configuration")).get("root_module")).get("outputs")


def _handed_over(value: Mapping[str, Any], found: Sequence[Resource]) -> Iterator[Any]:
    """What stands in resources that tell others of something, as outputs do."""
    yield from (each.values for each in found if each.type in _HANDING_OVER)
    root = mapping(mapping(value.get("configuration")).get("root_module"))
    for each in map(mapping, sequence(root.get("resources"))):
        if each.get("type") in _HANDING_OVER:
            yield each.get("expressions")


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(value.values())
    elif isinstance(value, Iterable):
        for each in value:
            yield from _texts(each)


def _secrets(value: Any, sensitive: Any) -> Iterator[str]:
    """The texts of a value where another of the same form is true."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets(item, sensitive is True or mapping(sensitive).get(key))
    elif isinstance(value, list):
        marks = [sensitive] * len(value) if sensitive is True else sequence(sensitive)
        for item, mark in zip(value, marks, strict=False):
            yield from _secrets(item, mark)
    elif isinstance(value, str) and sensitive is True:
        yield value


def _is_raw_state(value: Mapping[str, Any]) -> bool:
    return (
        value.get("version") == 4
        and "terraform_version" in value
        and isinstance(value.get("resources"), list)
    )


def _planned_resources(value: Mapping[str, Any]) -> Iterator[Resource]:
    """What will be there, and what was read before the plan was made."""
    unknown = {
        str(each.get("address")): mapping(each.get("change")).get("after_unknown")
        for each in map(mapping, sequence(value.get("resource_changes")))
        if "deposed" not in each
    }
    prior = mapping(mapping(value.get("prior_state")).get("values"))
    yield from (each for each in _shown_resources(prior, {}) if each.is_data)
    planned = list(_shown_resources(mapping(value["planned_values"]), unknown))
    yield from planned
    # A data source that is read during apply stands among the changes, whatever the version.
    known = {each.address for each in planned}
    for each in map(mapping, sequence(value.get("resource_changes"))):
        change = mapping(each.get("change"))
        if each.get("mode") == "data" and str(each.get("address")) not in known:
            values = {"values": change.get("after"), "sensitive_values": change.get("after_sensitive")}
            yield _resource({**each, **values}, change.get("after_unknown"))


def _shown_resources(values: Mapping[str, Any], unknown: Mapping[Any, Any]) -> Iterator[Resource]:
    """The resources of a values representation, those of its modules too."""
    modules = [mapping(values.get("root_module"))]
    while modules:
        module = modules.pop()
        modules += map(mapping, sequence(module.get("child_modules")))
        for each in map(mapping, sequence(module.get("resources"))):
            yield _resource(each, unknown.get(str(each.get("address"))))


def _raw_resources(value: Mapping[str, Any]) -> Iterator[Resource]:
    """The instances of a state as Terraform keeps it."""
    for each in map(mapping, value["resources"]):
        mode = "data." if each.get("mode") == "data" else ""
        prefix = f"{each['module']}." if each.get("module") else ""
        base = f"{prefix}{mode}{each.get('type')}.{each.get('name')}"
        for instance in map(mapping, sequence(each.get("instances"))):
            if "deposed" in instance:
                continue
            key = instance.get("index_key")
            address = base if key is None else f"{base}[{json.dumps(key)}]"
            values = instance.get("attributes")
            paths = sequence(instance.get("sensitive_attributes"))
            sensitive = {each[0].get("value"): True for each in paths if each and isinstance(each[0], dict)}
            yield _resource(
                {**each, "address": address, "values": values, "sensitive_values": sensitive}, None
            )


def _resource(each: Mapping[str, Any], unknown: Any) -> Resource:
    module, name, key = parse_address(str(each.get("address")))
    return Resource(
        address=str(each.get("address")),
        type=str(each.get("type")),
        is_data=each.get("mode") == "data",
        module=module,
        name=name,
        key=key,
        values=mapping(each.get("values")),
        unknown=unknown,
        sensitive=each.get("sensitive_values"),
    )


def _provider_region(value: Mapping[str, Any]) -> str:
    """The Region of the AWS provider that has no alias."""
    configuration = mapping(value.get("configuration"))
    provider = mapping(mapping(configuration.get("provider_config")).get("aws"))
    expression = mapping(mapping(provider.get("expressions")).get("region"))
    if isinstance(expression.get("constant_value"), str):
        return str(expression["constant_value"])
    for reference in map(str, sequence(expression.get("references"))):
        variable = mapping(value.get("variables")).get(reference.removeprefix("var."))
        if isinstance(mapping(variable).get("value"), str):
            return str(mapping(variable)["value"])
    return ""


def _step(value: Any, step: Step) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None


def sequence(value: Any) -> list[Any]:
    """A list; what is none has nothing in it."""
    return value if isinstance(value, list) else []
