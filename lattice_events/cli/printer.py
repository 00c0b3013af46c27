"""Print what a run reports: for a person, or one JSON object a line."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lattice_events.local.output.records import InvokeRecord, LogRecord, Record, RequestRecord
from lattice_events.local.output.standard_output import or_end_the_run
from lattice_events.local.run.ready import Ready, service_url
from lattice_events.network.model import ForwardAction, Listener, Match, Network, Rule, Service

_MAX_HELD_LINES = 10_000  # of an invocation that is still running
_COLOUR = re.compile(r"(\x1b\[[0-9;:]*m)")
# ECMA-48: control strings (title, clipboard, links) with what they carry, control sequences, other escapes.
_CONTROL = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0a-\x1f\x7f-\x9f]",
    re.DOTALL,
)


class Printer(Protocol):
    """How a run tells what happens."""

    def starting(self, what: str) -> None:
        """Something that takes seconds begins."""

    def ready(self, ready: Ready) -> None:
        """Everything runs."""

    def report(self, record: Record) -> None:
        """Something happened."""


def choose_printer(*, as_json: bool, to_stderr: bool = False) -> Printer:
    """The printer for scripts, or the one for people."""
    return JsonPrinter() if as_json else HumanPrinter(to_stderr=to_stderr)


class JsonPrinter:
    """One JSON object a line on standard output; the first is ``ready``."""

    def starting(self, what: str) -> None:
        """Say it on standard error, which scripts do not read."""
        print(what, file=sys.stderr, flush=True)  # noqa: T201

    def ready(self, ready: Ready) -> None:
        """Print where everything is."""
        self._print(
            "ready",
            {
                "gateway_url": ready.gateway_url,
                "tls_url": ready.tls_url,
                "control_url": ready.control_url,
                "proxy_url": ready.proxy_url,
                "ca_file": ready.ca_file,
                "ready_ms": round(ready.ready_ms),
                "services": [
                    {
                        "name": service.name,
                        "url": service_url(service),
                        "local_url": ready.local_url(service),
                        "domain_name": service.domain_name,
                        "custom_domain_name": service.custom_domain_name,
                        "arn": service.arn,
                        "auth_type": service.auth_type,
                    }
                    for service in ready.network.services
                ],
                "functions": [
                    {"name": function.name, "arn": function.arn, "handler": function.handler}
                    for function in ready.network.functions
                ],
                "callers": [
                    {"name": principal.name, "arn": principal.caller.arn}
                    for principal in ready.network.principals
                ],
                "notes": list(ready.notes),
            },
        )

    def report(self, record: Record) -> None:
        """Print a record as it is."""
        events = {RequestRecord: "request", InvokeRecord: "invoke", LogRecord: "log"}
        self._print(events[type(record)], dataclasses.asdict(record))

    def _print(self, event: str, fields: dict[str, Any]) -> None:
        with or_end_the_run():
            print(json.dumps({"event": event, **fields}), flush=True)  # noqa: T201


class _Console(Console):
    """Leaves it to the printer what a broken pipe means; rich would exit at once."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 - rich calls this where it has caught the error


