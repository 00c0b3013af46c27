"""A type of VPC Lattice: its resources are made by calls of the control plane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from lattice_events.assumptions import Assumptions
from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.cloud.stacks.lattice.api import identifiers, shape, update_of
from lattice_events.cloud.stacks.lattice.kinds import KINDS, PREFIX, Kind
from lattice_events.cloud.stacks.lattice.names import made_up_name
from lattice_events.cloud.stacks.lattice.properties import input_of, say_case, tags_of
from lattice_events.cloud.stacks.resource import (
    NoAttributeError,
    Properties,
    Request,
    ResourceError,
    Type,
    changed,
)
from lattice_events.control_plane.records import Document


def lattice_types(control_plane: ControlPlane, *, assumptions: Assumptions) -> dict[str, Type]:
    """Every type of VPC Lattice by its whole name, made by the operations of a control plane."""
    return {
        PREFIX + name: LatticeType(name=name, control_plane=control_plane, assumptions=assumptions)
        for name in KINDS
    }


@dataclass(frozen=True, kw_only=True)
class LatticeResource:
    """A resource that stands; its attributes are read when they are asked for.

    Attributes:
        type: Of it.
        physical_resource_id: ARN, or of a policy the identifier of what it is for.
        where: Account and Region.
    """

    type: LatticeType
    physical_resource_id: str
    where: Where

    def get_cfn_attribute(self, attribute: str) -> Any:
        """See `Resource`."""
        return self.type.attribute(self, attribute)


@dataclass(frozen=True, kw_only=True)
class LatticeType:
    """See `Type`.

    Attributes:
        name: Without its prefix: ``Service``.
        control_plane: Whose operations make resources.
        assumptions: What a template means by saying nothing.
    """

    name: str
    control_plane: ControlPlane
    assumptions: Assumptions

    @property
    def kind(self) -> Kind:
        """What differs from the API."""
        return KINDS[self.name]

    def create(self, request: Request) -> LatticeResource:
        """Make a resource, with its targets; nothing stays where they are refused."""
        params = self._input(request)
        answer = self.control_plane.call(self._create, params, where=request.where)
        identity = request.properties[self.kind.identifier] if self.kind.identifier else answer["arn"]
        made = LatticeResource(type=self, physical_resource_id=str(identity), where=request.where)
        try:
            self._change_targets(made, {}, request.properties)
        except (ApiError, ResourceError):
            self.delete(made, request)
            raise
        return made

    def update(self, standing: LatticeResource, before: Properties, request: Request) -> LatticeResource:
        """Change a resource; one that is refused in the middle is put back."""
        earlier = replace(request, properties=before)
        try:
            self._change(standing, earlier, request)
        except (ApiError, ResourceError):
            with suppress(ApiError, ResourceError):
                self._change(standing, request, earlier)
            raise
        return standing

    def delete(self, standing: LatticeResource, request: Request) -> None:
        """Delete a resource, or find it deleted."""
        with _missing_is_fine():
            self._change_targets(standing, request.properties, {})
            self._call(f"Delete{self.name}", standing)

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Whether a create-only property differs."""
        return changed(before, after, tuple(self.kind.create_only.split()))

    def attribute(self, standing: LatticeResource, attribute: str) -> Any:
        """What ``Fn::GetAtt`` gives."""
        if attribute not in self.kind.attributes.split():
            raise NoAttributeError(attribute)
        value: Any = self._call(f"Get{self.name}", standing)
        for member in attribute.split("."):
            value = value.get(member[:1].lower() + member[1:], "")
        return value

    @property
    def _create(self) -> str:
        return self.kind.create or f"Create{self.name}"

    def _input(self, request: Request) -> dict[str, Any]:
        """The input of the operation that creates a resource, with what a template may leave out."""
        wanted = shape(self._create)
        params = input_of(self.kind, wanted, logical_id=request.logical_id, properties=request.properties)
        if "name" in wanted.members:
            longest = wanted.members["name"].metadata["max"]
            params.setdefault("name", made_up_name(request.stack_name, request.logical_id, longest=longest))
        if "tags" in wanted.members:
            params["tags"] = _tags(request)
        return say_case(params, self.assumptions) if self.name == "Rule" else params

    def _change(self, standing: LatticeResource, before: Request, after: Request) -> None:
        """Make the differences between two requests."""
        earlier, later = self._input(before), self._input(after)
        change = update_of(self._update, earlier, later)
        if change is not None:
            self._call(self._update, standing, **change)
        self._change_targets(standing, before.properties, after.properties)
        self._change_tags(standing, earlier.get("tags", {}), later.get("tags", {}))

    @property
    def _update(self) -> str:
        return self.kind.create if self.kind.identifier else f"Update{self.name}"

    def _change_targets(self, standing: LatticeResource, before: Properties, after: Properties) -> None:
        """Deregister the targets that have gone and register the new: a LAMBDA group has room for one."""
        earlier, later = _targets(before), _targets(after)
        if gone := [target for target in earlier if target not in later]:
            self._call("DeregisterTargets", standing, targets=gone)
        if new := [target for target in later if target not in earlier]:
            answer = self._call("RegisterTargets", standing, targets=new)
            if refused := answer.get("unsuccessful"):
                raise ResourceError(f"Targets were not registered: {refused}")

    def _change_tags(
        self, standing: LatticeResource, before: Mapping[str, str], after: Mapping[str, str]
    ) -> None:
        arn = {"resourceArn": standing.physical_resource_id}
        if gone := [key for key in before if key not in after]:
            self.control_plane.call("UntagResource", {**arn, "tagKeys": gone}, where=standing.where)
        if new := {key: value for key, value in after.items() if before.get(key) != value}:
            self.control_plane.call("TagResource", {**arn, "tags": new}, where=standing.where)

    def _call(self, operation: str, standing: LatticeResource, **params: Any) -> Document:
        """Call an operation on a resource."""
        given = {**identifiers(self.name, standing.physical_resource_id), **params}
        return self.control_plane.call(operation, given, where=standing.where)


def _tags(request: Request) -> dict[str, str]:
    return {**request.stack_tags, **tags_of(request.properties)}


def _targets(properties: Properties) -> list[dict[str, Any]]:
    """The targets of a group as the API takes them."""
    return [
        {"id": str(target.get("Id")), **({"port": int(target["Port"])} if "Port" in target else {})}
        for target in properties.get("Targets") or []
    ]


@contextmanager
def _missing_is_fine() -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        if error.code != "ResourceNotFoundException":
            raise
