"""Changes of the Config of a target group."""

from __future__ import annotations

from lattice_events.checks.rule import REMOVED, Edit
from lattice_events.definitions.values import Resource


def without(group: Resource, key: str) -> Edit:
    """Takes a key out of the Config; the whole Config, if there is nothing else in it."""
    config = group.get("Config")
    if isinstance(config, dict) and len(config) == 1:
        return Edit(place=group.place("Config"), name="Config", value=REMOVED)
    return Edit(place=group.place("Config", key), name=key, value=REMOVED)
