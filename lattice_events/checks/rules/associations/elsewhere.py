"""What others may do with a thing that is defined here: what is not read cannot be missed."""

from __future__ import annotations

from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import (
    LATTICE,
    NESTED_STACKS,
    PARAMETER,
    RESOURCE_SHARE,
    is_custom,
)
from lattice_events.definitions.values import Resource

_HAND_OVER = (*NESTED_STACKS, RESOURCE_SHARE, PARAMETER, f"{LATTICE}ResourcePolicy")


def is_handed_over(definitions: Definitions, resource: Resource) -> bool:
    """Whether others may refer to a resource: an output, a share, a parameter or another stack tells of it."""
    users = definitions.users_of(resource)
    return resource.is_output or any(is_custom(each.type) or each.type in _HAND_OVER for each in users)
