"""One thing that a user defined, with its values and where each of them stands.

Every form that is written as a template (Serverless, SAM, CDK, Terraform) has `Resource`s; manifests have
`ManifestObject`s. Nothing here says what a value means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Path = tuple[str | int | float | None, ...]


@dataclass(frozen=True)
class Unknown:
    """A value that only a deployment, another stack or the user knows.

    Attributes:
        name: What it is called: ``Ref SecurityGroup``, say.
        logical_id: Of the resource of the same template that gives it; empty for none.
        stack: That has the resource.
    """

    name: str
    logical_id: str = ""
    stack: str = ""


def follow(value: Any, path: Path) -> Any:
    """The value at a key path; ``None`` where there is none, an `Unknown` for what is inside of one."""
    for key in path:
        if isinstance(value, Unknown):
            return value
        try:
            value = value[key]
        except (LookupError, TypeError):
            return None
    return value


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a template whose condition holds.

    Attributes:
        name: Its logical id.
        type: ``AWS::VpcLattice::Service``, say.
        stack: The name of its stack.
        region: Of its stack.
        account: Likewise.
        stated_region: The same where the source or the command line states it; empty where it is only assumed.
        stated_account: Likewise.
        is_output: Whether an output of its stack tells its identity, so that others may use it.
        arn: That it has locally; empty for a type without one.
        written: As it stands in the template: ``Type``, ``Properties``, ``Metadata``, with intrinsics.
        locate: Gives ``file:line:column`` of a key path of the resource, ``("Properties", "Name")`` say, or of its
            nearest parent that has a place; the construct may follow in parentheses.
        resolve: Gives the properties, resolved.
    """

    name: str
    type: str
    stack: str
    region: str
    account: str
    stated_region: str = ""
    stated_account: str = ""
    is_output: bool = False
    arn: str
    written: Mapping[str, Any]
    locate: Callable[[Path], str] = field(compare=False, repr=False)
    resolve: Callable[[], Mapping[str, Any]] = field(compare=False, repr=False)

    @cached_property
    def properties(self) -> Mapping[str, Any]:
        """Its properties; what cannot be known is an `Unknown`, what is ``AWS::NoValue`` is not there."""
        return self.resolve()

    @cached_property
    def origin(self) -> str:
        """Where it stands."""
        return self.locate(())

    @property
    def is_of_terraform(self) -> bool:
        """Whether its name is an address of Terraform, whose provider takes other values than CloudFormation."""
        return "." in self.name

    def get(self, *path: str | int) -> Any:
        """The value at a key path below the properties; ``None`` where there is none, an `Unknown` inside of one."""
        return follow(self.properties, path)

    def written_at(self, *path: str | int) -> Any:
        """What stands at a key path below the properties, unresolved; ``None`` where there is nothing."""
        return follow(self.written, ("Properties", *path))

    def place(self, *path: str | int) -> str:
        """Where a key path below the properties stands, or its nearest parent."""
        return self.locate(("Properties", *path))


@dataclass(frozen=True, kw_only=True)
class ManifestObject:
    """One object of a Kubernetes cluster.

    Attributes:
        kind: ``HTTPRoute``, say.
        name: Of its metadata.
        namespace: The one that it says, else ``default``; empty for a kind without one.
        value: As it stands in the manifest.
        locate: Gives ``file:line:column`` of a key path of the object, or of its nearest parent.
    """

    kind: str
    name: str
    namespace: str
    value: Mapping[str, Any]
    locate: Callable[[Path], str] = field(compare=False, repr=False)

    @cached_property
    def origin(self) -> str:
        """Where it stands."""
        return self.locate(())

    @property
    def shown(self) -> str:
        """Its name as messages have it."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def get(self, *path: str | int) -> Any:
        """The value at a key path; ``None`` where there is none."""
        return follow(self.value, path)

    def items(self, *path: str | int) -> Sequence[Mapping[str, Any]]:
        """The objects of a list at a key path, with an empty one in the place of what is none."""
        value = self.get(*path)
        return [each if isinstance(each, dict) else {} for each in value] if isinstance(value, list) else []
