"""The outputs of a stack, and what other stacks import of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.cloudformation.parsing import Export

from lattice_events.cloud.stacks.engine.resources import Resources
from lattice_events.cloud.stacks.resource import ResourceError
from lattice_events.cloud.stacks.template.functions import resolve


@dataclass(frozen=True, kw_only=True)
class Published:
    """Outputs of a stack.

    Attributes:
        outputs: As ``DescribeStacks`` answers them.
        exports: By name.
    """

    outputs: tuple[dict[str, Any], ...] = ()
    exports: Mapping[str, Export]


def publish(resources: Resources) -> Published:
    """Resolve the outputs of a template whose resources stand."""
    outputs = tuple(
        {
            "OutputKey": key,
            "OutputValue": str(resolve(output["Value"], resources)),
            "Description": output.get("Description"),
            "ExportName": resolve(output.get("Export", {}).get("Name"), resources),
        }
        for key, output in resources.active_outputs().items()
    )
    return Published(
        outputs=outputs,
        exports={
            output["ExportName"]: Export(resources.stack_id, output["ExportName"], output["OutputValue"])
            for output in outputs
            if output["ExportName"]
        },
    )


def refuse_conflicts(before: Published, after: Published, *, others: Iterable[Any]) -> None:
    """Refuse names that another stack exports, and changes of what another stack imports.

    Raises:
        ResourceError: With the reason.
    """
    for other in others:
        for name in after.exports.keys() & other.published.exports.keys():
            raise ResourceError(f"Export with name {name} is already exported by stack {other.name}. ")
        for name in sorted(before.exports.keys() & other.resource_map.imports):
            if name not in after.exports:
                raise ResourceError(f"Export {name} cannot be deleted as it is in use by {other.name}")
            if before.exports[name].value != after.exports[name].value:
                raise ResourceError(f"Export {name} cannot be updated as it is in use by {other.name}")
