"""Options that choose recorded requests, as the API's filters do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import click

from lattice_events.cli.completions import Complete, complete_caller, complete_service

_OPTIONS = (
    ("-q", "q", "WORDS", "Words that must all be there; !WORD must not."),
    ("--service", "service", "NAME", "Of this service; !NAME is of any other, also below."),
    ("--status", "status", "STATUS", "Such as 403, 5xx or !2xx."),
    ("--method", "method", "METHOD", "Such as POST."),
    ("--rule", "rule", "NAME", "That this rule matched; default is the default action."),
    ("--caller", "caller", "NAME", "Of this caller."),
)
_COMPLETE: Mapping[str, Complete] = {"service": complete_service, "caller": complete_caller}


def filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options; it gets those that were used as `filters`, by the API's names."""

    @functools.wraps(command)
    def collected(**given: Any) -> None:
        values = {name: given.pop(_parameter(name)) for _, name, _, _ in _OPTIONS}
        command(filters={name: value for name, value in values.items() if value}, **given)

    for flag, name, metavar, help_text in reversed(_OPTIONS):
        option = click.option(
            flag,
            _parameter(name),
            default="",
            metavar=metavar,
            help=help_text,
            shell_complete=_COMPLETE.get(name),
        )
        collected = option(collected)
    return collected


def _parameter(name: str) -> str:
    """What click calls it, beside options of the command's own that mean another caller, say."""
    return f"filter_{name}"
