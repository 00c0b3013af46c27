"""YAML and JSON with positions, so that a problem can name the line that the user wrote.

Both are read in bounded time and memory, whoever wrote them: the depth, the number of nodes and the
length of a number have limits that no true configuration comes near.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.parser import ParserError
from yaml.reader import ReaderError
from yaml.resolver import Resolver
from yaml.scanner import ScannerError

from lattice_events.errors import ManifestError, Problem
from lattice_events.values import is_deeper

Path = tuple[str | int | float | None, ...]
Locate = Callable[[Path], str]

MAX_DEPTH = 100
"""Of mappings and lists inside of each other."""
MAX_NODES = 250_000
"""Of one file, an alias counted as often as it is used. CloudFormation takes templates of up to 1 MB."""
_MAX_DIGITS = 100
_MAX_NOTES = 10
_REFUSED = (ScannerError, ParserError, ReaderError, UnicodeEncodeError)  # by a parser, not by us
_NEXT_JSON = re.compile(
    r"(?<=\})(\s*\n)\{"
)  # an object after another: JSON lines, several answers of kubectl
_END = re.compile("(?:found|got) '<stream end>'")  # as PyYAML says it
_SURROGATE = re.compile("[\ud800-\udfff]")
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_CONTAINERS = (f"{_TAG}map", f"{_TAG}seq", "!")
_NUMBERS = (f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null")
# Plain text to CloudFormation and Kubernetes: a date stays as it was written.
_TEXTS = (*(_TAG + kind for kind in ("str", "timestamp", "binary", "value", "merge")), "!")


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A key that is in one mapping twice; places are lines and columns."""

    key: str
    place: tuple[int, int]
    first: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Document:
    """One YAML document as plain values; CloudFormation's short tags are in their long form.

    Of a key that is there twice the last value counts, as for CloudFormation and for kubectl without strict
    validation; `repeated` has all but the last.
    """

    value: Any
    file: str
    positions: dict[Path, tuple[int, int]]
    repeated: tuple[Repeated, ...] = ()

    @property
    def repetitions(self) -> Iterator[Problem]:
        """Where a key is that was there before."""
        for each in self.repeated[:_MAX_NOTES]:
            place, first = (f"{self.file}:{line}:{column}" for line, column in (each.place, each.first))
            message = (
                f"The key {each.key!r} appears twice in one mapping, also at {first}; the last one counts."
            )
            yield Problem(message, place)

    @property
    def notes(self) -> Iterator[str]:
        """What to say of it."""
        yield from map(str, self.repetitions)
        if len(self.repeated) > _MAX_NOTES:
            yield f"{self.file}: {len(self.repeated) - _MAX_NOTES} further keys appear twice."

    def locate(self, path: Path) -> str:
        """``file:line:column`` of a key path, or of its nearest parent that has a place."""
        for length in range(len(path), -1, -1):
            position = self.positions.get(path[:length])
            if position is not None:
                return f"{self.file}:{position[0]}:{position[1]}"
        return self.file


def parse_json(text: str, file: str) -> Any:
    """Parse JSON that no person wrote, so that its places do not matter.

    Raises:
        ManifestError: It is no JSON, or too deep.
    """
    try:
        value = json.loads(text)
        if not is_deeper(value, MAX_DEPTH):
            _refuse_odd_texts(value, file)
            return value
    except ValueError as error:
        raise ManifestError((Problem(f"This is not JSON: {error}.", file),)) from error
    except RecursionError:
        pass
    raise ManifestError((Problem(f"This JSON has more than {MAX_DEPTH} levels.", file),))


def _refuse_odd_texts(value: Any, file: str) -> None:
    """Refuse what no file of a person's may have, either."""
    rest = [value]
    while rest:
        each = rest.pop()
        problem = _text_problem(each) if isinstance(each, str) else None
        if problem:
            raise ManifestError((Problem(f"This JSON cannot be read: {problem}.", file),))
        if isinstance(each, dict):
            rest += (*each.keys(), *each.values())
        elif isinstance(each, list):
            rest += each


def mapping(value: Any) -> Mapping[Any, Any]:
    """A mapping; what is none has nothing in it."""
    return value if isinstance(value, dict) else {}


def parse_yaml(text: str, file: str) -> Document:
    """Parse one document.

    Args:
        text: YAML, of which JSON is a part.
        file: How to call it in problems.

    Raises:
        ManifestError: It is no YAML, has several documents or a key twice, or is beyond a limit.
    """
    documents = list(parse_yaml_stream(text, file))
    if len(documents) != 1:
        raise ManifestError((Problem(f"One YAML document was expected, not {len(documents)}.", file),))
    for each in documents[0].repeated:
        line, column = each.place
        raise _not_yaml(f"the key {each.key!r} appears twice in one mapping", file, (line - 1, column - 1))
    return documents[0]


