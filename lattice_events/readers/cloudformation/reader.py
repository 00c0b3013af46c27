"""Templates as sources: each a stack, known by its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import Problem
from lattice_events.readers.cloudformation.nested import ChildParameters, Nesting, roots
from lattice_events.readers.cloudformation.resources import read_resources
from lattice_events.readers.cloudformation.secrets import hide, secret_values
from lattice_events.readers.cloudformation.stack_names import made_up_stack_names
from lattice_events.readers.cloudformation.stacks import Stack, Stacks, nested_name
from lattice_events.readers.cloudformation.template import TemplateOptions
from lattice_events.readers.common.documents import Document, Locate, mapping
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.common.sources import (
    Context,
    Found,
    Reader,
    ReadOptions,
    RunSettings,
    SettingsSource,
    Source,
)

_SETTINGS = ("Metadata", "lattice")


@dataclass(frozen=True, kw_only=True)
class TemplateSource(Source):
    """A CloudFormation template, whoever wrote or made it.

    Attributes:
        template: With ``Resources``.
        locate: Gives the place of a key path of the template.
        folder: Where its relative paths start.
        stack_name: Of its stack; empty for one that is made of its path.
        code: Gives the folder or archive of a function or layer by logical id; ``None`` when unknown.
        parameters: Values of its parameters; those of the command line win.
        notes: To say of it, whatever it defines.
        problems: Of it, whatever it defines.
        deployed: What AWS has given to resources that exist, by logical id and attribute: ``Arn``, say.
        secrets: Values in it that must not be printed.
        nested: Gives the template of a nested stack by logical id; ``None`` for the file that the template names.
        failures: Why a dynamic reference has no value, where somebody was asked for it.
        is_alone: Whether the files that it names are not read.
    """

    template: Mapping[str, Any]
    locate: Locate
    folder: FilePath
    stack_name: str = ""
    code: Callable[[str], str | None] = lambda _: None
    parameters: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    deployed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    nested: Callable[[str], TemplateSource | None] = lambda _: None
    failures: Mapping[str, str] = field(default_factory=dict)
    is_alone: bool = False

    @classmethod
    def read_all(cls, sources: Sequence[TemplateSource], context: Context) -> Fragment:
        """Read every template; each is the stack that its path names."""
        given = roots(sources)
        names = stack_names(given)
        stacks = Stacks()
        for source in given:
            stacks.add(Stack(source, replace(_options(source, names[source.origin], context), stacks=stacks)))
        nesting = Nesting(stacks, load=partial(_load_nested, context), make=partial(_nested, context))
        for stack in list(stacks):
            nesting.add(stack)
        merged = Fragment(notes=nesting.notes, problems=[*nesting.problems, *stacks.problems()])
        for stack in stacks:
            merged.notes += stack.notes
            merged.problems += stack.problems
            if not isinstance(stack.written.get("Resources", {}), dict):
                message = "Resources must be a mapping from a logical id to {Type: …, Properties: …}."
                merged.problems.append(Problem(message, stack.locate(("Resources",))))
            merged.add(read_resources(stack.template))
        secrets = secret_values(context.options, [stack.written for stack in stacks])
        hide(merged, secrets.union(*(source.secrets for source in sources)))
        return merged

    @property
    def file(self) -> FilePath:
        """What it was read from."""
        return FilePath(self.origin).resolve()

    def expanded(self, context: Context) -> TemplateSource:
        """The same template without ``Fn::ForEach`` and ``AWS::Include``, for who reads it before `read_all`."""
        name = stack_names([self])[self.origin]
        stack = Stack(self, _options(self, name, context))
        return replace(
            self,
            template=stack.written,
            locate=stack.locate,
            notes=stack.notes,
            problems=stack.problems,
        )


def _claims(found: Found) -> FilePath | None:
    """A file with one document that has ``Resources``."""
    if found.path.is_dir() or len(found.documents) != 1:
        return None
    return found.path if "Resources" in mapping(found.documents[0].value) else None


def _load(found: Found, _: ReadOptions) -> list[TemplateSource]:
    (document,) = found.documents
    return [template_source(document, found.path.absolute().parent)]


def template_source(document: Document, folder: FilePath, *, is_alone: bool = False) -> TemplateSource:
    """The template that a document is, with the settings in its Metadata; see `TemplateSource`."""
    value = mapping(document.value.get("Metadata")).get("lattice")
    settings = SettingsSource(
        value=value, folder=folder, locate=document.locate, root=_SETTINGS, is_program=False
    )
    return TemplateSource(
        origin=document.file,
        template=document.value,
        locate=document.locate,
        folder=folder,
        settings=None if value is None else settings,
        is_alone=is_alone,
    )


def stack_names(sources: Sequence[TemplateSource]) -> dict[str, str]:
    """The stack's name of each source, by origin: its own, or one that is made of its path."""
    made_up = made_up_stack_names(source.origin for source in sources if not source.stack_name)
    return {source.origin: source.stack_name or made_up[source.origin] for source in sources}


def _options(source: TemplateSource, stack_name: str, context: Context) -> TemplateOptions:
    """What a template does not say."""
    options = context.options
    return TemplateOptions(
        region=options.region or source.region or context.region,
        account=source.account or context.account,
        stated_region=options.region or source.region,
        stated_account=source.account or options.variables.get("aws:accountId", ""),
        stack_name=stack_name,
        variables=options.variables,
        parameters={**source.parameters, **options.params},
        code=_code(source, options),
        runs_functions=options.runs_functions,
        guesses_conditions=options.guesses_conditions,
        layers=options.layers,
        run_settings=context.run_settings.get(source.origin, RunSettings()),
        environment=options.environment,
        urls=context.urls,
        assumptions=context.assumptions,
        deployed=source.deployed,
        failures=source.failures,
    )


def _code(source: TemplateSource, options: ReadOptions) -> Callable[[str], str | None]:
    """Gives the code of a function by logical id."""
    # Absolute: a function runs in its folder.
    given = {name: str(folder.absolute()) for name, folder in options.code.items()}
    return lambda name: given.get(name) or source.code(name) or (None if options.runs_functions else "")


def _nested(context: Context, source: TemplateSource, parent: Stack, logical_id: str) -> Stack:
    """The stack that a resource of another one is."""
    parameters = ChildParameters(
        parent,
        logical_id,
        declared=mapping(source.template.get("Parameters")),
        params=context.options.params,
    )
    name = nested_name(parent.options.stack_name, logical_id)
    code = _code(source, context.options)
    return Stack(
        source,
        replace(parent.options, stack_name=name, parameters=parameters, code=code, deployed=source.deployed),
    )


def _load_nested(context: Context, file: FilePath) -> TemplateSource | None:
    """The template in a file, whatever form it has."""
    sources = context.load(file)
    return next((source for source in sources if isinstance(source, TemplateSource)), None)


CLOUDFORMATION = Reader(
    form="a CloudFormation template (with Resources)", claims=_claims, load=_load, keys=("Resources",)
)
