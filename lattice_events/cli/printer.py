"""Print what a run reports: for a person, or one JSON object a line."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from lattice_events.cli.cloud_lines import cloud_banner, deployed_lines
from lattice_events.cli.cloud_report import CloudReady, Deployed
from lattice_events.cli.json_lines import json_line
from lattice_events.cli.lines import Lines, in_memory, line, plain, rendered, service_lines
from lattice_events.cli.reload_report import Reloaded, reload_lines
from lattice_events.cloud.endpoint.calls import ApiCall
from lattice_events.local.output.records import (
    InvokeRecord,
    LogRecord,
    Notice,
    Record,
    RequestRecord,
    request_record,
)
from lattice_events.local.output.standard_output import or_end_the_run, write_text
from lattice_events.local.output.writer import LeftOut
from lattice_events.local.run.ready import Ready
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import ForwardAction, Listener, Network, Rule, Service

_MAX_HELD_LINES = 10_000  # of an invocation that is still running
_MAX_HELD_CHARACTERS = 4 * 1024 * 1024
Item = Record | LeftOut | Ready | CloudReady | Deployed | Reloaded | ApiCall
Told = RequestRecord | InvokeRecord | LogRecord | Ready | CloudReady | Deployed | Reloaded | ApiCall


class Printer(Protocol):
    """How a run tells what happens."""

    def starting(self, what: str) -> None:
        """Something that takes seconds begins."""

    def write(self, items: Sequence[Item]) -> None:
        """Everything runs, or things happened; blocks as long as nobody reads."""


def choose_printer(*, as_json: bool, access_log: str = "", is_quiet: bool = False) -> Printer:
    """The printer for scripts, or the one for people; a quiet one leaves out what goes as it should.

    Raises:
        click.UsageError: Standard output is the access log's.
    """
    if as_json and access_log == "-":
        raise click.UsageError(
            "--json and --access-log - both write to standard output: give --access-log a file."
        )
    printer = JsonPrinter() if as_json else HumanPrinter(to_stderr=access_log == "-")
    return QuietPrinter(printer) if is_quiet else printer


class JsonPrinter:
    """One JSON object a line on standard output; the first is ``ready``."""

    def starting(self, what: str) -> None:
        """Say it on standard error, which scripts do not read."""
        print(what, file=sys.stderr, flush=True)  # noqa: T201

    def write(self, items: Sequence[Item]) -> None:
        """Print everything as it is."""
        with or_end_the_run():
            write_text(sys.stdout, "".join(json_line(told(item)) for item in items))


class HumanPrinter:
    """A banner, then a line a request with the function's own output below."""

    def __init__(self, *, to_stderr: bool = False) -> None:
        """Write to the terminal; colours go where there is none, and with ``NO_COLOR``."""
        seen = Console(stderr=to_stderr)
        self._stream = seen.file
        self._console = in_memory(seen)
        self._status = Console(stderr=True, highlight=False)
        self._lines = Lines(self._console)
        self._held = _Held()

    def starting(self, what: str) -> None:
        """Say it on standard error."""
        self._status.print(Text(what, style="dim"))

    def write(self, items: Sequence[Item]) -> None:
        """Print the banner, and lines; what a function writes waits for the line of its request."""
        with or_end_the_run():
            write_text(self._stream, "".join(self._shown(told(item)) for item in items))

    def _shown(self, item: Told) -> str:
        """The text of one of them; nothing for a line that waits."""
        match item:
            case RequestRecord():
                return self._lines.request(item) + self._held.pop(item.invocation_id)
            case InvokeRecord():
                return self._lines.invocation(item) + self._held.pop(item.invocation_id)
            case LogRecord(invocation_id=None):
                return self._lines.log(item)
            case LogRecord():
                return self._held.add(item.invocation_id, self._lines.log(item))
            case Ready():
                return rendered(self._console, *_banner(item))
            case CloudReady():
                return rendered(self._console, *cloud_banner(item), *_banner(item.ready))
            case Deployed():
                return rendered(self._console, *deployed_lines(item))
            case Reloaded():
                return rendered(self._console, *reload_lines(item))
            case ApiCall():
                return self._lines.api_call(item)