def parse_yaml_stream(text: str, file: str) -> list[Document]:
    """Parse every document of a stream; see `parse_yaml`, but a key may be there twice."""
    if file.endswith(".json") or text.lstrip().startswith("{"):
        text = text.replace("\t", " ")  # JSON may be indented with tabs, YAML may not
    if text.lstrip().startswith("{"):
        text = _NEXT_JSON.sub(r"\1--- {", text)
    try:
        return _parse(_fast_loader(text), file)
    except (ImportError, *_REFUSED):  # the other parser reads it, or says best what is wrong
        return _parse_portably(text, file)
    except yaml.MarkedYAMLError as error:
        raise _refusal(error, file) from error


def _parse_portably(text: str, file: str) -> list[Document]:
    """Parse with the parser that is written in Python."""
    loader = None
    try:
        loader = _Loader(text)
        return _parse(loader, file)
    except yaml.MarkedYAMLError as error:
        raise _refusal(error, file) from error
    except ReaderError as error:
        before = text[: error.position]
        place = (before.count("\n"), len(before) - before.rfind("\n") - 1)
        raise _not_yaml(f"it contains the character U+{error.character:04X}", file, place) from error
    except (ValueError, OverflowError) as error:  # \UFFFFFFFF, %YAML with a number of 5,000 digits
        here = (loader.line, loader.column) if loader else None
        raise _not_yaml("it has a number that is too large", file, here) from error


def _parse(loader: _LimitedComposer, file: str) -> list[Document]:
    """Every document that a loader gives."""
    documents = []
    nodes = _Nodes()  # of all documents, aliases written out
    while loader.check_node():
        builder = _Builder(loader, nodes)
        value = builder.build(loader.get_node(), ())
        repeated = tuple(builder.repeated)
        documents.append(Document(value=value, file=file, positions=builder.positions, repeated=repeated))
    return documents


def _refusal(error: yaml.MarkedYAMLError, file: str) -> ManifestError:
    mark = error.problem_mark or error.context_mark
    return _not_yaml(error.problem or error.context, file, (mark.line, mark.column) if mark else None)


def _not_yaml(what: str | None, file: str, place: tuple[int, int] | None) -> ManifestError:
    origin = f"{file}:{place[0] + 1}:{place[1] + 1}" if place else file
    language = "JSON" if file.endswith(".json") else "YAML"
    problem = _END.sub("the file ends", what or "")
    return ManifestError((Problem(f"This is not {language}: {problem}.", origin),))


