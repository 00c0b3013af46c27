"""Values that a shell completes: what the network that runs knows, at once or not at all.

Whatever goes wrong, there is no value: a shell shows what a completion prints in the middle of the user's line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click
from click.shell_completion import CompletionItem

Values = Iterable[tuple[str, str]]
Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
_ANSWER_SECONDS = 0.5
_MOST = 50  # requests that are looked at
# Shells take a value as it is. What clients have sent must not be a command that a key more runs.
_SAFE = re.compile(r"!?[A-Za-z0-9._~/%@+,:-]+")


def _known(find: Callable[[], Values]) -> Complete:
    """Complete what is found, each with a word on it."""

    def complete(_context: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return _items(find, incomplete)

    return complete


def _items(find: Callable[[], Values], incomplete: str) -> list[CompletionItem]:
    try:
        found = dict(find())
    except Exception:  # noqa: BLE001 - nothing runs, it does not answer in time, another version of it runs
        return []
    return [
        CompletionItem(value, help="".join(filter(str.isprintable, said)) or None)
        for value, said in found.items()
        if value.startswith(incomplete) and _SAFE.fullmatch(value)
    ]


def _services() -> Values:
    from lattice_events.local.run.registry import find_running

    return [(name, url) for run in find_running() for name, url in run.urls.items()]


def _callers() -> Values:
    from lattice_events.local.run.registry import find_running

    return [(each.name, each.arn) for run in find_running() for each in run.callers]


def _functions() -> Values:
    return [(each["name"], each["runtime"]) for each in _api().functions()["functions"]]


def _requests() -> Values:
    return [(str(each["number"]), _said_of(each)) for each in _latest()]


def _said_of(line: dict[str, Any]) -> str:
    if line["kind"] == "invocation":
        return f"INVOKE {line['function']}"
    return f"{line['method']} {line['service'] or line['host']}{line['path']} {line['status']}"


def _urls() -> Iterator[tuple[str, str]]:
    """What `lattice call` and `lattice explain` take: a service, and what it was asked for."""
    for name, url in _services():
        yield f"{name}/", url
    for line in _latest():
        if line.get("service"):
            yield f"{line['service']}{line['path']}", f"{line['method']} {line['status']}"


def _faults() -> Values:
    return [(each["id"], each["kind"]) for each in _api().faults()["faults"]]


def _rules() -> Values:
    from lattice_events.checks.table import RULES

    return [(rule.code, rule.name) for rule in RULES]


def _latest() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _api().requests({"limit": _MOST})["requests"]
    return found


def _api() -> Any:
    from lattice_events.cli.run_api import RunApi

    return RunApi.find(answer_seconds=_ANSWER_SECONDS)


def complete_words(context: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete ``[METHOD] SERVICE/PATH``, and files behind it."""
    before = context.params.get("words") or ()
    if any(not each.isupper() for each in before):
        return [CompletionItem(incomplete, type="file")]
    return _items(_urls, incomplete)


complete_service = _known(_services)
complete_caller = _known(_callers)
complete_function = _known(_functions)
complete_request = _known(_requests)
complete_fault = _known(_faults)
complete_rule = _known(_rules)
