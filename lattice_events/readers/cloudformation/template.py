"""The values of one CloudFormation template: what its properties stand for locally.

What cannot be known is raised, never recorded: whether it matters is the reader's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.definitions.types import LATTICE
from lattice_events.readers.cloudformation.intrinsics import (
    NO_VALUE,
    Resolver,
    is_intrinsic,
)
from lattice_events.readers.cloudformation.outside import OtherStacks, UnresolvableError
from lattice_events.readers.cloudformation.references import References
from lattice_events.readers.cloudformation.unknown import UnknownValueError
from lattice_events.readers.common.documents import Locate, Path, mapping
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.common.sources import RunSettings


@dataclass(frozen=True, kw_only=True)
class TemplateOptions:
    """What a template does not say.

    Attributes:
        region: Of the run.
        account: Of the run.
        stated_region: The same where the source or the command line states it.
        stated_account: Likewise.
        stack_name: ``AWS::StackName``.
        parameters: Given values of parameters.
        variables: What only AWS knows, by ``KIND:NAME``.
        stacks: The other stacks.
        code: Gives the folder or archive with a function's code, by logical id; ``None`` when unknown.
        layers: Folder of a layer by logical id, name or ARN, as the command line names it.
        runs_functions: Whether what their code lacks is to be noted.
        guesses_conditions: Whether the condition of a resource need not be known.
        run_settings: How the functions run.
        environment: Names of variables that every function is given.
        urls: Gives the URLs of servers that replace targets, by logical id or name of the target group; ``None`` to ask.
        assumptions: What a match means that does not mind its case.
        deployed: What AWS has given to resources that exist, by logical id and attribute.
        failures: Why a dynamic reference has no value, where somebody was asked for it.
    """

    region: str
    account: str
    stated_region: str = ""
    stated_account: str = ""
    stack_name: str = "local"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    stacks: OtherStacks = field(default_factory=OtherStacks)
    code: Callable[[str], str | None] = lambda _: None
    layers: Mapping[str, FilePath] = field(default_factory=dict)
    runs_functions: bool = False
    guesses_conditions: bool = False
    run_settings: RunSettings = field(default_factory=RunSettings)
    environment: frozenset[str] = frozenset()
    urls: Callable[..., Sequence[str] | None] = lambda *_: None
    assumptions: Assumptions = DEFAULTS
    deployed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def pseudo(self) -> Mapping[str, str]:
        """The values of pseudo parameters."""
        where = f"{self.region}:{self.account}"
        return {
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::Partition": "aws",
            "AWS::StackName": self.stack_name,
            "AWS::StackId": f"arn:aws:cloudformation:{where}:stack/{self.stack_name}/local",
            "AWS::URLSuffix": "amazonaws.com",
        }


class Template:
    """A template whose values can be asked for."""

    def __init__(self, template: Mapping[str, Any], locate: Locate, options: TemplateOptions) -> None:
        self.locate = locate
        self.options: TemplateOptions = options
        self.declared = mapping(template.get("Resources"))
        self.parameter_names = (*map(str, mapping(template.get("Parameters"))), *options.pseudo)
        self.references = References(self)
        self.resolver = Resolver(
            template,
            pseudo=options.pseudo,
            parameters=options.parameters,
            variables=options.variables,
            stacks=options.stacks,
            reference=self.references.reference,
            attribute=self.references.attribute,
        )
        self.transforms = template.get("Transform")
        self.outputs = template.get("Outputs")
        self.guesses: dict[str, tuple[bool, UnresolvableError]] = {}  # by condition
        self.faults: list[tuple[Path, str | UnresolvableError]] = []
        self.resources: dict[str, Mapping[str, Any]] = {}
        for name, resource in self.declared.items():
            if self._exists(str(name), resource):
                self.resources[str(name)] = resource

    def _exists(self, name: str, resource: Any) -> bool:
        """Whether a resource is one, and its condition holds."""
        path: Path = ("Resources", name)
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            self.faults.append((path, f"The resource {name} has no Type."))
            return False
        condition = resource.get("Condition")
        if condition is None:
            return True
        try:
            return self._holds(condition)
        except UnresolvableError as error:
            if resource["Type"].startswith(LATTICE):
                self.faults.append(((*path, "Condition"), error))
            return False

    def _holds(self, condition: Any) -> bool:
        """Whether the condition of a resource holds, or may be taken to."""
        try:
            return self.resolver.holds(condition)
        except UnresolvableError as error:
            if not (self.options.guesses_conditions and error.is_outside):
                raise
            may_hold = self.resolver.may_hold(condition)
            self.guesses[str(condition)] = (may_hold, error)
            return may_hold

    def kind(self, name: str) -> str | None:
        """The type of a resource; ``None`` when there is none of that logical id."""
        return str(self.resources[name]["Type"]) if name in self.resources else None

    def names_of(self, *kinds: str) -> list[str]:
        """Logical ids of the resources of some types."""
        return [name for kind in kinds for name in self._names.get(kind, ())]

    @cached_property
    def _names(self) -> Mapping[str, Sequence[str]]:
        names: dict[str, list[str]] = {}
        for name, resource in self.resources.items():
            names.setdefault(resource["Type"], []).append(name)
        return names

    # ── values ────────────────────────────────────────────────────────────────────────────────

    def written(self, path: Path) -> Any:
        """What stands at a key path of a resource, unresolved."""
        value: Any = self.resources[str(path[1])]
        for key in path[2:]:
            if isinstance(value, list) and isinstance(key, int) and key < len(value):
                value = value[key]
            else:
                value = value.get(key) if isinstance(value, dict) else None
        return value

    def value(self, path: Path, default: Any = None) -> Any:
        """A resolved value of a resource; what is not there is the default.

        Raises:
            UnknownValueError: It cannot be known.
        """
        value = self.written(path)
        if value is None:
            return default
        try:
            resolved = self.resolver.resolve(value)
        except UnresolvableError as error:
            parts = tuple(self._unknown_parts(value, path))
            raise UnknownValueError(*parts or ((path, error),)) from None
        return default if resolved is None or resolved is NO_VALUE else resolved

    def _unknown_parts(self, value: Any, path: Path) -> Iterator[tuple[Path, UnresolvableError]]:
        """The innermost intrinsics of a value that cannot be resolved, each with its path."""
        try:
            self.resolver.resolve(value)
        except UnresolvableError as error:
            keys = value if isinstance(value, dict) and not is_intrinsic(value) else ()
            inner = range(len(value)) if isinstance(value, list) else keys
            parts = [part for key in inner for part in self._unknown_parts(value[key], (*path, key))]
            yield from parts or ((path, error),)

    def property(self, name: str, key: str, default: Any = None) -> Any:
        """A resolved property of a resource by logical id.

        Raises:
            UnknownValueError: It cannot be known.
        """
        return self.value(("Resources", name, "Properties", key), default)

    def text(self, name: str, key: str) -> str | None:
        """A property that must be text; numbers count as text, as in CloudFormation.

        Raises:
            UnknownValueError: It cannot be known.
            WrongPropertyError: It is something else.
        """
        value = self.property(name, key)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        raise WrongPropertyError(f"{key} must be text, not {value!r}.", (key,))

    def outside(self, path: Path) -> UnresolvableError | None:
        """What says that a value is another stack's or the user's to give; ``None`` if it is known."""
        error = self.unknown(path)
        return error if error is not None and error.is_outside else None

    def unknown(self, path: Path) -> UnresolvableError | None:
        """What says that a value cannot be known; ``None`` if it is."""
        try:
            self.resolver.resolve(self.written(path))
        except UnresolvableError as error:
            return error
        return None

    def chosen(self, path: Path) -> tuple[Any, Path]:
        """What stands at a key path, unresolved but for the ``Fn::If`` around it, and where.

        Raises:
            UnknownValueError: The condition cannot be known.
        """
        value = self.written(path)
        while isinstance(value, dict) and len(value) == 1 and isinstance(value.get("Fn::If"), list):
            condition, *branches = value["Fn::If"]
            try:
                index = 1 if self.resolver.holds(condition) else 2
            except UnresolvableError as error:
                raise UnknownValueError((path, error)) from None
            value = branches[index - 1] if len(branches) == 2 else None
            path = (*path, "Fn::If", index)
        return (None if value == {"Ref": "AWS::NoValue"} else value), path

    def items(self, path: Path) -> Iterator[tuple[Any, Path]]:
        """The items of a list as `chosen` gives them; one that stands alone counts as a list.

        Raises:
            UnknownValueError: A condition cannot be known.
        """
        value, path = self.chosen(path)
        if not isinstance(value, list):
            yield from () if value is None else ((value, path),)
            return
        for index in range(len(value)):
            item, place = self.chosen((*path, index))
            if isinstance(item, list):
                yield from self.items(place)
            elif item is not None:
                yield item, place

    def quiet(self, path: Path) -> Any:
        """A value that nothing depends on; ``None`` when it cannot be known."""
        try:
            return self.value(path)
        except UnknownValueError:
            return None

    def tags(self, name: str) -> dict[str, str]:
        """The tags of a resource, as far as they are known."""
        given = self.quiet(("Resources", name, "Properties", "Tags"))
        found = [tag for tag in given if isinstance(tag, dict)] if isinstance(given, list) else []
        return {str(tag.get("Key")): str(tag.get("Value")) for tag in found}

    def origin(self, name: str, *path: str | int) -> str:
        """Where a resource stands."""
        return self.locate(("Resources", name, *path))
