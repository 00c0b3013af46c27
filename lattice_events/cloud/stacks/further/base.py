"""What the types of this package have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lattice_events.cloud.stacks.resource import NoAttributeError, Properties


@dataclass(frozen=True, kw_only=True)
class Made:
    """A resource that stands.

    Attributes:
        physical_resource_id: What ``Ref`` gives.
        attributes: What ``Fn::GetAtt`` gives, by name.
    """

    physical_resource_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    def get_cfn_attribute(self, attribute: str) -> Any:
        """See `Resource`."""
        if attribute not in self.attributes:
            raise NoAttributeError(attribute)
        return self.attributes[attribute]


class Replaced:
    """Part of a type of which every change asks for another resource."""

    def update(self, standing: Any, before: Properties, request: Any) -> Any:  # noqa: ARG002 - as `Type`
        """It is never asked for."""
        raise AssertionError("every change of it asks for another resource")

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Whether anything differs."""
        return before != after
