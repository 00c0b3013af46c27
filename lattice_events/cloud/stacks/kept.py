"""Resources of types that nobody here has: they stand by name, and do nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.cloudformation.utils import random_suffix

from lattice_events.cloud.stacks.resource import NoAttributeError, Properties, Request


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A resource that is kept by name, and does nothing.

    Attributes:
        physical_resource_id: Made up.
        note: What the stack's events say of it.
    """

    physical_resource_id: str
    note: str

    def get_cfn_attribute(self, attribute: str) -> Any:
        """It has none."""
        raise NoAttributeError(attribute)


def kept(request: Request, *, why: str) -> Kept:
    """Keep a resource by name."""
    return Kept(
        physical_resource_id=f"{request.stack_name}-{request.logical_id}-{random_suffix()}",
        note=f"{why}: the resource is kept by name only, and has no effect here.",
    )


@dataclass(frozen=True, kw_only=True)
class KeptType:
    """See `Type`."""

    name: str

    def create(self, request: Request) -> Kept:
        """Make up an id."""
        return kept(request, why=f"lattice cloud has no type {self.name}")

    def update(self, standing: Kept, before: Properties, request: Request) -> Kept:
        """Nothing changes."""
        del before, request
        return standing

    def delete(self, standing: Kept, request: Request) -> None:
        """Nothing goes."""

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Nobody knows."""
        del before, after
        return False
