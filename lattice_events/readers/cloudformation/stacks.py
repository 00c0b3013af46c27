"""The stacks of a run: what one exports, others import; what a nested one puts out, its parent asks for.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.definitions.types import FUNCTION
from lattice_events.errors import Problem
from lattice_events.readers.cloudformation.expansion import expand
from lattice_events.readers.cloudformation.intrinsics import Resolver
from lattice_events.readers.cloudformation.outside import OtherStacks, UnresolvableError
from lattice_events.readers.cloudformation.template import Template, TemplateOptions
from lattice_events.readers.common.advice import variable_option
from lattice_events.readers.common.documents import mapping

if TYPE_CHECKING:
    from lattice_events.readers.cloudformation.reader import TemplateSource


class Stack:
    """One template with its values; it is worked out when somebody asks for it."""

    def __init__(self, source: TemplateSource, options: TemplateOptions) -> None:
        """Write its template out."""
        self.source = source
        self.options = options
        full = expand(
            source.template,
            source.locate,
            resolver=_resolver(source.template, options),
            folder=None if source.is_alone else source.folder,
        )
        self.written = full.template
        self.locate = full.locate
        self.notes = (*source.notes, *full.notes)
        self.problems = (*source.problems, *full.problems)
        self.resources = mapping(self.written.get("Resources"))
        self.outputs = mapping(self.written.get("Outputs"))
        self._asked: set[str] = set()

    @cached_property
    def template(self) -> Template:
        """Its values."""
        return Template(self.written, self.locate, self.options)

    def output(self, name: str) -> Any:
        """The value of an output.

        Raises:
            UnresolvableError: It is not there, or cannot be known.
        """
        shown = f"{self.options.stack_name}.{name}"
        if name in self._asked:
            raise UnresolvableError("Outputs", shown, why="it refers to itself")
        if name not in self.outputs or not self._is_put_out(name):
            advice = did_you_mean(name, map(str, self.outputs))
            raise UnresolvableError("Outputs", shown, why="there is no such output", advice=advice)
        self._asked.add(name)
        try:
            return self.template.resolver.resolve(mapping(self.outputs[name]).get("Value"))
        finally:
            self._asked.discard(name)

    def _is_put_out(self, name: str) -> bool:
        condition = mapping(self.outputs[name]).get("Condition")
        return condition is None or self.template.resolver.holds(condition)

    @cached_property
    def exports(self) -> dict[str, str]:
        """The output that has the value of each export; what cannot be known is none."""
        return dict(self._exports())

    def _exports(self) -> Iterator[tuple[str, str]]:
        for output, value in self.outputs.items():
            name = mapping(mapping(value).get("Export")).get("Name")
            if name is None:
                continue
            try:
                resolved = self.template.resolver.resolve(name)
                if isinstance(resolved, str) and self._is_put_out(output):
                    yield resolved, str(output)
            except UnresolvableError:
                pass


class Stacks(OtherStacks):
    """Every stack of a run, in the order in which they are given."""

    def __init__(self) -> None:
        """Start with none."""
        self._stacks: list[Stack] = []
        self._named: dict[str, Stack] = {}
        self._unnamed: Counter[str] = Counter()  # logical ids of functions

    def __iter__(self) -> Iterator[Stack]:
        """Each one."""
        return iter(self._stacks)

    def add(self, stack: Stack) -> None:
        """One more."""
        self._stacks.append(stack)
        self._unnamed.update(_unnamed_functions(stack))
        self._named.setdefault(stack.options.stack_name, stack)

    def share(self, logical_id: str) -> bool:
        """Whether several stacks have a function of this logical id that is given no name."""
        return self._unnamed[logical_id] > 1

    @cached_property
    def _exporters(self) -> dict[tuple[str, str], dict[str, list[tuple[Stack, str]]]]:
        """Who exports a name, with the output, by Region and account."""
        found: dict[tuple[str, str], dict[str, list[tuple[Stack, str]]]] = {}
        for stack in self:
            names = found.setdefault((stack.options.region, stack.options.account), {})
            for name, output in stack.exports.items():
                names.setdefault(name, []).append((stack, output))
        return found

    def problems(self) -> Iterator[Problem]:
        """Names that several stacks of one Region and account export."""
        for names in self._exporters.values():
            for name, exporters in names.items():
                first, *others = [stack.locate(("Outputs", output, "Export")) for stack, output in exporters]
                message = (
                    f"Two stacks export {name}; the other is at {first}. CloudFormation refuses the second."
                )
                yield from (Problem(message, place) for place in others)

    def exported(self, name: str, *, region: str, account: str) -> Any:
        """The value that a stack exports."""
        names = self._exporters.get((region, account), {})
        for stack, output in names.get(name, ()):
            return stack.output(output)
        option = variable_option(f"import:{name}")
        meant = did_you_mean(name, names)
        advice = f"{meant} Else give it with {option}." if meant else ""
        raise UnresolvableError("Fn::ImportValue", name, is_outside=True, advice=advice, option=option)

    def output(self, stack: str, name: str) -> Any:
        """An output of a stack by its name."""
        return self._named[stack].output(name) if stack in self._named else super().output(stack, name)

    def nested_output(self, stack: str, logical_id: str, name: str) -> Any:
        """An output of a nested stack."""
        child = self._named.get(nested_name(stack, logical_id))
        return child.output(name) if child else super().nested_output(stack, logical_id, name)


def _unnamed_functions(stack: Stack) -> Iterator[str]:
    """Logical ids of the functions that CloudFormation names."""
    for logical_id, resource in stack.resources.items():
        each = mapping(resource)
        if each.get("Type") == FUNCTION and "FunctionName" not in mapping(each.get("Properties")):
            yield str(logical_id)


def _resolver(template: Mapping[str, Any], options: TemplateOptions) -> Resolver:
    """Knows what a template says before its resources are known."""

    def refuse(*names: str) -> Any:
        why = "a loop or a place of a file cannot depend on a resource"
        raise UnresolvableError("Ref", ".".join(names), why=why)

    return Resolver(
        template,
        pseudo=options.pseudo,
        parameters=options.parameters,
        variables=options.variables,
        stacks=options.stacks,
        reference=refuse,
        attribute=refuse,
    )


def nested_name(parent: str, logical_id: str) -> str:
    """The name of the stack that a resource of another one is."""
    return f"{parent}-{logical_id}"
