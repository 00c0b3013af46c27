"""What a template says in short, written out: ``Fn::ForEach`` and ``AWS::Include``.

This is not cfn-lint's transform: that one makes up collections which it cannot resolve, knows no limit,
forgets the lines of values, and loads a thousand modules.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import ManifestError, Problem
from lattice_events.readers.cloudformation.intrinsics import Resolver, as_text
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.common.documents import (
    MAX_NODES,
    Document,
    Locate,
    Path,
    mapping,
    parse_yaml_stream,
)
from lattice_events.readers.common.files import read_text, shown
from lattice_events.readers.common.noted import exists

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
INCLUDE = "AWS::Include"
EXPANDED = (LANGUAGE_EXTENSIONS, INCLUDE)
"""The transforms that run here."""
_FOR_EACH = "Fn::ForEach"
_MACRO = "Fn::Transform"
_SECTIONS = ("Conditions", "Resources", "Outputs")
_SECTION = ("Resources", "Fn::ForEach::Name")  # as long as the path of a loop that makes whole resources
_REMOTE = re.compile("[A-Za-z][A-Za-z0-9+.-]+://")
_FILE = 250  # values that including a file counts for
_MAX_CHARACTERS = 4_000_000  # of texts that loops make
_VARIABLE = re.compile(r"([$&])\{\s*([A-Za-z0-9]+)\s*\}")
# What must be known of a loop's resources: the network's, and what they need.
_NEEDED = ("AWS::VpcLattice::", "AWS::Lambda::", "AWS::IAM::", "AWS::Serverless::", "AWS::CloudFormation::")


@dataclass(frozen=True, kw_only=True)
class Expanded:
    """A template in full, the places of what is in it, and what should be said."""

    template: Mapping[str, Any]
    locate: Locate
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _At:
    """Where something is: in the template that is made, and in the file that a user wrote."""

    path: Path
    locate: Locate
    written: Path
    loops: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FilePath, ...] = ()

    def __truediv__(self, key: Any) -> _At:
        """What is in it under a key that both have."""
        return self.to(key, key)

    def to(self, key: Any, written: Any) -> _At:
        """What is in it, under the key that is made and the one that is written."""
        return replace(self, path=(*self.path, key), written=(*self.written, written))

    @property
    def place(self) -> str:
        """For messages."""
        return self.locate(self.written)

    @property
    def is_in_section_of_loop(self) -> bool:
        """Whether a loop makes whole resources here: an empty one, written above an inner loop, makes nothing."""
        return bool(self.loops) and len(self.path) == 1


class _TooMuchError(Exception):
    """Loops make more than is read."""


class _UnknownError(Exception):
    """What a mapping holds is not known: `value` cannot be resolved."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def expand(
    template: Mapping[str, Any], locate: Locate, *, resolver: Resolver, folder: FilePath | None
) -> Expanded:
    """Write a template out.

    Args:
        template: As it was written.
        locate: Gives the place of its key paths.
        resolver: Knows its parameters and maps.
        folder: Where the paths of files that it includes start; ``None`` to read none.
    """
    short = set(_find_short(template))
    includes = [each for each in macros(template.get("Transform")) if mapping(each).get("Name") == INCLUDE]
    if not short and not includes:
        return Expanded(template=template, locate=locate)
    return _Expander(template, locate, resolver, folder).expand(includes, short - {_MACRO})


