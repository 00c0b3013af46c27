"""Which resource a value that is unknown before apply comes from, as the plan's configuration tells.

The configuration lists what an expression refers to, not what it does with it; values of locals and what
dynamic blocks say are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lattice_events.readers.common.documents import mapping
from lattice_events.readers.terraform.document import (
    INDEX,
    UNKNOWN,
    Key,
    Resource,
    Step,
    TerraformDocument,
    module_steps,
    parent_module,
    parse_address,
    sequence,
)

_MAX_DEPTH = 30  # of modules that hand on what they were handed
_OWN_KEY = ("each.key", "each.value", "count.index")
_CALL = re.compile(rf"module\.([^.\[\]]+)({INDEX})?(?:\.([^.\[\]]+))?")


@dataclass(frozen=True)
class _Scope:
    """Where an expression stands: its module's instance, its own key, and what `for_each` goes through."""

    module: str
    key: Key
    for_each: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Origins:
    """Where a value may come from.

    Attributes:
        resources: Those that the expression can mean.
        is_inferred: Whether the plan does not show the expression, so that they are all that the module makes.
    """

    resources: tuple[Resource, ...]
    is_inferred: bool = False


class References:
    """Finds the resources that expressions refer to."""

    def __init__(self, document: TerraformDocument) -> None:
        """Keep the plan."""
        self._document = document
        self._by_name: dict[tuple[str, str], dict[Key, Resource]] = {}
        for each in document.resources.values():
            self._by_name.setdefault((each.module, each.name), {})[each.key] = each

    def is_open(self, resource: Resource, key: str) -> bool:
        """Whether an argument that is unknown is left to AWS: nothing that is made only by apply can give it."""
        own = self._config(resource)
        scope = _Scope(resource.module, resource.key, mapping(own.get("for_each_expression")))
        walk = _Walk(self, ())
        if self.is_configured(resource, key):
            walk.follow(_expression(own, (key,)), scope)
        return not walk.is_made and walk.open_module is None

    def origins(self, resource: Resource, path: Sequence[Step], kinds: Sequence[str]) -> Origins:
        """The resources of some types that an unknown value of a resource can come from."""
        own = self._config(resource)
        scope = _Scope(resource.module, resource.key, mapping(own.get("for_each_expression")))
        walk = _Walk(self, kinds)
        walk.follow(_expression(own, path), scope)
        found = walk.found
        if walk.open_module is not None:
            found |= {each.address: each for each in self._made_by(walk.open_module, kinds)}
        return Origins(resources=tuple(found.values()), is_inferred=walk.open_module is not None)

    def is_configured(self, resource: Resource, key: str) -> bool:
        """Whether the configuration gives an argument, and not always null."""
        expression = mapping(mapping(self._config(resource).get("expressions")).get(key))
        return bool(expression) and expression.get("constant_value", "") is not None

    def _made_by(self, module: str, kinds: Sequence[str]) -> list[Resource]:
        """What a module makes of some types; if it makes none of them, what all modules make."""
        pool = [each for each in self._document.resources.values() if is_origin(each, kinds)]
        return [each for each in pool if each.module == module] or pool

    def _config(self, resource: Resource) -> Mapping[str, Any]:
        """What the configuration says of a resource."""
        module, _ = self.module_config(resource.module)
        for each in map(mapping, sequence(module.get("resources"))):
            if each.get("address") == resource.name:
                return each
        return {}

    def module_config(self, module: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The configuration of a module, and of the call that makes it."""
        config = self._document.configuration
        call: Mapping[str, Any] = {}
        for name, _ in module_steps(module):
            call = mapping(mapping(config.get("module_calls")).get(name))
            config = mapping(call.get("module"))
        return config, call

    def instances(self, module: str, name: str) -> Mapping[Key, Resource]:
        """The instances of a resource in one module's instance, by key."""
        return self._by_name.get((module, name), {})

    def modules_under(self, parent: str, name: str, key: str | None) -> list[str]:
        """The addresses of the instances of a module that another calls."""
        start = f"{parent}.module.{name}" if parent else f"module.{name}"
        if key is not None:
            return [start + key]
        known = {each.module for each in self._document.resources.values()}
        pattern = re.compile(rf"{re.escape(start)}({INDEX})?")
        return sorted(
            {match[0] for each in known if (match := pattern.match(each)) and _ends(each, match.end())}
        )


class _Walk:
    """Follows one expression through variables, outputs and modules.

    Attributes:
        found: By address.
        open_module: The module with an expression that the plan does not show; ``None`` when all are shown.
        is_made: Whether a resource or a data source has part in the value.
    """

    def __init__(self, references: References, kinds: Sequence[str]) -> None:
        self._references = references
        self._kinds = kinds
        self._depth = 0
        self.found: dict[str, Resource] = {}
        self.open_module: str | None = None
        self.is_made = False
        self._followed: set[tuple[str, Key, str, bool]] = set()

    def follow(self, expression: Any, scope: _Scope) -> None:
        """Follow what an expression refers to."""
        references = [str(each) for each in sequence(mapping(expression).get("references"))]
        if "constant_value" in mapping(expression) or self._depth > _MAX_DEPTH:
            return
        if not references:
            self.open_module = scope.module
        self._depth += 1
        before = len(self.found)
        uses_key = any(each.startswith(_OWN_KEY) for each in references)
        for reference in _longest(references):
            self._follow_one(reference, scope, uses_key=uses_key)
        if len(self.found) == before and any(each.startswith("each.value") for each in references):
            # What for_each goes through has what decides how many there are, too: it is asked last.
            for reference in _longest(sequence(scope.for_each.get("references"))):
                self._follow_one(reference, _Scope(scope.module, scope.key, {}), uses_key=True)
        self._depth -= 1

    def _follow_one(self, reference: str, scope: _Scope, *, uses_key: bool) -> None:
        if (scope.module, scope.key, reference, uses_key) in self._followed:
            return
        self._followed.add((scope.module, scope.key, reference, uses_key))
        head, _, rest = reference.partition(".")
        if head == "var":
            self._follow_variable(re.split(r"[.\[]", rest)[0], scope)
        elif head == "module":
            self._follow_output(reference, scope, uses_key=uses_key)
        elif head == "local":
            self.open_module = scope.module
        elif head not in ("each", "count", "path", "self", "terraform"):
            self._take(reference, scope, uses_key=uses_key)

    def _follow_variable(self, name: str, scope: _Scope) -> None:
        """What the module's caller gave for a variable."""
        steps = module_steps(scope.module)
        if not steps:
            return
        _, call = self._references.module_config(scope.module)
        expression = mapping(call.get("expressions")).get(name)
        if expression is not None:
            for_each = mapping(call.get("for_each_expression"))
            caller = _Scope(parent_module(scope.module), steps[-1][1], for_each)
            self.follow(expression, caller)

    def _follow_output(self, reference: str, scope: _Scope, *, uses_key: bool) -> None:
        """What a called module gives."""
        match = _CALL.match(reference)
        assert match is not None  # it starts with module.
        modules = self._references.modules_under(scope.module, match[1], match[2])
        if uses_key and match[2] is None:
            own = [each for each in modules if module_steps(each)[-1][1] == scope.key]
            modules = own or modules
        for module in modules:
            config, _ = self._references.module_config(module)
            outputs = mapping(config.get("outputs"))
            for name in [match[3]] if match[3] in outputs else outputs:
                self.follow(mapping(outputs[name]).get("expression"), _Scope(module, None, {}))

    def _take(self, reference: str, scope: _Scope, *, uses_key: bool) -> None:
        """The instances that a reference to a resource can mean."""
        self.is_made = True
        _, name, key = parse_address(reference)
        instances = self._references.instances(scope.module, name)
        if key is None and uses_key and scope.key in instances:
            key = scope.key
        chosen = [instances[key]] if key in instances else list(instances.values()) if key is None else []
        self.found |= {each.address: each for each in chosen if is_origin(each, self._kinds)}


def is_origin(resource: Resource, kinds: Sequence[str]) -> bool:
    """Whether an unknown value can come from a resource: it is of a type, and not yet there."""
    return resource.type in kinds and UNKNOWN in (
        resource.get("id"),
        resource.get("arn"),
        resource.get("json"),
    )


def _expression(config: Mapping[str, Any], path: Sequence[Step]) -> Any:
    """The expression at a path, or the one of the whole argument that the path leads into."""
    value: Any = mapping(config.get("expressions"))
    for step in path:
        if isinstance(value, dict) and ("references" in value or "constant_value" in value):
            return value
        if isinstance(value, list):
            value = value[step] if isinstance(step, int) and step < len(value) else None
        elif not (isinstance(step, int) and isinstance(value, dict)):  # a block that there is once
            value = mapping(value).get(step)
    return value


def _longest(references: Sequence[Any]) -> Iterator[str]:
    """References without those that are only the start of another: ``a.b[0].id``, then ``a.b[0]`` and ``a.b``."""
    texts = [str(each) for each in references]
    for text in texts:
        if not any(each.startswith((f"{text}.", f"{text}[")) for each in texts):
            yield text


def _ends(address: str, end: int) -> bool:
    return len(address) == end or address[end] == "."


def shown_path(path: Sequence[Step]) -> str:
    """A path as Terraform writes it: ``action[0].forward[0].target_groups``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
