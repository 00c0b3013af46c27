"""Resolve CloudFormation's intrinsic functions as far as the local network needs their values.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lattice_events.readers.common.documents import mapping
from lattice_events.readers.common.fragment import did_you_mean

_SUB = re.compile(r"\$\{(!?)([^{}]*)\}")
NO_VALUE = object()
_MAX_DEPTH = 50  # of functions inside of functions; a condition that goes deeper refers to itself
_MAX_TEXT = 100_000  # of a value; a policy has 10,240 bytes, a function's variables have 4 KB
_MAX_MADE = 4_000_000  # characters, and items of lists, that the functions inside of one value make
_TOO_LONG = f"it is longer than {_MAX_TEXT:,} characters"


class UnresolvableError(Exception):
    """A value that cannot be known locally.

    Attributes:
        intrinsic: The function at fault.
        name: What it asks for.
        detail: The name, and why there is no such value.
        is_outside: Whether the value is somebody else's to give: another stack's, or the user's.
        advice: What to write instead, where the template names what is not there; else empty.
    """

    def __init__(
        self, intrinsic: str, name: str, *, why: str = "", is_outside: bool = False, advice: str = ""
    ) -> None:
        """Name the function and what it asks for."""
        self.intrinsic = intrinsic
        self.name = name
        self.detail = f"{name} ({why})" if why else name
        self.is_outside = is_outside
        self.advice = advice
        super().__init__(f"{intrinsic} {self.detail}")


class Resolver:
    """Resolves the values of one template."""

    def __init__(
        self,
        template: Mapping[str, Any],
        *,
        pseudo: Mapping[str, str],
        parameters: Mapping[str, str],
        reference: Callable[[str], Any],
        attribute: Callable[[str, str], Any],
    ) -> None:
        """Prepare.

        Args:
            template: The whole template.
            pseudo: Values of ``AWS::Region`` and its like.
            parameters: Given values of parameters; the others have their defaults.
            reference: Value of ``Ref`` to a resource; raises `UnresolvableError`.
            attribute: Value of ``Fn::GetAtt``; raises `UnresolvableError`.
        """
        self._template = template
        self._pseudo = pseudo
        self._parameters = parameters
        self._reference = reference
        self._attribute = attribute
        self._depth = 0
        self._made = 0
        self._asked: set[str] = set()  # the resources whose reference is being worked out
        self._answers: dict[tuple[str, ...], Any] = {}  # so that what is asked for twice is worked out once
        self._functions: Mapping[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::Base64": lambda value: base64.b64encode(_text(self.resolve(value)).encode()).decode(),
        }

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic in it resolved; keys whose value is ``AWS::NoValue`` go.

        Raises:
            UnresolvableError: An intrinsic in it has no value that could be known.
        """
        if self._depth == 0:
            self._made = 0
        return self._resolve(value)

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, dict):
            if is_intrinsic(value):
                return self._call(*next(iter(value.items())))
            items = {key: self._resolve(item) for key, item in value.items()}
            return {key: item for key, item in items.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in map(self._resolve, value) if item is not NO_VALUE]
        return _known(value)

    def holds(self, condition: Any) -> bool:
        """Whether a named condition holds.

        Raises:
            UnresolvableError: It is defined nowhere, malformed, or compares what cannot be known.
        """
        return bool(self._guarded("Condition", self._holds, condition))

    def _holds(self, condition: Any) -> bool:
        conditions = mapping(self._template.get("Conditions"))
        if condition not in conditions:
            why, advice = "it is not defined under Conditions", did_you_mean(str(condition), conditions)
            raise UnresolvableError("Condition", _shown(condition), why=why, advice=advice)
        key = ("Condition", condition)
        if key not in self._answers:
            self._answers[key] = self._evaluate(conditions[condition])
        return bool(self._answers[key])

    def _call(self, name: str, argument: Any) -> Any:
        function = self._functions.get(name)
        if function is None:
            shown, is_outside = _shown(self._argument(argument)), name == "Fn::ImportValue"
            advice = "" if is_outside else did_you_mean(name, self._functions)
            raise UnresolvableError(name, shown, is_outside=is_outside, advice=advice)
        value = self._guarded(name, function, argument)
        if isinstance(value, str) and len(value) > _MAX_TEXT:
            raise UnresolvableError(name, _shown(value), why=_TOO_LONG)
        self._made += len(value) if isinstance(value, (str, list)) else 0
        if self._made > _MAX_MADE:
            why = f"with what stands beside it, it is longer than {_MAX_MADE:,} characters"
            raise UnresolvableError(name, _shown(argument), why=why)
        return _known(value)

    def _argument(self, argument: Any) -> Any:
        """What a function that is not ours was given, resolved if that can be done."""
        try:
            return self.resolve(argument)
        except UnresolvableError:
            return argument

    def _guarded(self, name: str, function: Callable[[Any], Any], argument: Any) -> Any:
        """Call a function; whatever a malformed argument makes it raise is one kind of error."""
        if self._depth >= _MAX_DEPTH:
            raise UnresolvableError(name, _shown(argument), why="it refers to itself")
        self._depth += 1
        try:
            return function(argument)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise UnresolvableError(name, _shown(argument), why="its form is wrong") from error
        except RecursionError as error:
            raise UnresolvableError(name, "…", why="it is nested too deeply") from error
        finally:
            self._depth -= 1

    def _ref(self, name: Any) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._pseudo:
            return self._pseudo[name]
        declared = mapping(self._template.get("Parameters"))
        if name in declared:
            return self._parameter(name, declared[name])
        return self._once(("Ref", str(name)), self._reference)

    def _once(self, question: tuple[str, ...], ask: Callable[..., Any]) -> Any:
        """Ask for a resource's reference, unless that is what it needs itself."""
        intrinsic, resource, *_ = question
        if resource in self._asked:
            raise UnresolvableError(intrinsic, resource, why="it refers to itself")
        if question not in self._answers:
            self._asked.add(resource)
            try:
                self._answers[question] = ask(*question[1:])
            finally:
                self._asked.discard(resource)
        return self._answers[question]

    def _parameter(self, name: str, declared: Mapping[str, Any]) -> Any:
        """A parameter's value: the given one, else its default."""
        kind = str(declared.get("Type"))
        if name in self._parameters:
            value: Any = self._parameters[name]
        elif kind.startswith("AWS::SSM::Parameter::Value"):
            why = "its value is in the Parameter Store"
            raise UnresolvableError("Ref", name, why=why, is_outside=True)
        elif "Default" in declared:
            value = declared["Default"]
        else:
            why = "the parameter has no Default and was not given"
            raise UnresolvableError("Ref", name, why=why, is_outside=True)
        return [item.strip() for item in str(value).split(",")] if "List" in kind else value

    def _get_att(self, argument: Any) -> Any:
        logical_id, name = argument.split(".", 1) if isinstance(argument, str) else argument
        name = self.resolve(name)
        if not isinstance(logical_id, str) or not isinstance(name, str):
            raise TypeError
        return self._once(("Fn::GetAtt", logical_id, name), self._attribute)

    def _sub(self, argument: Any) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument
        known = {name: self.resolve(value) for name, value in given.items()}
        return _joined("Fn::Sub", "", self._parts(text, known))

    def _parts(self, text: str, known: Mapping[str, Any]) -> Iterator[str]:
        """A text of Fn::Sub in parts, each variable replaced."""
        end = 0
        for match in _SUB.finditer(text):
            yield text[end : match.start()]
            yield self._variable(match[2].strip(), known, is_literal=bool(match[1]))
            end = match.end()
        yield text[end:]

    def _variable(self, name: str, known: Mapping[str, Any], *, is_literal: bool) -> str:
        if is_literal:  # ${!Literal}
            return f"${{{name}}}"
        if name in known:
            return _text(known[name])
        return _text(self._get_att(name) if "." in name else self._ref(name))

    def _join(self, argument: Any) -> str:
        delimiter, items = argument
        return _joined("Fn::Join", _literal(delimiter), map(_text, _items(self.resolve(items))))

    def _select(self, argument: Any) -> Any:
        index, items = argument
        return _items(self.resolve(items))[_index(self.resolve(index))]

    def _split(self, argument: Any) -> list[str]:
        delimiter, text = argument
        return _text(self.resolve(text)).split(_literal(delimiter))

    def _if(self, argument: Any) -> Any:
        condition, yes, no = argument
        return self.resolve(yes if self.holds(condition) else no)

    def _find_in_map(self, argument: Any) -> Any:
        name, top, second = (self.resolve(part) for part in argument[:3])
        return self._template["Mappings"][name][top][second]

    def _evaluate(self, condition: Any) -> bool:
        """The truth of a condition's definition."""
        if not isinstance(condition, dict) or len(condition) != 1:
            raise UnresolvableError("Condition", _shown(condition), why="its form is wrong")
        ((name, argument),) = condition.items()
        match name:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = (self.resolve(side) for side in argument)
                return as_text(left) == as_text(right)
            case "Fn::And":
                return all(self._evaluate(part) for part in argument)
            case "Fn::Or":
                return any(self._evaluate(part) for part in argument)
            case "Fn::Not":
                (part,) = argument
                return not self._evaluate(part)
            case _:
                raise UnresolvableError(name, _shown(argument), why="it is not a condition function")


