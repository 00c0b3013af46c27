"""Whether what a template defines may be used by somebody that it does not show."""

from __future__ import annotations

from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import LATTICE, PERMISSION
from lattice_events.definitions.values import Resource

_OWN = (LATTICE, PERMISSION)


def is_known_elsewhere(definitions: Definitions, resource: Resource, *own: str) -> bool:
    """Whether an output tells a resource, or one outside of VPC Lattice mentions it: a nested stack, a custom resource.

    Args:
        definitions: With everything that may mention it.
        resource: That is asked about.
        own: Further types of resources that mention it without doing anything with it.
    """
    users = definitions.users_of(resource)
    return resource.is_output or any(not each.type.startswith((*_OWN, *own)) for each in users)