class HumanPrinter:
    """A banner, then a line a request with the function's own output below."""

    def __init__(self, *, to_stderr: bool = False) -> None:
        """Write to the terminal; colours go where there is none, and with ``NO_COLOR``."""
        self._console = _Console(highlight=False, soft_wrap=True, stderr=to_stderr)
        self._status = Console(stderr=True, highlight=False)
        self._held: defaultdict[str, list[LogRecord]] = defaultdict(list)

    def starting(self, what: str) -> None:
        """Say it on standard error."""
        self._status.print(Text(what, style="dim"))

    def ready(self, ready: Ready) -> None:
        """Print the banner."""
        with or_end_the_run():
            self._print_banner(ready)

    def _print_banner(self, ready: Ready) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
        for title in ("service", "listener", "rule", "target"):
            table.add_column(title, overflow="fold")
        for service in ready.network.services:
            _add_rows(table, service, ready.network)
        self._console.print()
        self._console.print(table)
        self._console.print()
        for service in ready.network.services:
            auth = ("  AWS_IAM", "yellow") if service.auth_type == "AWS_IAM" else ""
            self._console.print(_line((f"{service.name}  ", "bold"), service_url(service), auth))
            self._console.print(_line((f"    curl {ready.local_url(service)}", "dim")))
        self._console.print()
        for note in ready.notes:
            self._console.print(_line(("note  ", "yellow"), note))
        lines = (
            ("proxy", f"{ready.gateway_url}   curl --proxy {ready.gateway_url} --cacert {ready.ca_file} URL"),
            ("tls", ready.tls_url),
            (
                "invoke",
                f"aws lambda invoke --endpoint-url {ready.control_url} --function-name NAME /dev/stdout",
            ),
            *_caller_lines(ready.network),
        )
        for name, text in lines:
            self._console.print(_line((f"{name:<8}", "bold"), text))
        self._console.print(Text(f"\nready in {ready.ready_ms:,.0f} ms; Ctrl-C stops it\n", style="green"))

    def report(self, record: Record) -> None:
        """Print a line; what a function writes waits for the line of its request."""
        with or_end_the_run():
            self._print_record(record)

    def _print_record(self, record: Record) -> None:
        match record:
            case LogRecord():
                self._log(record)
            case RequestRecord():
                self._console.print(_request_line(record))
                self._flush(record.invocation_id)
            case InvokeRecord():
                self._console.print(_invoke_line(record))
                self._flush(record.invocation_id)

    def _log(self, record: LogRecord) -> None:
        if record.invocation_id is None:
            self._console.print(_log_line(record))
            return
        held = self._held[record.invocation_id]
        held.append(record)
        if len(held) > _MAX_HELD_LINES:
            self._flush(record.invocation_id)

    def _flush(self, invocation_id: str | None) -> None:
        for record in self._held.pop(invocation_id or "", ()):
            self._console.print(_log_line(record))


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
        rows = [(f"{rule.priority}  {_match(rule.match)}", _target(rule, network)) for rule in rules]
        for rule, target in (*rows, ("default", _target(listener, network))):
            cells = (service.name, where, rule, target)
            table.add_row(*(Text(plain(cell)) for cell in cells))  # as text: [/x] is no markup


def _match(match: Match) -> str:
    """A match in words."""
    parts = [match.method] if match.method else []
    if match.path:
        parts.append(match.path.value + ("*" if match.path.kind == "prefix" else ""))
    parts += [f"{header.name} {header.kind} {header.value}" for header in match.headers]
    return " ".join(parts)


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


def plain(text: str) -> str:
    """Text from outside without control characters, which could drive the terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _line(*parts: str | tuple[str, str]) -> Text:
    """One styled line of parts from anywhere."""
    texts = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*((plain(text), style) for text, style in texts))


def _coloured(text: str) -> Text:
    """A line with the colours that it sets itself, and no other control of the terminal."""
    pieces = _COLOUR.split(text)
    pieces[::2] = [_CONTROL.sub("", piece) for piece in pieces[::2]]
    return Text.from_ansi("".join(pieces))


def _request_line(record: RequestRecord) -> Text:
    """``GET host/path 200 rule → target 12 ms``."""
    style = "green" if record.status < 400 else "yellow" if record.status < 500 else "red"
    line = _line(
        (f"{record.method:<6} ", "bold"),
        f"{record.host}{record.path} ",
        (f"{record.status} ", style),
        (f"{record.rule} → {record.target} " if record.target else "", "cyan"),
        (f"{record.duration_ms:.0f} ms", "dim"),
        (" cold" if record.cold else "", "blue"),
    )
    for reason in (record.reason or "").splitlines():
        line.append(f"\n       {plain(reason)}", style=style)
    return line


def _invoke_line(record: InvokeRecord) -> Text:
    """``INVOKE name ok 12 ms``."""
    style = "red" if record.error_type else "green"
    return _line(
        ("INVOKE ", "bold"),
        f"{record.function} ",
        (f"{record.error_type or 'ok'} ", style),
        (f"{record.duration_ms:.0f} ms", "dim"),
        (" cold" if record.cold else "", "blue"),
    )


def _log_line(record: LogRecord) -> Text:
    """A function's line, set in; a carriage return starts a new one."""
    text = record.text.replace("\r", "\n")
    body = Text("\n").join(_coloured(line) for line in text.split("\n"))
    lines = [Text.assemble(("       │ ", "dim"), line) for line in body.split("\n")]
    return Text("\n").join(lines)
