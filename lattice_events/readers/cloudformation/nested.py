"""Nested stacks: resources that are stacks of their own, each with its own template.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from lattice_events.definitions.types import NESTED_STACKS
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.readers.cloudformation.intrinsics import NO_VALUE
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.stacks import Stack, Stacks, nested_name
from lattice_events.readers.common.documents import mapping
from lattice_events.readers.common.files import shown
from lattice_events.readers.common.noted import is_file

if TYPE_CHECKING:
    from lattice_events.readers.cloudformation.reader import TemplateSource

_URL_KEYS = ("TemplateURL", "Location")
_REMOTE = re.compile("[A-Za-z][A-Za-z0-9+.-]+://")
_MAX_STACKS = 500  # nested ones of a run
_MAX_LEVELS = 20

Make = Callable[["TemplateSource", Stack, str], Stack]


class ChildParameters(Mapping[str, Any]):
    """What a stack gives to a nested one: each value is worked out when it is asked for.

    A parameter that it does not give and that has no default is the user's to give.
    """

    def __init__(
        self, parent: Stack, logical_id: str, *, declared: Mapping[Any, Any], params: Mapping[str, str]
    ) -> None:
        """Keep where the values are written."""
        properties = mapping(mapping(parent.resources.get(logical_id)).get("Properties"))
        self._parent = parent
        self._written = mapping(properties.get("Parameters"))
        self._given = {
            name: value
            for name, value in params.items()
            if name not in self._written and "Default" not in mapping(declared.get(name))
        }

    def __contains__(self, name: object) -> bool:
        """Whether there is a value."""
        if name not in self._written:
            return name in self._given
        try:
            return self._parent.template.resolver.resolve(self._written[name]) is not NO_VALUE
        except UnresolvableError:
            return True  # who asks for it gets the reason

    def __getitem__(self, name: str) -> Any:
        """The value of one."""
        if name not in self._written:
            return self._given[name]
        value = self._parent.template.resolver.resolve(self._written[name])
        return ",".join(map(str, value)) if isinstance(value, list) else value

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        return iter({**self._given, **self._written})

    def __len__(self) -> int:
        """How many there are."""
        return len({**self._given, **self._written})


class Nesting:
    """Adds the nested stacks of stacks, and says what cannot be added."""

    def __init__(
        self, stacks: Stacks, *, load: Callable[[FilePath], TemplateSource | None], make: Make
    ) -> None:
        """Prepare.

        Args:
            stacks: Of the run; the nested ones are added.
            load: Loads a template; ``None`` for a file that is none.
            make: Makes the stack of a template that a resource of another stack is.
        """
        self._stacks = stacks
        self._load = load
        self._make = make
        self._loaded: dict[FilePath, TemplateSource | None] = {}
        self._count = 0
        self.notes: list[str] = []
        self.problems: list[Problem] = []

    def add(self, stack: Stack, above: Sequence[FilePath] = ()) -> None:
        """Add the nested stacks of one, and theirs."""
        files = (*above, stack.source.file)
        found = [(name, self._child(stack, name, files)) for name in nested_names(stack.resources)]
        children = [self._make(source, stack, name) for name, source in found if source]
        for child in children:  # all, before one of them asks for what another one puts out
            self._stacks.add(child)
        for child in children:
            self.add(child, files)

    def _child(self, stack: Stack, name: str, files: Sequence[FilePath]) -> TemplateSource | None:
        """The template of a nested stack that exists and that is here."""
        if name not in stack.template.resources:
            return None
        key = next((key for key in _URL_KEYS if key in _properties(stack.resources[name])), _URL_KEYS[0])
        place = stack.locate(("Resources", name, "Properties", key))
        try:
            source = stack.source.nested(name) or self._local(stack, name, key, place)
        except ConfigurationError as error:
            self.problems += error.problems
            return None
        if source is None:
            return None
        self._count += 1
        if source.file in files:
            self._say(
                f"The nested stack {name} has the template {shown(source.file)}, which contains it.", place
            )
        elif self._count > _MAX_STACKS or len(files) > _MAX_LEVELS:
            message = (
                f"There are more than {_MAX_STACKS} nested stacks, or more than {_MAX_LEVELS} levels of them."
            )
            self._say(message, place)
        else:
            return source
        return None

    def _say(self, message: str, place: str) -> None:
        """Note a problem, once."""
        if self._count <= _MAX_STACKS + 1:
            self.problems.append(Problem(message, place))

    def _local(self, stack: Stack, name: str, key: str, place: str) -> TemplateSource | None:
        """The template of a nested stack, from a file beside its parent's."""
        try:
            url = stack.template.resolver.resolve(_properties(stack.resources[name]).get(key))
        except UnresolvableError as error:
            url = error.name
        else:
            file = _file(stack.source.folder, url) if isinstance(url, str) else None
            if file and not stack.source.is_alone:
                return self._read(file, name, place)
        self.notes.append(
            f"{place}: The nested stack {name} is left out: its template is not a local file but {url}. "
            f"What it puts out can be given: --variable cf:{nested_name(stack.options.stack_name, name)}.OUTPUT=VALUE."
        )
        return None

    def _read(self, file: FilePath, name: str, place: str) -> TemplateSource | None:
        """The template in a file."""
        if not is_file(file):
            message = f"The nested stack {name} has no template: there is no file {shown(file)}."
            raise ConfigurationError([Problem(message, place)])
        if file not in self._loaded:
            self._loaded[file] = self._load(file)
        if self._loaded[file] is None:
            raise ConfigurationError([Problem(f"{shown(file)} is not a template with Resources.", place)])
        return self._loaded[file]


def nested_names(resources: Mapping[Any, Any]) -> list[str]:
    """Logical ids of the resources that are stacks of their own."""
    return [str(name) for name, each in resources.items() if mapping(each).get("Type") in NESTED_STACKS]


def roots(sources: Sequence[TemplateSource]) -> list[TemplateSource]:
    """The sources that are no nested stack of another one; those that contain each other all count."""
    inside: dict[FilePath, set[FilePath]] = {}
    for source in sources:
        inside.setdefault(source.file, set()).update(_nested_files(source))
    nested = {file for parent, files in inside.items() for file in files if file != parent}
    rest = [source.file for source in sources if source.file not in nested]
    reached = set(rest)
    while rest:
        found = inside.get(rest.pop(), set()) - reached
        reached |= found
        rest += found
    return [source for source in sources if source.file not in nested or source.file not in reached]


def _nested_files(source: TemplateSource) -> Iterator[FilePath]:
    """The files of the templates of nested stacks, as far as they are plainly written."""
    resources = mapping(source.template.get("Resources"))
    for name in nested_names(resources):
        for key in _URL_KEYS:
            url = _properties(resources[name]).get(key)
            file = _file(source.folder, url) if isinstance(url, str) else None
            if file:
                yield file
        child = source.nested(name)
        if child:
            yield child.file


def _file(folder: FilePath, url: str) -> FilePath | None:
    """The file that a URL names; ``None`` for a URL of the web, and for no path at all."""
    try:
        return None if _REMOTE.match(url) else (folder / url).resolve()
    except (OSError, ValueError, RuntimeError):
        return None


def _properties(resource: Any) -> Mapping[Any, Any]:
    return mapping(mapping(resource).get("Properties"))
