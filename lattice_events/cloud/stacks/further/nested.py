"""Nested stacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.utils import random_suffix
from moto.utilities.utils import get_partition

from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.stacks.resource import Properties, Request, ResourceError
from lattice_events.cloud.stacks.template.places import template_at

_STANDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


@dataclass(frozen=True, kw_only=True)
class Nested:
    """A nested stack that stands.

    Attributes:
        physical_resource_id: Its ARN.
        where: Account and Region.
    """

    physical_resource_id: str
    where: Where

    @property
    def stack(self) -> Any:
        """As it is now."""
        return _backend(self.where).get_stack(self.physical_resource_id)

    def get_cfn_attribute(self, attribute: str) -> Any:
        """``Outputs.NAME``."""
        return self.stack.get_cfn_attribute(attribute)


class NestedType:
    """``AWS::CloudFormation::Stack``."""

    def create(self, request: Request) -> Nested:
        """Create the stack; nothing of it stays where that fails."""
        name = f"{request.stack_name}-{request.logical_id}-{random_suffix()}"
        backend = _backend(request.where)
        stack = backend.create_stack(
            name=name, template=_template(request), parameters=_parameters(request), tags=request.stack_tags
        )
        made = Nested(physical_resource_id=stack.stack_id, where=request.where)
        try:
            _check(stack, "created")
        except ResourceError:
            backend.delete_stack(stack.stack_id)
            raise
        return made

    def update(self, standing: Nested, before: Properties, request: Request) -> Nested:
        """Update the stack."""
        del before
        parameters = [
            {"ParameterKey": key, "ParameterValue": value} for key, value in _parameters(request).items()
        ]
        try:
            _backend(request.where).update_stack(
                standing.physical_resource_id, _template(request), None, parameters, None
            )
        except ValidationError as error:
            if "No updates" not in str(error):
                raise
        _check(standing.stack, "updated")
        return standing

    def delete(self, standing: Nested, request: Request) -> None:
        """Delete the stack."""
        _backend(request.where).delete_stack(standing.physical_resource_id)
        if standing.stack.status != "DELETE_COMPLETE":
            raise ResourceError(
                f"Embedded stack {standing.physical_resource_id} was not successfully deleted: "
                f"{standing.stack.stack_status_reason}"
            )

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Never."""
        del before, after
        return False


def _check(stack: Any, done: str) -> None:
    if stack.status not in _STANDS:
        reason = "; ".join(
            event.resource_status_reason or ""
            for event in stack.events
            if event.resource_status.endswith("_FAILED")
        )
        raise ResourceError(f"Embedded stack {stack.stack_id} was not successfully {done}: {reason}")


def _template(request: Request) -> str:
    where = request.where
    return template_at(str(request.properties["TemplateURL"]), where.account, get_partition(where.region))


def _parameters(request: Request) -> dict[str, str]:
    given = request.properties.get("Parameters", {})
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in given.items()
    }


def _backend(where: Where) -> Any:
    return models.cloudformation_backends[where.account][where.region]
