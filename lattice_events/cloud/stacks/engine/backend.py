"""The operations of CloudFormation that create, update and delete stacks: they take the place of moto's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudformation.exceptions import AlreadyExistsException, CloudFormationError, ValidationError
from moto.cloudformation.models import Change, ChangeSet, CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import generate_changeset_id, generate_stack_id, validate_create_change_set
from moto.core.responses import ActionResult, EmptyResult

from lattice_events.cloud.stacks.engine.resources import Resources
from lattice_events.cloud.stacks.engine.stack import Stack
from lattice_events.cloud.stacks.lock import LOCK

_NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
_CAN_UPDATE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


class InvalidChangeSetStatusError(CloudFormationError):
    """A change set that cannot be executed."""

    code = "InvalidChangeSetStatus"

    def __init__(self, change_set: ChangeSet) -> None:
        """Refuse."""
        super().__init__(
            f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status of "
            f"[{change_set.status}]"
        )


class ChangeSetNotFoundError(CloudFormationError):
    """There is no such change set."""

    code = "ChangeSetNotFound"


def create_stack(
    self: CloudFormationBackend, name: str, template: str, parameters: dict[str, Any], **options: Any
) -> Stack:
    """Create a stack, which says itself whether that failed."""
    with LOCK:
        if _find(self, name) is not None:
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        stack = _new_stack(self, name, template=template, parameters=parameters, **options)
        stack.begin("CREATE_IN_PROGRESS")
        stack.create_resources()
        return stack


def update_stack(
    self: CloudFormationBackend,
    name: str,
    template: str,
    role_arn: str | None,
    parameters: list[dict[str, Any]],
    tags: dict[str, str] | None,
) -> Stack:
    """Update a stack, which says itself whether that failed."""
    with LOCK:
        stack: Stack = _updatable(self, name)
        values = _values(stack, parameters)
        target = stack.map_of(stack.parse_template(template), values)
        if not _differs(stack, target, template=template, tags=tags):
            raise ValidationError(message="No updates are to be performed.")
        stack.update(template, role_arn, parameters=values, tags=tags)
        return stack


def delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
    """Delete a stack; one that is not there is fine."""
    with LOCK:
        stack = _find(self, name_or_stack_id)
        if stack is None:
            return
        if stack.enable_termination_protection:
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if stack.status.endswith("IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be deleted."
            )
        stack.delete()
        if stack.status == "DELETE_COMPLETE":
            self.deleted_stacks[stack.stack_id] = self.stacks.pop(stack.stack_id)


def create_change_set(
    self: CloudFormationBackend,
    stack_name: str,
    change_set_name: str,
    template: str,
    parameters: dict[str, str],
    **options: Any,
) -> tuple[str, str]:
    """Compare a template with a stack, or with nothing."""
    validate_create_change_set(change_set_name)
    with LOCK:
        kind = options["change_set_type"]
        stack = _updatable(self, stack_name) if kind == "UPDATE" else _reviewed(self, stack_name, options)
        change_set = ChangeSet(
            change_set_id=generate_changeset_id(change_set_name, self.region_name, self.account_id),
            change_set_name=change_set_name,
            stack=stack,
            template=template,
            parameters=parameters,
            **options,
        )
        _say_changes(change_set, stack)
        self.change_sets[change_set.change_set_id] = change_set
        return change_set.change_set_id, stack.stack_id


def execute_change_set(
    self: CloudFormationBackend, change_set_name: str, stack_name: str | None = None
) -> None:
    """Do what a change set says."""
    with LOCK:
        change_set = _change_set(self, change_set_name, stack_name)
        if change_set.execution_status != "AVAILABLE":
            raise InvalidChangeSetStatusError(change_set)
        stack: Any = change_set.stack
        change_set.execution_status = "EXECUTE_IN_PROGRESS"
        if change_set.change_set_type == "CREATE":
            stack.settle_on(change_set)
            stack.begin("CREATE_IN_PROGRESS")
            stack.create_resources()
        else:
            stack.update(
                change_set.template,
                change_set.role_arn,
                parameters=change_set.parameters,
                tags=change_set.tags or None,
            )
        failed = "ROLLBACK" in stack.status
        change_set.execution_status = "EXECUTE_FAILED" if failed else "EXECUTE_COMPLETE"


def _change_sets(backend: CloudFormationBackend, name_or_id: str, stack_name: str | None) -> list[ChangeSet]:
    return [
        change_set
        for change_set in backend.change_sets.values()
        if name_or_id in (change_set.change_set_id, change_set.change_set_name)
        and stack_name in (None, change_set.stack_name, change_set.stack_id)
    ]


def _change_set(backend: CloudFormationBackend, name_or_id: str, stack_name: str | None) -> ChangeSet:
    """The latest of a name."""
    found = _change_sets(backend, name_or_id, stack_name)
    if not found:
        raise ChangeSetNotFoundError(f"ChangeSet [{name_or_id}] does not exist")
    return found[-1]


def _find(backend: CloudFormationBackend, name_or_id: str) -> Any:
    for stack in backend.stacks.values():
        if name_or_id in (stack.name, stack.stack_id):
            return stack
    return None


def _updatable(backend: CloudFormationBackend, name: str) -> Any:
    """A stack that can be updated."""
    stack = _find(backend, name)
    if stack is None:
        raise ValidationError(message=f"Stack [{name}] does not exist")
    if stack.status not in _CAN_UPDATE:
        raise ValidationError(
            message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
        )
    return stack


def _new_stack(backend: CloudFormationBackend, name: str, **options: Any) -> Stack:
    """A stack that is listed, with nothing in it."""
    stack = Stack(
        stack_id=generate_stack_id(name, backend.region_name, backend.account_id),
        name=name,
        account_id=backend.account_id,
        region_name=backend.region_name,
        **options,
    )
    backend.stacks[stack.stack_id] = stack
    return stack


def _reviewed(backend: CloudFormationBackend, name: str, options: Mapping[str, Any]) -> Any:
    """A stack that a change set is to create."""
    stack = _find(backend, name)
    if stack is None:
        about = {key: options.get(key) for key in ("notification_arns", "tags", "role_arn")}
        stack = _new_stack(backend, name, template={}, parameters={}, **about)
        stack.begin("REVIEW_IN_PROGRESS")
    elif stack.status != "REVIEW_IN_PROGRESS":
        raise ValidationError(
            message=f"Stack [{name}] already exists and cannot be created again with the changeSet."
        )
    return stack


def _values(stack: Stack, given: list[dict[str, Any]]) -> dict[str, Any]:
    """The parameters of an update, some of which stay as they are."""
    return {
        parameter["ParameterKey"]: stack.stack_parameters[parameter["ParameterKey"]]
        if parameter.get("UsePreviousValue")
        else parameter["ParameterValue"]
        for parameter in given
    }


def _say_changes(change_set: ChangeSet, stack: Stack) -> None:
    """Note what a change set would do, or that it would do nothing."""
    target = stack.map_of(change_set.template_dict, change_set.parameters)
    change_set.changes = [Change(*change) for change in stack.changes(target)]
    nothing = change_set.change_set_type == "UPDATE" and not _differs(
        stack, target, template=change_set.template, tags=change_set.tags
    )
    change_set.status = "FAILED" if nothing else "CREATE_COMPLETE"
    change_set.execution_status = "UNAVAILABLE" if nothing else "AVAILABLE"
    change_set.status_reason = _NO_CHANGES if nothing else None


def _differs(stack: Stack, target: Resources, *, template: str, tags: Mapping[str, str] | None) -> bool:
    """Whether an update would change anything."""
    return (
        not stack.has_template(template)
        or stack.resource_map.resolved_parameters != target.resolved_parameters
        or (bool(tags) and dict(tags or {}) != stack.tags)
    )


def describe_change_set(self: CloudFormationResponse) -> ActionResult:
    """Look a change set up by its name and its stack's: the CDK gives those of all stacks one name."""
    return ActionResult(_change_set(self.cloudformation_backend, *_named(self)))


def delete_change_set(self: CloudFormationResponse) -> EmptyResult:
    """Forget a change set; one that is not there is fine."""
    backend, (name, stack_name) = self.cloudformation_backend, _named(self)
    for change_set in _change_sets(backend, name, stack_name):
        del backend.change_sets[change_set.change_set_id]
    return EmptyResult()


def list_change_sets(self: CloudFormationResponse) -> ActionResult:
    """Those of a stack."""
    stack_name = self._get_param("StackName")
    found = [
        change_set
        for change_set in self.cloudformation_backend.change_sets.values()
        if stack_name in (change_set.stack_name, change_set.stack_id)
    ]
    return ActionResult({"Summaries": found})


def _named(response: CloudFormationResponse) -> tuple[str, str | None]:
    """Name or id of a change set, and of its stack."""
    return response._get_param("ChangeSetName"), response._get_param("StackName")  # noqa: SLF001 -- likewise
