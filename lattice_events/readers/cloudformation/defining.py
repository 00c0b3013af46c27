"""The resources of a template as definitions: what each property is, as far as it can be known, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from lattice_events.definitions.mentions import mentions
from lattice_events.definitions.types import ALIAS, FUNCTION, LATTICE, MANAGED_POLICY, ROLE, VERSION
from lattice_events.definitions.values import Resource, Unknown
from lattice_events.readers.cloudformation.intrinsics import NO_VALUE, is_intrinsic
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.template import Template
from lattice_events.readers.common.documents import Path, mapping

_WITH_ARN = (FUNCTION, ALIAS, VERSION, ROLE, MANAGED_POLICY)


def define_resources(template: Template) -> Iterator[Resource]:
    """Every resource whose condition holds."""
    told = {each.name for each in mentions(template.outputs) if not each.attribute.startswith("DnsEntry")}
    for name, written in template.resources.items():
        yield Resource(
            name=name,
            type=written["Type"],
            stack=template.options.stack_name,
            region=template.options.region,
            account=template.options.account,
            stated_region=template.options.stated_region,
            stated_account=template.options.stated_account,
            is_output=name in told,
            arn=_arn(template, name, written["Type"]),
            written=written,
            locate=partial(_locate, template, name),
            resolve=partial(_properties, template, name),
        )


def _arn(template: Template, name: str, kind: str) -> str:
    """The local ARN of a resource of a type that has one, where it can be known."""
    if kind not in _WITH_ARN and not kind.startswith(LATTICE):
        return ""
    try:
        return template.references.arn(name)
    except UnresolvableError:
        return ""


def _locate(template: Template, name: str, path: Path) -> str:
    return template.locate(("Resources", name, *path))


def _properties(template: Template, name: str) -> Mapping[str, Any]:
    known = _known(template, mapping(template.resources[name].get("Properties")))
    return known if isinstance(known, dict) else {}


def _known(template: Template, value: Any) -> Any:
    """A value resolved, with an `Unknown` for each part that cannot be."""
    try:
        return template.resolver.resolve(value)
    except UnresolvableError as error:
        if isinstance(value, dict) and not is_intrinsic(value):
            items = {key: _known(template, item) for key, item in value.items()}
            return {key: item for key, item in items.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in (_known(template, item) for item in value) if item is not NO_VALUE]
        return _unknown(template, value, error)


def _unknown(template: Template, value: Any, error: UnresolvableError) -> Any:
    """What stands for an intrinsic: the branch of an ``Fn::If`` whose condition is known, else an `Unknown`."""
    choice = value.get("Fn::If") if isinstance(value, dict) else None
    if isinstance(choice, list) and len(choice) == 3:
        try:
            return _known(template, choice[1 if template.resolver.holds(choice[0]) else 2])
        except UnresolvableError:
            pass
    return Unknown(f"{error.intrinsic} {error.name}", _giver(template, value), template.options.stack_name)


def _giver(template: Template, value: Any) -> str:
    """The logical id of the resource that a ``Ref`` or ``Fn::GetAtt`` names; empty for none."""
    is_reference = isinstance(value, dict) and bool(value.keys() & {"Ref", "Fn::GetAtt"})
    named = next(mentions(value), None) if is_reference else None
    return named.name if named and named.name in template.resources else ""