class _Expander:
    """Writes one template out."""

    def __init__(
        self, template: Mapping[str, Any], locate: Locate, resolver: Resolver, folder: FilePath | None
    ) -> None:
        self._template = template
        self._locate = locate
        self._resolver = resolver
        self._folder = folder
        self._moved: dict[Path, tuple[Locate, Path]] = {}
        self._nodes = 0
        self._characters = 0
        self._notes: list[str] = []
        self._problems: list[Problem] = []
        self._files: dict[FilePath, Document] = {}

    def expand(self, includes: Sequence[Any], extensions: Iterable[str]) -> Expanded:
        """The whole."""
        self._note_missing_transform(sorted(extensions))
        made = dict(self._template)
        for include in includes:
            self._include_sections(made, include)
        for section in _SECTIONS:
            if isinstance(made.get(section), dict):
                made[section] = self._section(made, section)
        return Expanded(
            template=made, locate=self.locate, notes=tuple(self._notes), problems=tuple(self._problems)
        )

    def locate(self, path: Path) -> str:
        """The place where the user wrote what stands at a key path."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._moved:
                locate, written = self._moved[path[:length]]
                return locate((*written, *path[length:]))
        return self._locate(path)

    def _note_missing_transform(self, extensions: Sequence[str]) -> None:
        if extensions and LANGUAGE_EXTENSIONS not in macros(self._template.get("Transform")):
            names, place = ", ".join(extensions), self._locate(())
            self._notes.append(
                f"{place}: CloudFormation refuses {names} unless Transform names {LANGUAGE_EXTENSIONS}."
            )

    def _section(self, made: Mapping[str, Any], section: str) -> dict[Any, Any]:
        """The section with what its loops make."""
        at = _At(path=(section,), locate=self.locate, written=(section,))
        out: dict[Any, Any] = {}
        try:
            self._fill(out, made[section], at)
        except _TooMuchError as error:
            self._problems.append(Problem(f"Loops and included files make more than {error}.", at.place))
            return {}  # what is missing would only make more problems
        except RecursionError:
            self._problems.append(Problem("What is included is nested too deeply.", at.place))
        return out

    # ── values ────────────────────────────────────────────────────────────────────────────────

    def _build(self, value: Any, at: _At) -> Any:
        """A value, written out."""
        self._count(value, at)
        if isinstance(value, list):
            return [self._build(item, at / index) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return self._mapping(value, at)
        return _replaced(value, at.loops)

    def _count(self, value: Any, at: _At, *, cost: int = 1) -> None:
        """Keep what loops make within limits."""
        if not at.loops and not at.files:
            return
        self._nodes += cost
        if isinstance(value, str):  # never made before it is counted
            self._characters += len(value) + value.count("{") * max(map(len, at.loops.values()), default=0)
        if self._nodes > MAX_NODES:
            raise _TooMuchError(f"{MAX_NODES:,} values")
        if self._characters > _MAX_CHARACTERS:
            raise _TooMuchError(f"{_MAX_CHARACTERS:,} characters")

    def _mapping(self, value: Mapping[Any, Any], at: _At) -> Any:
        """A mapping; one with a part that cannot be known is what stands in its way."""
        name = value.get("Ref") if len(value) == 1 else None
        if isinstance(name, str) and name in at.loops:
            return at.loops[name]
        out: dict[Any, Any] = {}
        try:
            self._fill(out, value, at)
        except _UnknownError as error:
            return error.value
        return out

    def _fill(
        self, out: dict[Any, Any], value: Mapping[Any, Any], at: _At, *, is_moved: bool = False
    ) -> None:
        """Put what a mapping holds into another one."""
        for key, item in value.items():
            if str(key).startswith(_FOR_EACH):
                self._loop(out, key, item, at)
            elif key == _MACRO:
                for macro in item if isinstance(item, list) else [item]:
                    self._macro(out, macro, at)
            elif item is not None or not at.is_in_section_of_loop:
                self._put(out, key, item, at, is_moved=is_moved)

    def _put(self, out: dict[Any, Any], key: Any, item: Any, at: _At, *, is_moved: bool) -> None:
        """Put one key, which only one may make."""
        self._count(key, at)
        made = _replaced(key, at.loops)
        inner = at.to(made, key)
        if made in out:
            other = self.locate(inner.path)
            self._problems.append(Problem(f"{made} is made twice; the other is at {other}.", inner.place))
            return
        if is_moved or made != key:
            self._moved[inner.path] = (inner.locate, inner.written)
        out[made] = self._build(item, inner)

    # ── loops ─────────────────────────────────────────────────────────────────────────────────

    def _loop(self, out: dict[Any, Any], key: str, loop: Any, at: _At) -> None:
        """Put what a loop makes into the mapping that it stands in."""
        here = at / key
        if not _is_loop(loop):
            message = (
                f"{key} needs a name, a list and a mapping: ForEach over the list makes the mapping's keys."
            )
            self._problems.append(Problem(message, here.place))
            return
        name, collection, body = loop
        for text in self._items(self._build(collection, here / 1), here, is_needed=_is_needed(body)):
            inner = replace(at, written=(*here.written, 2), loops={**at.loops, name: text})
            self._count(text, inner)
            self._fill(out, body, inner, is_moved=True)

    def _items(self, collection: Any, here: _At, *, is_needed: bool) -> list[str]:
        """The texts that a loop runs over."""
        try:
            items = self._resolver.resolve(collection)
        except UnresolvableError as error:
            if len(here.path) > len(_SECTION):  # inside of a resource, it matters where the value does
                raise _UnknownError(collection) from error
            self._say_unknown(error, here, is_needed=is_needed)
            return []
        if isinstance(items, list) and not any(isinstance(item, (dict, list)) for item in items):
            return [as_text(item) for item in items]
        self._problems.append(Problem("Fn::ForEach runs over a list of texts.", (here / 1).place))
        return []

    def _say_unknown(self, error: UnresolvableError, here: _At, *, is_needed: bool) -> None:
        """A problem if the network needs what the loop makes, else a note."""
        advice = error.advice or (f" Give it with {error.option}." if error.option else "")
        message = f"The list of this loop is unknown, so what it makes is missing: {error}.{advice}"
        if is_needed and here.path[:1] == ("Resources",):
            self._problems.append(Problem(message, (here / 1).place))
        else:
            self._notes.append(f"{(here / 1).place}: {message}")

    # ── macros ────────────────────────────────────────────────────────────────────────────────

    def _macro(self, out: dict[Any, Any], macro: Any, at: _At) -> None:
        """Put what a file holds, or what a macro would make, into the mapping that it stands in."""
        here = at / _MACRO
        if mapping(macro).get("Name") == INCLUDE:
            found = self._included(macro, here)
            if found:
                document, file = found
                files = (*at.files, file)
                inner = replace(at, locate=document.locate, written=(), files=files)
                self._count(macro, inner, cost=_FILE)
                self._fill(out, mapping(document.value), inner, is_moved=True)
                return
        elif len(at.path) == 1:
            self._notes.append(macro_note(mapping(macro).get("Name"), here.place))
        if len(at.path) > 1:  # inside of a resource, it matters where the value does
            raise _UnknownError({_MACRO: macro})

    def _include_sections(self, made: dict[Any, Any], include: Any) -> None:
        """Add what a file holds to the sections of the template."""
        here = _At(path=(), locate=self._locate, written=("Transform",))
        found = self._included(include, here)
        if found is None:
            return
        document, _ = found
        for section, value in mapping(document.value).items():
            old = mapping(made.get(section))
            made[section] = {**mapping(value), **old} if isinstance(value, dict) else value
            for key in mapping(value):
                if key not in old:
                    self._moved[section, key] = (document.locate, (section, key))

    def _included(self, include: Mapping[Any, Any], here: _At) -> tuple[Document, FilePath] | None:
        """The file that is to be included; ``None`` when it cannot be, which is said."""
        try:
            given = mapping(include.get("Parameters")).get("Location")
            location = str(self._resolver.resolve(self._build(given, here)))
            if self._folder is None or _REMOTE.match(location):
                self._notes.append(f"{here.place}: {location} is not read; include a local file.")
                return None
            file = (self._folder / location).resolve()
            if file in here.files:
                self._problems.append(Problem(f"{shown(file)} includes itself.", here.place))
                return None
            if exists(file) and not file.is_file():  # a device or a pipe may never end
                raise ValueError
            if file not in self._files:
                self._files[file], *_ = parse_yaml_stream(read_text(file, shown(file)), shown(file))
                self._notes += self._files[file].notes
            return self._files[file], file
        except UnresolvableError as error:
            self._say_unknown(error, here, is_needed=False)
        except (OSError, ValueError, RuntimeError):  # no path, or an empty file
            self._problems.append(Problem("Location of AWS::Include is not a file's path.", here.place))
        except ManifestError as error:
            message = f"The file to include cannot be read: {'; '.join(map(str, error.problems))}"
            if len(here.path) == len(_SECTION):
                self._problems.append(Problem(message, here.place))
            else:
                self._notes.append(f"{here.place}: {message}")
        return None


def macro_note(name: Any, place: str) -> str:
    """Say that a macro does not run: only CloudFormation can run it."""
    return (
        f"{place}: The transform {name} is not run here, so what it makes is missing. "
        "Use the processed template: aws cloudformation get-template --template-stage Processed."
    )


def macros(given: Any) -> list[Any]:
    """What ``Transform`` names, each a name or a mapping."""
    return given if isinstance(given, list) else [given]


def _is_loop(loop: Any) -> bool:
    return (
        isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], dict)
    )


def _replaced(value: Any, loops: Mapping[str, str]) -> Any:
    """A text with the names of loops replaced; ``&{Name}`` leaves letters and digits."""
    if not loops or not isinstance(value, str):
        return value

    def item(match: re.Match[str]) -> str:
        if match[2] not in loops:
            return match[0]
        text = loops[match[2]]
        return text if match[1] == "$" else re.sub("[^0-9A-Za-z]", "", text)

    return _VARIABLE.sub(item, value)


def _is_needed(body: Any) -> bool:
    """Whether the network needs something that a loop makes."""
    return any(
        isinstance(each.get("Type"), str) and each["Type"].startswith(_NEEDED) for each in _mappings(body)
    )


def _find_short(template: Mapping[str, Any]) -> Iterator[str]:
    """What is in a template that has to be written out or that needs the language extensions."""
    for each in _mappings(template):
        for key in each:
            if str(key).startswith(_FOR_EACH):
                yield _FOR_EACH
            elif key in (_MACRO, "Fn::ToJsonString", "Fn::Length"):
                yield key


def _mappings(value: Any) -> Iterator[Mapping[Any, Any]]:
    """Every mapping in a value."""
    rest = [value]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            yield each
            rest += each.values()
        elif isinstance(each, list):
            rest += each
