"""The resources of a stack: what its template asks for, and what stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.cloudformation.exceptions import CloudFormationError, ValidationError
from moto.cloudformation.parsing import ResourceMap

from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.stacks.resource import Request
from lattice_events.cloud.stacks.template import graph
from lattice_events.cloud.stacks.template.dynamic import with_values
from lattice_events.cloud.stacks.template.functions import resolve


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A resource that stands.

    Attributes:
        request: What it was made or last changed by.
        resource: As its type gave it.
        policies: Its ``DeletionPolicy`` and ``UpdateReplacePolicy``, by name.
    """

    request: Request
    resource: Any
    policies: Mapping[str, str]

    @property
    def physical_id(self) -> str:
        """What ``Ref`` gives."""
        return physical_id_of(self.resource)


def physical_id_of(resource: Any) -> str:
    """What ``Ref`` gives; some of moto's types have none."""
    return str(getattr(resource, "physical_resource_id", "") or "")


class Resources(ResourceMap):
    """moto's map of a stack's names, which makes nothing when it is read.

    Attributes:
        standing: The resources that stand, by logical id, in the order of their making.
        imports: Names of the exports of other stacks that the template uses.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with no resource; the arguments are moto's."""
        super().__init__(*args, **kwargs)
        self.standing: dict[str, Standing] = {}
        self.imports: set[str] = set()
        self._active: dict[str, Any] | None = None

    def __getitem__(self, key: str) -> Any:
        """A resource that stands, or a parameter, mapping or pseudo parameter."""
        if key in self.standing:
            return self.standing[key].resource
        return self._parsed_resources[key]

    def __iter__(self) -> Iterator[str]:
        """Logical ids of the resources that stand."""
        return iter(self.standing)

    def __len__(self) -> int:
        return len(self.standing)

    def load(self) -> None:
        """Read everything of the template that needs no resource, and say what cannot be."""
        _check_form(self._resource_json_map)
        try:
            super().load()
            self.order = graph.order(
                self.active(),
                defined=frozenset(self._resource_json_map),
                parameters=frozenset(self._parsed_resources),
            )
        except CloudFormationError:
            raise
        except Exception as error:
            raise ValidationError(
                message=f"Template format error: {type(error).__name__}: {error}"
            ) from error

    def load_parameters(self) -> None:
        """Take the defaults for what is not given, so that moto reads them as it reads values."""
        slots = self._template.get("Parameters") or {}
        _check_values(slots, self.input_parameters)
        defaults = {name: _text(slot["Default"]) for name, slot in slots.items() if "Default" in slot}
        self.input_parameters = {**defaults, **self.input_parameters}
        super().load_parameters()

    def parse_ssm_parameter(self, value: str, value_type: str) -> str:
        """The value of a parameter in SSM."""
        try:
            return super().parse_ssm_parameter(value, value_type)
        except AttributeError:
            raise ValidationError(
                message=f"Unable to fetch parameters [{value}] from parameter store for this account."
            ) from None

    def active(self) -> dict[str, Any]:
        """The resources that the template asks for, given its conditions."""
        if self._active is None:
            self._active = graph.active(self._resource_json_map, self.lazy_condition_map)
        return self._active

    def active_outputs(self) -> dict[str, Any]:
        """The outputs, given the template's conditions."""
        return graph.active(self._template.get("Outputs") or {}, self.lazy_condition_map)

    def in_reverse(self) -> list[Standing]:
        """What stands, each before those that it depends on."""
        last = len(self.order)
        places = {name: place for place, name in enumerate(self.order)}
        names = sorted(self.standing, key=lambda name: places.get(name, last), reverse=True)
        return [self.standing[name] for name in names]

    def validate_outputs(self) -> None:
        """Refuse an output that refers to what is not there; its attributes are known when it is resolved."""
        known = self.active().keys() | self._parsed_resources.keys()
        for output in self.active_outputs().values():
            for name in graph.references(output):
                if name not in known and not name.startswith("AWS::"):
                    raise ValidationError(
                        message=f"Unresolved resource dependencies [{name}] in the Outputs block of the template"
                    )

    def request(self, logical_id: str, *, tags: Mapping[str, str]) -> Request:
        """A resource as the template asks for it, resolved by what stands."""
        asked = self.unresolved(logical_id)
        properties = with_values(resolve(asked.properties, self), where=asked.where)
        return replace(asked, properties=properties, stack_tags=tags)

    def unresolved(self, logical_id: str) -> Request:
        """A resource as the template asks for it, in the template's words."""
        definition = self.active()[logical_id]
        return Request(
            type=definition["Type"],
            logical_id=logical_id,
            properties=definition.get("Properties") or {},
            stack_id=self.stack_id,
            stack_name=self._parsed_resources["AWS::StackName"],
            stack_tags={},
            where=Where(account=self._account_id, region=self._region_name),
        )

    def shown(self, logical_id: str) -> Any:
        """A resource as far as its parameters say it: what a change set compares."""
        definition = self.active()[logical_id]
        used = set(graph.references(definition)) & self.resolved_parameters.keys()
        return (
            definition["Type"],
            definition.get("Properties"),
            {name: self.resolved_parameters[name] for name in used},
        )

    def policies(self, logical_id: str) -> dict[str, str]:
        """What is to become of a resource that goes."""
        definition = self._resource_json_map[logical_id]
        names = ("DeletionPolicy", "UpdateReplacePolicy")
        return {name: str(resolve(definition[name], self)) for name in names if name in definition}


def _check_nulls(value: Any, at: str) -> None:
    """Refuse a value that is not there."""
    if value is None:
        raise ValidationError(message=f"[{at}] 'null' values are not allowed in templates")
    parts = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, each in parts:
        _check_nulls(each, f"{at}/{name}")


def _check_values(slots: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse values of parameters that the template does not have, or does not allow; and a lack of values."""
    if unknown := sorted(given.keys() - slots.keys()):
        raise ValidationError(message=f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    if lacking := [name for name, slot in slots.items() if "Default" not in slot and name not in given]:
        raise ValidationError(message=f"Parameters: [{', '.join(lacking)}] must have values")
    for name, value in given.items():
        allowed = slots[name].get("AllowedValues")
        if allowed and str(value) not in map(_text, allowed):
            raise ValidationError(message=f"Parameter '{name}' must be one of AllowedValues")


def _check_form(resources: Mapping[str, Any]) -> None:
    """Refuse what is no resource: an ``Fn::Transform`` in the place of one, say."""
    for name, resource in resources.items():
        if name == "Fn::Transform":
            raise ValidationError(message="lattice cloud does not run Fn::Transform; write its result out.")
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise ValidationError(
                message=f"Template format error: [/Resources/{name}] Every Resources object must contain a Type "
                "member."
            )
        _check_nulls(resource.get("Properties", {}), f"/Resources/{name}/Properties")


def _text(value: Any) -> str:
    """A parameter's default, which YAML may have read as a number or a boolean."""
    return str(value).lower() if isinstance(value, bool) else str(value)
