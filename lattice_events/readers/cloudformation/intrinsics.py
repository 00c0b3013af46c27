"""Resolve CloudFormation's intrinsic functions as far as the local network needs their values.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.definitions.types import NESTED_STACKS
from lattice_events.readers.cloudformation.dynamic_references import (
    REFERENCE,
    find_answer,
    question,
)
from lattice_events.readers.cloudformation.functions import cidrs, json_text, length, look_up, zones
from lattice_events.readers.cloudformation.outside import (
    OtherStacks,
    UnresolvableError,
    resource_key,
)
from lattice_events.readers.common.advice import param_option, variable_option
from lattice_events.readers.common.documents import mapping

_SUB = re.compile(r"\$\{(!?)([^{}]*)\}")
NO_VALUE = object()
_MAX_DEPTH = 50  # of functions inside of functions; a condition that goes deeper refers to itself
_MAX_TEXT = 100_000  # of a value; a policy has 10,240 bytes, a function's variables have 4 KB
_MAX_MADE = 4_000_000  # characters, and items of lists, that the functions inside of one value make
_TOO_LONG = f"it is longer than {_MAX_TEXT:,} characters"


class Resolver:
    """Resolves the values of one template."""

    def __init__(
        self,
        template: Mapping[str, Any],
        *,
        pseudo: Mapping[str, str],
        parameters: Mapping[str, Any],
        variables: Mapping[str, str],
        stacks: OtherStacks,
        reference: Callable[[str], Any],
        attribute: Callable[[str, str], Any],
    ) -> None:
        """Prepare.

        Args:
            template: The whole template.
            pseudo: Values of ``AWS::Region`` and its like.
            parameters: Given values of parameters; the others have their defaults.
            variables: What only AWS knows, by ``KIND:NAME``; it wins over what other stacks say.
            stacks: The other ones.
            reference: Value of ``Ref`` to a resource; raises `UnresolvableError`.
            attribute: Value of ``Fn::GetAtt``; raises `UnresolvableError`.
        """
        self._template = template
        self._pseudo = pseudo
        self._parameters = parameters
        self._variables = variables
        self._stacks = stacks
        self._reference = reference
        self._attribute = attribute
        self._depth = 0
        self._is_guessing = False
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
            "Fn::ImportValue": self._import_value,
            "Fn::GetStackOutput": self._get_stack_output,
            "Fn::GetAZs": lambda value: zones(_text(self.resolve(value)) or self._pseudo["AWS::Region"]),
            "Fn::Cidr": lambda value: cidrs(*self.resolve(value)),
            "Fn::Length": lambda value: length(self.resolve(value)),
            "Fn::ToJsonString": lambda value: json_text(self.resolve(value)),
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
        return self._known(value)

    def holds(self, condition: Any) -> bool:
        """Whether a named condition holds.

        Raises:
            UnresolvableError: It is defined nowhere, malformed, or compares what cannot be known.
        """
        return bool(self._guarded("Condition", self._holds, condition))

    def may_hold(self, condition: Any) -> bool:
        """Whether a named condition holds if each value that others give is the first one that is allowed.

        One of which nothing is said is none of those that it is compared with.

        Raises:
            UnresolvableError: It is defined nowhere, or malformed.
        """
        self._is_guessing = True
        try:
            return self.holds(condition)
        finally:
            self._is_guessing = False

    def _holds(self, condition: Any) -> bool:
        conditions = mapping(self._template.get("Conditions"))
        if condition not in conditions:
            why, advice = "it is not defined under Conditions", did_you_mean(str(condition), conditions)
            raise UnresolvableError("Condition", _shown(condition), why=why, advice=advice)
        key = ("Guess" if self._is_guessing else "Condition", condition)
        if key not in self._answers:
            self._answers[key] = self._evaluate(conditions[condition])
        return bool(self._answers[key])

    def _call(self, name: str, argument: Any) -> Any:
        function = self._functions.get(name)
        if function is None:
            shown = _shown(self._argument(argument))
            raise UnresolvableError(name, shown, advice=did_you_mean(name, self._functions))
        value = self._guarded(name, function, argument)
        if isinstance(value, str) and len(value) > _MAX_TEXT:
            raise UnresolvableError(name, _shown(value), why=_TOO_LONG)
        self._made += len(value) if isinstance(value, (str, list)) else 0
        if self._made > _MAX_MADE:
            why = f"with what stands beside it, it is longer than {_MAX_MADE:,} characters"
            raise UnresolvableError(name, _shown(argument), why=why)
        return self._known(value)

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
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            raise UnresolvableError(name, _shown(argument), why=_reason(error)) from error
        except RecursionError as error:
            raise UnresolvableError(name, "…", why="it is nested too deeply") from error
        finally:
            self._depth -= 1

    def _known(self, value: Any) -> Any:
        """A value with its dynamic references, which only CloudFormation can follow, replaced."""
        if isinstance(value, str) and "{{resolve:" in value:
            return REFERENCE.sub(lambda match: self._dynamic(match[1]), value)
        return value

    def _dynamic(self, reference: str) -> str:
        """What a dynamic reference stands for."""
        answer = find_answer(reference, self._variables)
        answer = self._put_out(reference) if answer is None else answer
        if answer is None:
            option = variable_option(question(reference))
            shown = _shown(f"{{{{resolve:{reference}}}}}")
            raise UnresolvableError("dynamic reference", shown, is_outside=True, option=option)
        return answer

    def _put_out(self, reference: str) -> str | None:
        """What a stack of this run answers to ``cf:STACK.OUTPUT``."""
        stack, dot, name = reference.removeprefix("cf:").partition(".")
        if not dot or not reference.startswith("cf:"):
            return None
        try:
            return _text(self._stacks.output(stack, name))
        except UnresolvableError as error:
            if error.is_outside:
                return None
            raise

    def _ref(self, argument: Any) -> Any:
        name = self.resolve(argument)
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._pseudo:
            return self._pseudo[name]
        declared = mapping(self._template.get("Parameters"))
        if name in declared:
            return self._parameter(name, mapping(declared[name]))
        if name == "AWS::NotificationARNs":
            return self._notification_arns(name)
        return self._once(("Ref", str(name)), self._reference)

    def _notification_arns(self, name: str) -> list[str]:
        """The topics of the stack, which only its owner knows."""
        if name not in self._variables:
            raise UnresolvableError("Ref", name, is_outside=True, option=variable_option(name))
        return self._variables[name].split(",")

    def _once(self, question: tuple[str, ...], ask: Callable[..., Any]) -> Any:
        """Ask for a resource's reference, unless that is what it needs itself."""
        intrinsic, resource, *_ = question
        given = resource_key(".".join(question[1:]))
        if given in self._variables:
            return self._variables[given]
        if resource in self._asked:
            raise UnresolvableError(intrinsic, resource, why="it refers to itself")
        if question not in self._answers:
            self._asked.add(resource)
            try:
                self._answers[question] = ask(*question[1:])
            finally:
                self._asked.discard(resource)
        return self._answers[question]

    def _parameter(self, name: str, declared: Mapping[Any, Any]) -> Any:
        """A parameter's value: the given one, else its default."""
        kind = str(declared.get("Type"))
        value = self._parameters[name] if name in self._parameters else declared.get("Default")
        if kind.startswith("AWS::SSM::Parameter::Value"):
            value = self._stored(name, value)
        elif value is None:
            why, option = "the parameter has no Default and was not given", param_option(name)
            raise UnresolvableError("Ref", name, why=why, is_outside=True, option=option)
        return [item.strip() for item in str(value).split(",")] if "List" in kind else value

    def _stored(self, name: str, path: Any) -> Any:
        """The value of a parameter that is the path of a value; one that was given may be the value."""
        key = f"ssm:{as_text(path)}"
        if path is not None and key in self._variables:
            return self._variables[key]
        if name in self._parameters:
            return path
        why = "its value is in the Parameter Store"
        option = param_option(name) if path is None else variable_option(key)
        raise UnresolvableError("Ref", name, why=why, is_outside=True, option=option)

    def _get_att(self, argument: Any) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        logical_id, name = (self.resolve(part) for part in parts)
        if not isinstance(logical_id, str) or not isinstance(name, str):
            raise TypeError
        if name.startswith("Outputs.") and self._is_stack(logical_id):
            return self._nested_output(logical_id, name.partition(".")[2])
        return self._once(("Fn::GetAtt", logical_id, name), self._attribute)

    def _is_stack(self, logical_id: str) -> bool:
        resource = mapping(mapping(self._template.get("Resources")).get(logical_id))
        return resource.get("Type") in NESTED_STACKS

    def _nested_output(self, logical_id: str, name: str) -> Any:
        stack = self._pseudo["AWS::StackName"]
        key = f"cf:{stack}-{logical_id}.{name}"
        if key in self._variables:
            return self._variables[key]
        return self._stacks.nested_output(stack, logical_id, name)

    def _import_value(self, argument: Any) -> Any:
        name = _text(self.resolve(argument))
        key = f"import:{name}"
        if key in self._variables:
            return self._variables[key]
        where = {"region": self._pseudo["AWS::Region"], "account": self._pseudo["AWS::AccountId"]}
        return self._stacks.exported(name, **where)

    def _get_stack_output(self, argument: Any) -> Any:
        given = self.resolve(argument)
        stack, name = _text(given["StackName"]), _text(given["OutputName"])
        key = f"cf:{stack}.{name}"
        return self._variables[key] if key in self._variables else self._stacks.output(stack, name)

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
        keys = [_text(self.resolve(part)) for part in argument[:3]]
        try:
            return look_up(mapping(self._template.get("Mappings")), *keys)
        except LookupError:
            if len(argument) <= len(keys):
                raise
            return self.resolve(argument[len(keys)]["DefaultValue"])

    def _evaluate(self, condition: Any) -> bool:
        """The truth of a condition's definition."""
        if not isinstance(condition, dict) or len(condition) != 1:
            raise UnresolvableError("Condition", _shown(condition), why="its form is wrong")
        ((name, argument),) = condition.items()
        match name:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = (self._side(side) for side in argument)
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

    def _side(self, side: Any) -> Any:
        """What a condition compares."""
        try:
            return self.resolve(side)
        except UnresolvableError as error:
            if not (self._is_guessing and error.is_outside):
                raise
            name = side.get("Ref") if isinstance(side, dict) else None
            declared = mapping(self._template.get("Parameters")).get(name)
            allowed = mapping(declared).get("AllowedValues")
            return allowed[0] if isinstance(allowed, list) and allowed else f"unknown: {side!r}"


def is_intrinsic(value: Mapping[Any, Any]) -> bool:
    """Whether a mapping is the long form of an intrinsic function."""
    name = next(iter(value), None)
    return len(value) == 1 and isinstance(name, str) and (name == "Ref" or name.startswith("Fn::"))


def _reason(error: Exception) -> str:
    """Why a function has no value."""
    is_told = type(error) is LookupError and error.args
    return str(error) if is_told else "its form is wrong"


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
