"""Templates as sources: each a stack, known by its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import Problem
from lattice_events.readers.cloudformation.resources import read_resources
from lattice_events.readers.cloudformation.secrets import hide, secret_values
from lattice_events.readers.cloudformation.stack_names import made_up_stack_names
from lattice_events.readers.cloudformation.stacks import Stack, Stacks
from lattice_events.readers.cloudformation.template import TemplateOptions
from lattice_events.readers.common.documents import Locate, mapping
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

    @classmethod
    def read_all(cls, sources: Sequence[TemplateSource], context: Context) -> Fragment:
        """Read every template; each is the stack that its path names."""
        names = stack_names(sources)
        stacks = Stacks()
        for source in sources:
            options = replace(_options(source, names, context), stacks=stacks)
            stacks.add(Stack(source.template, source.locate, options))
        merged = Fragment(problems=[*stacks.problems()])
        for source in sources:
            merged.notes += source.notes
            merged.problems += source.problems
        for stack in stacks:
            merged.add(read_resources(stack.template))
        hide(merged, secret_values(context.options, [stack.written for stack in stacks]))
        return merged


def _claims(found: Found) -> FilePath | None:
    """A file with one document that has ``Resources``."""
    if found.path.is_dir() or len(found.documents) != 1:
        return None
    return found.path if "Resources" in mapping(found.documents[0].value) else None


def _load(found: Found, _: ReadOptions) -> list[TemplateSource]:
    """The template, with the settings in its Metadata."""
    (document,) = found.documents
    value = mapping(mapping(document.value.get("Metadata")).get("lattice"))
    folder = found.path.absolute().parent
    settings = SettingsSource(value=value, folder=folder, locate=document.locate, root=_SETTINGS)
    return [
        TemplateSource(
            origin=found.shown,
            template=document.value,
            locate=document.locate,
            folder=folder,
            settings=settings if value else None,
        )
    ]


def stack_names(sources: Sequence[TemplateSource]) -> dict[str, str]:
    """The stack's name of each source, by origin: its own, or one that is made of its path."""
    made_up = made_up_stack_names(source.origin for source in sources if not source.stack_name)
    return {source.origin: source.stack_name or made_up[source.origin] for source in sources}


def _options(source: TemplateSource, names: Mapping[str, str], context: Context) -> TemplateOptions:
    """What a template does not say."""
    options = context.options
    # Absolute: a function runs in its folder.
    given = {name: str(folder.absolute()) for name, folder in options.code.items()}
    return TemplateOptions(
        region=options.region or source.region or context.region,
        account=source.account or context.account,
        stack_name=names[source.origin],
        variables=options.variables,
        parameters={**source.parameters, **options.params},
        code=lambda name: given.get(name) or source.code(name) or (None if options.runs_functions else "."),
        runs_functions=options.runs_functions,
        run_settings=context.run_settings.get(source.origin, RunSettings()),
        target_urls=context.target_urls,
        assumptions=context.assumptions,
        deployed=source.deployed,
    )


CLOUDFORMATION = Reader(form="a CloudFormation template (with Resources)", claims=_claims, load=_load)