def _wrong(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


class _Nodes:
    """Counts what a file has, so that nothing small stands for something huge."""

    def __init__(self) -> None:
        self._count = 0

    def count(self, mark: Any) -> None:
        """One more."""
        self._count += 1
        if self._count > MAX_NODES:
            problem = f"it has more than {MAX_NODES:,} values when its aliases are expanded"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


class _LimitedComposer(Composer, SafeConstructor, Resolver):
    """Composes nodes that are not too many and not too deep."""

    peek_event: Callable[[], yaml.Event]  # of the parser beside it

    def __init__(self) -> None:
        for base in (Composer, SafeConstructor, Resolver):
            base.__init__(self)
        self._nodes = _Nodes()
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """One node, with what is in it."""
        mark: Any = self.peek_event().start_mark
        self._nodes.count(mark)
        if self._depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem=f"it has more than {MAX_DEPTH} levels", problem_mark=mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _Loader(_LimitedComposer, yaml.SafeLoader):
    """Reads with PyYAML's own parser."""

    def __init__(self, text: str) -> None:
        yaml.SafeLoader.__init__(self, text)
        _LimitedComposer.__init__(self)


def _fast_loader(text: str) -> _LimitedComposer:
    """Reads with libyaml, several times as fast; it refuses two halves of a character, as JSON may write one.

    Raises:
        ImportError: PyYAML was built without libyaml.
    """
    from yaml._yaml import CParser

    class Loader(_LimitedComposer, CParser):
        def __init__(self) -> None:
            CParser.__init__(self, text)
            _LimitedComposer.__init__(self)

    return Loader()


class _Builder:
    """Turns composed nodes into values and remembers where each key stands."""

    def __init__(self, loader: _LimitedComposer, nodes: _Nodes) -> None:
        self._loader = loader
        self._nodes = nodes
        self._parents: list[Any] = []
        self.positions: dict[Path, tuple[int, int]] = {}
        self.repeated: list[Repeated] = []

    def build(self, node: Any, path: Path) -> Any:
        """The value of a node."""
        self._nodes.count(node.start_mark)
        if any(parent is node for parent in self._parents):
            raise _wrong(node, "an alias refers to a value that contains it")
        if len(self._parents) > MAX_DEPTH:
            raise _wrong(node, f"it has more than {MAX_DEPTH} levels when its aliases are expanded")
        self.positions.setdefault(path, _place(node))
        self._parents.append(node)
        value = self._build(node, path)
        self._parents.pop()
        return value

    def _build(self, node: Any, path: Path) -> Any:
        is_intrinsic = node.tag.startswith("!") and node.tag != "!"
        if isinstance(node, yaml.ScalarNode):
            value: Any = _checked_text(node) if is_intrinsic else self._scalar(node)
        elif not is_intrinsic and node.tag not in _CONTAINERS:
            raise _wrong(node, f"the tag {_shown_tag(node)} is not supported")
        elif isinstance(node, yaml.MappingNode):
            value = self._mapping(node, path)
        else:
            value = [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return _intrinsic(node.tag[1:], value) if is_intrinsic else value

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        """Text, a number, true, false or null."""
        if node.tag in _TEXTS:
            return _checked_text(node)
        if node.tag not in _NUMBERS:
            raise _wrong(node, f"the tag {_shown_tag(node)} is not supported")
        if len(node.value) > _MAX_DIGITS:
            raise _wrong(node, "it has a number that is too large")
        if ":" in node.value:  # 12:30, a number to the base of 60 in YAML 1.1 only
            return _checked_text(node)
        try:
            return self._loader.construct_object(node)
        except (ValueError, LookupError) as error:  # !!int x
            raise _wrong(node, f"{node.value!r} is not a valid {_shown_tag(node)}") from error

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[Any, Any]:
        """A mapping, ``<<`` merged; of a key that is there twice, the last value."""
        values: dict[Any, Any] = {}
        pairs = list(self._pairs(node))
        replaced = set(self._replaced(pairs))
        for index, (key_node, value_node, _) in enumerate(pairs):
            if index not in replaced:
                here = (*path, self._key(key_node))
                self.positions[here] = _place(key_node)
                values[here[-1]] = self.build(value_node, here)
        return values

    def _replaced(self, pairs: list[tuple[Any, Any, bool]]) -> Iterator[int]:
        """The indices of what a later key of the same name replaces."""
        seen: dict[Any, int] = {}
        for index, (key_node, _, is_own) in enumerate(pairs):
            names = {self._key(key_node), key_node.value} if is_own else set()
            for before in {seen[name] for name in names if name in seen}:
                first = _place(pairs[before][0])
                self.repeated.append(Repeated(key=key_node.value, place=_place(key_node), first=first))
                yield before
            seen |= dict.fromkeys(names, index)

    def _key(self, node: yaml.Node) -> str | int | float | bool | None:
        key = self._scalar(node) if isinstance(node, yaml.ScalarNode) else ()
        if not isinstance(key, (str, int, float, bool)) and key is not None:
            raise _wrong(node, "a key must be plain text")
        return key

    def _pairs(self, node: yaml.MappingNode, depth: int = 0) -> Iterator[tuple[Any, Any, bool]]:
        """Keys and values, those of ``<<`` first, so that a mapping's own win; and which are its own."""
        merges = [(key, value) for key, value in node.value if key.tag == _MERGE]
        if len(merges) > 1:
            raise _wrong(merges[1][0], "the key '<<' appears twice in one mapping")
        sources = [each for _, value in merges for each in _merged(value)]
        for source in reversed(sources):  # of several, the first wins
            self._nodes.count(source.start_mark)
            if depth > MAX_DEPTH:
                raise _wrong(source, "an alias refers to a value that contains it")
            for key, value, _ in self._pairs(source, depth + 1):
                self._nodes.count(source.start_mark)
                yield key, value, False
        for key, value in node.value:
            if key.tag != _MERGE:
                yield key, value, True


def _place(node: yaml.Node) -> tuple[int, int]:
    """Line and column of a node."""
    return node.start_mark.line + 1, node.start_mark.column + 1


def _merged(value: Any) -> list[yaml.MappingNode]:
    """The mappings that a ``<<`` names."""
    sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
    for source in sources:
        if not isinstance(source, yaml.MappingNode):
            raise _wrong(source, "<< needs a mapping, or a list of mappings")
    return list(sources)


def _intrinsic(name: str, value: Any) -> dict[str, Any]:
    """``!Name value`` in its long form."""
    if name in ("Ref", "Condition"):
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{name}": value}


def _checked_text(node: yaml.ScalarNode) -> str:
    """A text; what JSON writes as two surrogates is one character."""
    text: str = node.value
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    problem = _text_problem(text)
    if problem:
        raise _wrong(node, problem)
    return text


def _text_problem(text: str) -> str | None:
    """Say why no AWS service would take a text, or ``None``."""
    if "\0" in text:
        return "a text must not contain the character U+0000"
    if text.isascii() or not _SURROGATE.search(text):
        return None
    return r"a text contains half of a character, such as \ud800"


def _shown_tag(node: yaml.Node) -> str:
    """A tag as it is written."""
    tag: str = node.tag
    return tag.replace(_TAG, "!!")
