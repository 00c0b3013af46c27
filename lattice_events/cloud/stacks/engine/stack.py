"""A stack: its operations, statuses and events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from moto.cloudformation import models
from moto.cloudformation.models import ChangeSet, Event
from moto.cloudformation.parsing import Export

from lattice_events.cloud.stacks.engine.exports import Published, publish, refuse_conflicts
from lattice_events.cloud.stacks.engine.reasons import reason_of
from lattice_events.cloud.stacks.engine.resources import Resources, Standing
from lattice_events.cloud.stacks.engine.work import StepError, Work
from lattice_events.cloud.stacks.lock import LOCK
from lattice_events.cloud.stacks.resource import NoAttributeError, Request, ResourceError
from lattice_events.cloud.stacks.template.transforms import transformed
from lattice_events.cloud.stacks.types import Types

_NOTHING = Published(exports={})


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A resource as moto's answers read it."""

    logical_resource_id: str
    physical_resource_id: str
    cf_resource_type: str


class Stack(models.Stack):
    """moto's stack, with the operations of CloudFormation.

    Attributes:
        types: Of resources, by name; `teach` sets it.
        published: Its outputs.
        resource_map: What stands.
    """

    types: ClassVar[Types]
    published: Published = _NOTHING
    stack_status_reason: str | None = None
    resource_map: Resources

    def map_of(self, template: dict[str, Any], parameters: dict[str, Any]) -> Resources:
        """Read a template, and refuse one that is wrong.

        Raises:
            ValidationError: It is.
        """
        backend = models.cloudformation_backends[self.account_id][self.region_name]
        resources = Resources(
            self.stack_id,
            self.name,
            parameters,
            self.tags,
            region_name=self.region_name,
            account_id=self.account_id,
            template=transformed(template, parameters=parameters, region=self.region_name),
            cross_stack_resources=backend.exports,
        )
        resources.load()
        return resources

    @staticmethod
    def cloudformation_name_type() -> str:
        """None: a nested stack's name is always made up."""
        return ""

    def is_created(self) -> bool:
        """Whether it stands."""
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")

    def begin(self, status: str) -> None:
        """Note that an operation starts."""
        self._mark(status, "User Initiated")

    def settle_on(self, change_set: ChangeSet) -> None:
        """Take over the template that a change set creates the stack with."""
        self.template, self.parameters = change_set.template, change_set.parameters
        self._parse_template()
        self.description = self.template_dict.get("Description")
        self.resource_map = self.map_of(self.template_dict, self.parameters)

    def changes(self, target: Resources) -> list[tuple[str, str, str]]:
        """What an update would do: ``Add``, ``Modify`` or ``Remove``, a logical id, and its type."""
        before, after = self.resource_map.active(), target.active()
        added = [("Add", name, after[name]["Type"]) for name in target.order if name not in before]
        changed = [
            ("Modify", name, after[name]["Type"])
            for name in target.order
            if name in before and self.resource_map.shown(name) != target.shown(name)
        ]
        removed = [("Remove", name, before[name]["Type"]) for name in before if name not in after]
        return added + changed + removed

    def create_resources(self) -> None:
        """Create everything, or take all of it back."""
        with LOCK:
            work = self._work({})
            try:
                work.bring(self.resource_map)
                self._publish(self.resource_map)
            except StepError as failed:
                self._mark("ROLLBACK_IN_PROGRESS", f"{str(failed).rstrip('. ')}. Rollback requested by user.")
                doomed = [one for one in reversed(work.made) if not work.retained(one, "DeletionPolicy")]
                self._finish("ROLLBACK", work.delete(doomed))
            else:
                self._mark("CREATE_COMPLETE")

    def update(
        self,
        template: str,
        role_arn: str | None = None,
        parameters: dict[str, Any] | None = None,
        tags: dict[str, str] | None = None,
    ) -> None:
        """Bring the resources to another template, or all of them back."""
        with LOCK:
            self.begin("UPDATE_IN_PROGRESS")
            before, self.tags = self.tags, self.tags if tags is None else tags
            target = self.map_of(self.parse_template(template), parameters or {})
            work = self._work(self.resource_map.standing)
            try:
                work.bring(target)
                self._publish(target)
            except StepError as failed:
                self.tags = before
                self._roll_back(work, str(failed))
                return
            self._mark("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            work.delete(_doomed(work, self.resource_map, target))
            self.template, self.parameters, self.role_arn = template, parameters or {}, role_arn
            self._parse_template()
            self.resource_map = target
            self._mark("UPDATE_COMPLETE")

    def delete(self, *args: Any) -> None:
        """Delete everything, the last made first; moto's parent of a nested stack gives account and Region."""
        del args
        with LOCK:
            self.begin("DELETE_IN_PROGRESS")
            work = self._work(self.resource_map.standing)
            try:
                refuse_conflicts(self.published, _NOTHING, others=self._others())
            except ResourceError as refused:
                self._mark("DELETE_FAILED", str(refused))
                return
            standing = self.resource_map.in_reverse()
            self._finish(
                "DELETE", work.delete([one for one in standing if not work.retained(one, "DeletionPolicy")])
            )

    def get_cfn_attribute(self, attribute: str) -> Any:
        """Of a nested stack: ``Outputs.NAME``."""
        outputs = {
            f"Outputs.{output['OutputKey']}": output["OutputValue"] for output in self.published.outputs
        }
        if attribute not in outputs:
            raise NoAttributeError(attribute)
        return outputs[attribute]

    @property
    def outputs(self) -> list[dict[str, Any]] | None:
        """As ``DescribeStacks`` answers them."""
        return list(self.published.outputs) or None

    @property
    def exports(self) -> list[Export]:
        """As ``ListExports`` answers them."""
        return list(self.published.exports.values())

    @property
    def stack_resources(self) -> Iterable[Any]:
        """What stands, as ``DescribeStackResources`` answers it."""
        return [
            Listed(
                logical_resource_id=logical_id,
                physical_resource_id=one.physical_id,
                cf_resource_type=one.request.type,
            )
            for logical_id, one in self.resource_map.standing.items()
        ]

    def log(self, request: Request, status: str, *, physical_id: str = "", reason: str | None = None) -> None:
        """Note an event of a resource."""
        self.events.append(
            Event(
                stack_id=self.stack_id,
                stack_name=self.name,
                logical_resource_id=request.logical_id,
                physical_resource_id=physical_id,
                resource_type=request.type,
                resource_status=status,
                resource_status_reason=reason,
                resource_properties=json.dumps(request.properties, default=str),
            )
        )

    @property
    def stack_parameters(self) -> dict[str, Any]:
        """Values as they were given, or the template's defaults."""
        return self.resource_map.input_parameters

    def _create_resource_map(self) -> Resources:
        return self.map_of(self.template_dict, self.parameters)

    def _work(self, current: dict[str, Standing]) -> Work:
        return Work(log=self.log, type_of=self.types.__getitem__, tags=self.tags, current=dict(current))

    def _mark(self, status: str, reason: str | None = None) -> None:
        self.status, self.stack_status_reason = status, reason
        self._add_stack_event(status, resource_status_reason=reason)

    def _finish(self, operation: str, left: list[Standing]) -> None:
        """Note the end of a deletion: what is left, and so how it ended."""
        self.resource_map.standing = {one.request.logical_id: one for one in reversed(left)}
        if not left:
            self._publish(None)
            self._mark(f"{operation}_COMPLETE")
            return
        names = ", ".join(one.request.logical_id for one in left)
        self._mark(f"{operation}_FAILED", f"The following resource(s) failed to delete: [{names}]. ")

    def _roll_back(self, work: Work, reason: str) -> None:
        """Bring back what was there, and delete what was not."""
        self._mark("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        before = self.resource_map.standing
        back = self._work({**work.current, **{one.request.logical_id: one for one in work.replaced}})
        try:
            back.bring(self.resource_map)
        except StepError as failed:
            self.resource_map.standing = {**before, **self.resource_map.standing}
            self._mark("UPDATE_ROLLBACK_FAILED", str(failed))
            return
        self._mark("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        back.delete([one for one in reversed(work.made) if not back.retained(one, "DeletionPolicy")])
        self._mark("UPDATE_ROLLBACK_COMPLETE")

    def _others(self) -> list[Any]:
        backend = models.cloudformation_backends[self.account_id][self.region_name]
        return [stack for stack in backend.stacks.values() if stack is not self]

    def _publish(self, resources: Resources | None) -> None:
        """Resolve the outputs, and let other stacks import them."""
        try:
            published = _NOTHING if resources is None else publish(resources)
            refuse_conflicts(self.published, published, others=self._others())
        except Exception as error:
            raise StepError(reason_of(error)) from error
        exports = models.cloudformation_backends[self.account_id][self.region_name].exports
        for name in self.published.exports:
            exports.pop(name, None)
        exports.update(published.exports)
        self.published = published


def _doomed(work: Work, before: Resources, after: Resources) -> list[Standing]:
    """What an update leaves behind, in the order to delete it."""
    replaced = {one.request.logical_id: one for one in work.replaced}
    gone = [one for one in before.in_reverse() if one.request.logical_id not in after.standing]
    left = [one for one in gone if not work.retained(one, "DeletionPolicy")]
    left += [
        replaced[one.request.logical_id]
        for one in before.in_reverse()
        if one.request.logical_id in replaced and not work.retained(one, "UpdateReplacePolicy")
    ]
    return left
