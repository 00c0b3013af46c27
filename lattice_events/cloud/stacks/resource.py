"""What a stack makes: one resource, its type, and what is asked of the type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lattice_events.cloud.operations.call import Where
from lattice_events.errors import LatticeError

Properties = Mapping[str, Any]


class ResourceError(LatticeError):
    """A resource could not be made, changed or deleted; the text is the reason in the stack's events."""


class NoAttributeError(NotImplementedError):
    """``Fn::GetAtt`` asks for what the type does not have; moto's own types say it by the class above."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A resource as a template asks for it.

    Attributes:
        type: ``AWS::VpcLattice::Service``, say.
        logical_id: Its name in the template.
        properties: With references and functions resolved.
        stack_id: ARN of the stack.
        stack_name: Of the stack.
        stack_tags: Tags of the stack, which its resources get too.
        where: Account and Region.
    """

    type: str
    logical_id: str
    properties: Properties
    stack_id: str
    stack_name: str
    stack_tags: Mapping[str, str]
    where: Where


class Resource(Protocol):
    """A resource that stands."""

    @property
    def physical_resource_id(self) -> str:
        """What ``Ref`` gives."""

    def get_cfn_attribute(self, attribute: str) -> Any:
        """What ``Fn::GetAtt`` gives; `NoAttributeError` for an attribute that the type does not have."""


class Type(Protocol):
    """A type of resource; every method raises `ResourceError`, or an error of the service behind it."""

    def create(self, request: Request) -> Any:
        """Make a resource."""

    def update(self, standing: Any, before: Properties, request: Request) -> Any:
        """Change a resource, whose properties were `before`, and give the one that then stands."""

    def delete(self, standing: Any, request: Request) -> None:
        """Delete a resource; `request` is what it was made or last changed by."""

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Whether a change of properties asks for another resource."""


def changed(before: Properties, after: Properties, paths: tuple[str, ...]) -> bool:
    """Whether one of the properties differs; a path has dots: ``Config.Port``."""
    return any(_at(before, path) != _at(after, path) for path in paths)


def _at(properties: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(properties, Mapping):
            return None
        properties = properties.get(name)
    return properties