def is_intrinsic(value: Mapping[Any, Any]) -> bool:
    """Whether a mapping is the long form of an intrinsic function."""
    name = next(iter(value), None)
    return len(value) == 1 and isinstance(name, str) and (name == "Ref" or name.startswith("Fn::"))


def _known(value: Any) -> Any:
    """A value, unless it is a dynamic reference, which only CloudFormation can follow."""
    if isinstance(value, str) and "{{resolve:" in value:
        raise UnresolvableError("dynamic reference", _shown(value))
    return value


def as_text(value: Any) -> str:
    """A value as CloudFormation writes it into text."""
    if value is NO_VALUE:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _text(value: Any) -> str:
    """A value that must be text, as CloudFormation writes it into another text."""
    if isinstance(value, (dict, list)):
        raise TypeError
    return as_text(value)


def _literal(delimiter: Any) -> str:
    """A delimiter, which no function can give."""
    if not isinstance(delimiter, str):
        raise TypeError
    return delimiter


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _index(value: Any) -> int:
    """A place in a list, from 0, as a number or as digits."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).isascii():
        raise TypeError
    if not str(value).isdigit():
        raise ValueError
    return int(value)


def _joined(intrinsic: str, delimiter: str, texts: Iterable[str]) -> str:
    """Texts as one, which is never made if it would be too long."""
    kept: list[str] = []
    length = -len(delimiter)
    for text in texts:
        length += len(delimiter) + len(text)
        if length > _MAX_TEXT:
            raise UnresolvableError(intrinsic, _shown(text or delimiter), why=_TOO_LONG)
        kept.append(text)
    return delimiter.join(kept)


def _shown(argument: Any) -> str:
    """An argument, short enough for a message."""
    text = argument if isinstance(argument, str) else repr(argument)
    return text if len(text) <= 80 else text[:79] + "…"
