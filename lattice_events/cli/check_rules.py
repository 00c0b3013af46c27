"""What `lattice check` says of its rules: all of them, or the page of one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import groupby
from typing import Any

import click
from click.core import ParameterSource

from lattice_events.checks.pages import titled
from lattice_events.checks.rule import Rule
from lattice_events.checks.suggestions import suggest_rule
from lattice_events.checks.table import RULES
from lattice_events.cli.completions import complete_rule
from lattice_events.errors import ConfigurationError

_OPTIONS = (
    click.option(
        "--explain",
        "explained",
        metavar="CODE",
        shell_complete=complete_rule,
        help="Explain a rule, with an example, and check nothing.",
    ),
    click.option(
        "--list-rules", "is_list", is_flag=True, help="List the rules, and check nothing; also as json."
    ),
)


def rules_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option that asks about rules."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def explain_rule(text: str) -> None:
    """Print the page of a rule: set for reading on a terminal, else as Markdown.

    Raises:
        ConfigurationError: There is no such rule.
        click.UsageError: Something else is asked for, too.
    """
    _refuse_beside("--explain", "explained")
    written = titled(_find(text))
    if not sys.stdout.isatty():
        click.echo(written, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    console.print(Markdown(written), width=min(console.width, 100))


def list_rules(format_: str) -> None:
    """Print every rule, by family.

    Raises:
        click.UsageError: The format is for findings only, or something else is asked for, too.
    """
    _refuse_beside("--list-rules", "is_list", "format_")
    if format_ == "json":
        click.echo(json.dumps([_fields(each) for each in RULES], indent=2))
        return
    if format_ != "text":
        raise click.UsageError(f"--list-rules prints text or json, not {format_}.")
    width = max(len(rule.name) for rule in RULES)
    for family, rules in groupby(RULES, key=lambda rule: rule.family):
        click.echo(f"{family[:1].upper()}{family[1:]}")
        for rule in rules:
            click.echo(f"  {rule.code}  {rule.name:<{width}}  {rule.severity:<7}  {rule.reason}")


def _refuse_beside(option: str, *taken: str) -> None:
    """Refuse every argument that an option would pass over without a word."""
    context = click.get_current_context()
    for parameter in context.command.params:
        name = parameter.name or ""
        is_given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE and context.params[name]
        if is_given and name not in taken:
            raise click.UsageError(f"{option} checks nothing, so it takes no {_called(parameter)}.")


def _called(parameter: click.Parameter) -> str:
    return parameter.opts[-1] if isinstance(parameter, click.Option) else "PATH"


def _find(text: str) -> Rule:
    """The rule of a code or a name."""
    found = next((rule for rule in RULES if text.upper() == rule.code or text == rule.name), None)
    if found is None:
        raise ConfigurationError(
            f"--explain {text}: there is no such rule.{suggest_rule(text, RULES)} lattice check --list-rules lists them."
        )
    return found


def _fields(rule: Rule) -> dict[str, Any]:
    names = ("code", "name", "family", "severity", "reason", "why", "fix", "source")
    return {name: getattr(rule, name) for name in names} | {"fixable": rule.is_fixable}
