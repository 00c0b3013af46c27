"""The work of one operation on a stack: resource after resource, with events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from lattice_events.cloud.stacks.engine.reasons import reason_of
from lattice_events.cloud.stacks.engine.resources import Resources, Standing, physical_id_of
from lattice_events.cloud.stacks.kept import Kept
from lattice_events.cloud.stacks.resource import Request, ResourceError, Type

_REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


class Log(Protocol):
    """Where the events of resources go."""

    def __call__(
        self, request: Request, status: str, *, physical_id: str = "", reason: str | None = None
    ) -> None:
        """Note an event."""


class StepError(Exception):
    """A resource could not be brought to what a template asks for; the text is the stack's reason."""


@dataclass(kw_only=True)
class Work:
    """Brings resources from where they stand to what a template asks for.

    Attributes:
        log: For events.
        type_of: The type of a name.
        tags: Of the stack.
        current: What stands, by logical id; each step changes it.
        made: What was created, for who takes the work back.
        replaced: What others have taken the place of, for the clean-up.
    """

    log: Log
    type_of: Callable[[str], Type]
    tags: dict[str, str]
    current: dict[str, Standing]
    made: list[Standing] = field(default_factory=list)
    replaced: list[Standing] = field(default_factory=list)

    def bring(self, target: Resources) -> None:
        """Bring every resource that a template asks for; stop at the first that fails.

        Raises:
            StepError: One could not be brought.
        """
        target.standing = {}
        for logical_id in target.order:
            with self._failing(target, logical_id):
                self._settle(target, logical_id)
            target.standing[logical_id] = self.current[logical_id]

    def delete(self, doomed: Sequence[Standing]) -> list[Standing]:
        """Delete resources in this order; what fails is tried again after the others.

        Returns:
            Those that are left.
        """
        left = list(doomed)
        while left:
            failed = [(one, reason) for one in left if (reason := self._try_to_delete(one))]
            if len(failed) == len(left):
                for one, reason in failed:
                    self.log(one.request, "DELETE_FAILED", physical_id=one.physical_id, reason=reason)
                break
            left = [one for one, _ in failed]
        return left

    def retained(self, standing: Standing, policy: str) -> bool:
        """Whether a resource's ``DeletionPolicy`` or ``UpdateReplacePolicy`` lets it stay."""
        if standing.policies.get(policy) != "Retain":
            return False
        self.log(standing.request, "DELETE_SKIPPED", physical_id=standing.physical_id)
        return True

    def _settle(self, target: Resources, logical_id: str) -> None:
        request = target.request(logical_id, tags=self.tags)
        before = self.current.get(logical_id)
        if before is None:
            resource = self._create(request)
        elif before.request.type != request.type:
            raise ResourceError("Update of resource type is not permitted.")
        elif before.request.properties == request.properties:
            request, resource = before.request, before.resource
        else:
            resource = self._change(before, request)
        after = Standing(request=request, resource=resource, policies=target.policies(logical_id))
        self._remember(before, after)

    def _remember(self, before: Standing | None, after: Standing) -> None:
        self.current[after.request.logical_id] = after
        if before is None:
            self.made.append(after)
        elif before.physical_id != after.physical_id and self._replaces(before, after.request):
            self.made.append(after)
            self.replaced.append(before)

    def _create(self, request: Request) -> Any:
        self.log(request, "CREATE_IN_PROGRESS")
        made = self.type_of(request.type).create(request)
        note = made.note if isinstance(made, Kept) else None
        self.log(request, "CREATE_COMPLETE", physical_id=physical_id_of(made), reason=note)
        return made

    def _change(self, before: Standing, request: Request) -> Any:
        kind = self.type_of(request.type)
        replaces = self._replaces(before, request)
        why = _REPLACING if replaces else None
        self.log(request, "UPDATE_IN_PROGRESS", physical_id=before.physical_id, reason=why)
        if replaces:
            changed = kind.create(request)
        else:
            changed = kind.update(before.resource, before.request.properties, request)
        self.log(request, "UPDATE_COMPLETE", physical_id=physical_id_of(changed))
        return changed

    def _replaces(self, before: Standing, request: Request) -> bool:
        return self.type_of(request.type).replaces(before.request.properties, request.properties)

    def _try_to_delete(self, standing: Standing) -> str | None:
        """Delete a resource, or give the reason why not."""
        said = standing.request, {"physical_id": standing.physical_id}
        self.log(said[0], "DELETE_IN_PROGRESS", **said[1])
        try:
            self.type_of(standing.request.type).delete(standing.resource, standing.request)
        except Exception as error:  # noqa: BLE001 -- whatever moto raises is the reason of an event
            return reason_of(error)
        self.log(said[0], "DELETE_COMPLETE", **said[1])
        return None

    @contextmanager
    def _failing(self, target: Resources, logical_id: str) -> Iterator[None]:
        """Note the event of a failure, whatever it is, and say which resource failed."""
        before = self.current.get(logical_id)
        verb = "update" if before else "create"
        try:
            yield
        except Exception as error:
            self.log(
                before.request if before else target.unresolved(logical_id),
                f"{verb.upper()}_FAILED",
                physical_id=before.physical_id if before else "",
                reason=reason_of(error),
            )
            raise StepError(f"The following resource(s) failed to {verb}: [{logical_id}]. ") from error
