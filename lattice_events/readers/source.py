"""YAML and JSON with positions, so that a problem can name the line that the user wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from lattice_events.errors import ManifestError, Problem

Path = tuple[str | int | float | None, ...]
Locate = Callable[[Path], str]


@dataclass(frozen=True, kw_only=True)
class Document:
    """One YAML document as plain values; CloudFormation's short tags are in their long form."""

    value: Any
    file: str
    positions: dict[Path, tuple[int, int]]

    def locate(self, path: Path) -> str:
        """``file:line:column`` of a key path, or of its nearest parent that has a place."""
        for length in range(len(path), -1, -1):
            position = self.positions.get(path[:length])
            if position is not None:
                return f"{self.file}:{position[0]}:{position[1]}"
        return self.file


def parse_yaml(text: str, file: str) -> Document:
    """Parse one document.

    Args:
        text: YAML, of which JSON is a part.
        file: How to call it in problems.

    Raises:
        ManifestError: It is no YAML, has several documents or a key twice.
    """
    documents = list(parse_yaml_stream(text, file))
    if len(documents) != 1:
        raise ManifestError((Problem(f"One YAML document was expected, not {len(documents)}.", file),))
    return documents[0]


def parse_yaml_stream(text: str, file: str) -> Iterator[Document]:
    """Parse every document of a stream; see `parse_yaml`."""
    if file.endswith(".json"):
        text = text.replace("\t", " ")  # JSON may be indented with tabs, YAML may not
    try:
        loader = yaml.SafeLoader(text)
        while loader.check_node():
            builder = _Builder(loader, file)
            value = builder.build(loader.get_node(), ())
            yield Document(value=value, file=file, positions=builder.positions)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        raise ManifestError((Problem(f"This is not YAML: {error.problem}.", place),)) from error
    except (yaml.YAMLError, ValueError) as error:  # forbidden characters; a date such as 2026-02-30
        raise ManifestError((Problem(f"This is not YAML: {error}", file),)) from error


class _Builder:
    """Turns composed nodes into values and remembers where each key stands."""

    def __init__(self, loader: yaml.SafeLoader, file: str) -> None:
        self._loader = loader
        self._file = file
        self._parents: list[Any] = []
        self.positions: dict[Path, tuple[int, int]] = {}

    def build(self, node: Any, path: Path) -> Any:
        """The value of a node."""
        if any(parent is node for parent in self._parents):
            raise self._error(node, "an alias refers to a value that contains it")
        self.positions.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        self._parents.append(node)
        value = self._build(node, path)
        self._parents.pop()
        return value

    def _build(self, node: Any, path: Path) -> Any:
        if node.tag.startswith("!"):
            return self._build_intrinsic(node, path)
        if isinstance(node, yaml.MappingNode):
            return self._build_mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._loader.construct_object(node)

    def _build_mapping(self, node: yaml.MappingNode, path: Path) -> dict[Any, Any]:
        """A mapping, ``<<`` merged, no key twice."""
        self._refuse_duplicates(node)
        self._loader.flatten_mapping(node)
        values: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self._loader.construct_object(key_node, deep=True)
            if not isinstance(key, (str, int, float, bool)) and key is not None:
                raise self._error(key_node, "a key must be plain text")
            here = (*path, key)
            self.positions[here] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            values[key] = self.build(value_node, here)
        return values

    def _refuse_duplicates(self, node: yaml.MappingNode) -> None:
        """A key that stands twice: YAML forbids it, and the first value would be lost."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise self._error(key, f"the key {key.value!r} appears twice in one mapping")
                seen.add(key.value)

    def _build_intrinsic(self, node: Any, path: Path) -> Any:
        """``!Name value`` in its long form."""
        name = node.tag[1:]
        if isinstance(node, yaml.MappingNode):
            value: Any = self._build_mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            value = [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        else:
            value = node.value
        if name in ("Ref", "Condition"):
            return {name: value}
        if name == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {f"Fn::{name}": value}

    def _error(self, node: Any, problem: str) -> yaml.MarkedYAMLError:
        return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