class _Held:
    """Lines of invocations that are still running, but not too many."""

    def __init__(self) -> None:
        self._lines: defaultdict[str | None, list[str]] = defaultdict(list)
        self._characters: Counter[str | None] = Counter()

    def add(self, invocation_id: str | None, line: str) -> str:
        """Keep a line; all lines of the invocation if it has too many."""
        lines = self._lines[invocation_id]
        lines.append(line)
        self._characters[invocation_id] += len(line)
        if len(lines) > _MAX_HELD_LINES or self._characters[invocation_id] > _MAX_HELD_CHARACTERS:
            return self.pop(invocation_id)
        return ""

    def pop(self, invocation_id: str | None) -> str:
        """What an invocation has written."""
        lines = self._lines.pop(invocation_id, None)
        if lines is None:
            return ""
        del self._characters[invocation_id]
        return "".join(lines)


class QuietPrinter:
    """Passes on what a person must see: the banner, what the network itself has to say, and what failed."""

    def __init__(self, printer: Printer) -> None:
        """Print by another printer."""
        self._printer = printer
        self.starting = printer.starting

    def write(self, items: Sequence[Item]) -> None:
        """Print what is left of them."""
        self._printer.write([item for item in items if _is_loud(item)])


def _is_loud(item: Item) -> bool:
    """Whether it is not what always happens."""
    match item:
        case Exchange() | RequestRecord() | ApiCall():
            return item.status >= 500
        case InvokeRecord():
            return item.error_type is not None
        case LogRecord():
            return isinstance(item, Notice)
        case Ready() | LeftOut() | CloudReady() | Deployed() | Reloaded():
            return True


def told(item: Item) -> Told:
    """What stands for it in the output."""
    if isinstance(item, Exchange):
        return request_record(item)
    if isinstance(item, LeftOut):
        text = f"{item.records:,} records are left out here: the output was not read."
        return Notice(source="lattice dev", text=text, stream="stderr")
    return item


def _banner(ready: Ready) -> Iterator[RenderableType]:
    """Where everything is, for a person."""
    if ready.network.services:
        yield ""
        yield _table(ready.network)
        yield ""
    for service in ready.network.services:
        yield from service_lines(service, ready)
    yield ""
    for note in ready.notes:
        yield line(("note  ", "yellow"), note)
    lines = (
        ("proxy", f"{ready.gateway_url}   curl --proxy {ready.gateway_url} --cacert {ready.ca_file} URL"),
        ("tls", ready.tls_url),
        ("inspect", ready.inspector_url),
        ("invoke", f"aws lambda invoke --endpoint-url {ready.control_url} --function-name NAME /dev/stdout"),
        *_caller_lines(ready.network),
    )
    for name, text in lines:
        yield line((f"{name:<8}", "bold"), text)
    yield Text(f"\nready in {ready.ready_ms:,.0f} ms; Ctrl-C stops it\n", style="green")


def _table(network: Network) -> Table:
    """A row for each rule."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for title in ("service", "listener", "rule", "target"):
        table.add_column(title, overflow="fold")
    for service in network.services:
        _add_rows(table, service, network)
    return table


def _caller_lines(network: Network) -> list[tuple[str, str]]:
    """How to call as somebody, where it matters."""
    if not network.uses_auth:
        return []
    names = ", ".join(principal.name for principal in network.principals)
    return [("sign", f"lattice call --as NAME URL   as one of: {names}")]


def _add_rows(table: Table, service: Service, network: Network) -> None:
    """A row for each rule of a service, the default action last."""
    for listener in service.listeners:
        where = f"{listener.protocol} {listener.port}"
        rules = sorted(listener.rules, key=lambda rule: rule.priority)
        rows = [(f"{rule.priority}  {rule.match.in_words}", _target(rule, network)) for rule in rules]
        for rule, target in (*rows, ("default", _target(listener, network))):
            cells = (service.name, where, rule, target)
            table.add_row(*(Text(plain(cell)) for cell in cells))  # as text: [/x] is no markup


def _target(what: Rule | Listener, network: Network) -> str:
    """Where a rule or default action leads."""
    action = what.action if isinstance(what, Rule) else what.default_action
    if not isinstance(action, ForwardAction):
        return f"{action.status}"
    shown = []
    for weighted in action.target_groups:
        targets = network.target_group_by_arn[weighted.target_group_arn].targets
        names = ", ".join(str(vars_of(target)) for target in targets) or "no target"
        shown.append(names if len(action.target_groups) == 1 else f"{weighted.weight}: {names}")
    return "; ".join(shown)


def print_notes(notes: Sequence[str]) -> None:
    """What should be said about the sources, on standard error."""
    for note in notes:
        print(f"note  {plain(note)}", file=sys.stderr)  # noqa: T201


def vars_of(target: Any) -> str:
    """A target's name: the function's, or the URL."""
    arn = getattr(target, "function_arn", None)
    return str(arn).rpartition(":")[2] if arn else str(target.url)
