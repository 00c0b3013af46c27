"""Resolve CloudFormation's intrinsic functions as far as the local network needs their values.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

_SUB = re.compile(r"\$\{(!?)([^}]*)\}")
NO_VALUE = object()


class UnresolvableError(Exception):
    """A value that cannot be known locally; `intrinsic` names the function at fault."""

    def __init__(self, intrinsic: str, detail: str) -> None:
        """Name the function and what it asks for."""
        super().__init__(f"{intrinsic} {detail}")
        self.intrinsic = intrinsic
        self.detail = detail


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
        self._functions: Mapping[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::If": self._if,
            "Fn::FindInMap": self._find_in_map,
            "Fn::Base64": lambda value: base64.b64encode(str(self.resolve(value)).encode()).decode(),
        }

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic in it resolved; keys whose value is ``AWS::NoValue`` go.

        Raises:
            UnresolvableError: An intrinsic in it has no value that could be known.
        """
        if isinstance(value, dict):
            name = next(iter(value)) if len(value) == 1 else ""
            if name == "Ref" or (isinstance(name, str) and name.startswith("Fn::")):
                return self._call(name, value[name])
            items = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in items.items() if item is not NO_VALUE}
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if isinstance(value, str) and "{{resolve:" in value:
            raise UnresolvableError("dynamic reference", value)
        return value

    def holds(self, condition: str) -> bool:
        """Whether a named condition holds."""
        conditions = self._template.get("Conditions") or {}
        if condition not in conditions:
            raise UnresolvableError("Condition", f"{condition} is not defined under Conditions")
        return self._evaluate(conditions[condition])

    def _call(self, name: str, argument: Any) -> Any:
        function = self._functions.get(name)
        if function is None:
            raise UnresolvableError(name, _shown(argument))
        try:
            return function(argument)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError) as error:
            raise UnresolvableError(name, f"{_shown(argument)} is malformed") from error

    def _ref(self, name: Any) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self._pseudo:
            return self._pseudo[name]
        declared = self._template.get("Parameters") or {}
        if name in declared:
            if name in self._parameters:
                value: Any = self._parameters[name]
            elif "Default" in declared[name]:
                value = declared[name]["Default"]
            else:
                raise UnresolvableError("Ref", f"{name}: the parameter has no Default and was not given")
            is_list = "List" in str(declared[name].get("Type"))
            return [item.strip() for item in str(value).split(",")] if is_list else value
        return self._reference(str(name))

    def _get_att(self, argument: Any) -> Any:
        logical_id, name = argument.split(".", 1) if isinstance(argument, str) else argument
        return self._attribute(logical_id, str(self.resolve(name)))

    def _sub(self, argument: Any) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else argument
        known = {name: self.resolve(value) for name, value in given.items()}

        def value(match: re.Match[str]) -> str:
            name = match[2].strip()
            if match[1]:  # ${!Literal}
                return f"${{{name}}}"
            if name in known:
                return str(known[name])
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _SUB.sub(value, text)

    def _join(self, argument: Any) -> str:
        delimiter, items = argument
        return str(delimiter).join(str(item) for item in self.resolve(items))

    def _select(self, argument: Any) -> Any:
        index, items = argument
        return self.resolve(items)[int(self.resolve(index))]

    def _split(self, argument: Any) -> list[str]:
        delimiter, text = argument
        return str(self.resolve(text)).split(delimiter)

    def _if(self, argument: Any) -> Any:
        condition, yes, no = argument
        return self.resolve(yes if self.holds(condition) else no)

    def _find_in_map(self, argument: Any) -> Any:
        name, top, second = (self.resolve(part) for part in argument[:3])
        return self._template["Mappings"][name][top][second]

    def _evaluate(self, condition: Any) -> bool:
        """The truth of a condition's definition."""
        if not isinstance(condition, dict) or len(condition) != 1:
            raise UnresolvableError("Condition", f"{_shown(condition)} is malformed")
        ((name, argument),) = condition.items()
        match name:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = (self.resolve(side) for side in argument)
                return bool(left == right)
            case "Fn::And":
                return all(self._evaluate(part) for part in argument)
            case "Fn::Or":
                return any(self._evaluate(part) for part in argument)
            case "Fn::Not":
                return not self._evaluate(argument[0])
            case _:
                raise UnresolvableError(name, "is not a condition function")


def _shown(argument: Any) -> str:
    """An argument, short enough for a message."""
    text = argument if isinstance(argument, str) else repr(argument)
    return text if len(text) <= 80 else text[:79] + "…"
