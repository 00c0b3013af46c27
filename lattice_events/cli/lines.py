"""The lines of what a run reports, as plain text with the codes of a console's colours.

Rich finds out which colours there are, and writes what a function colours itself. It would take twenty times
as long for each line as a text that is put together here; both write the same bytes.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import partial

from rich.console import Console, RenderableType
from rich.text import Text

from lattice_events.cli.columns import Columns
from lattice_events.cloud.endpoint.calls import ApiCall
from lattice_events.local.output.platform_log import report_line
from lattice_events.local.output.records import (
    InvocationReport,
    InvokeRecord,
    LogRecord,
    RequestRecord,
    target_name,
)
from lattice_events.local.run.ready import Ready, service_url
from lattice_events.network.model import ForwardAction, Network, Service

_STYLES = ("bold", "dim", "green", "yellow", "red", "cyan", "blue")
_BAR = "       │ "
_COLOUR = re.compile(r"(\x1b\[[0-9;:]*m)")
# ECMA-48: control strings (title, clipboard, links) with what they carry, control sequences, other escapes.
_CONTROL = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0a-\x1f\x7f-\x9f]",
    re.DOTALL,
)


def plain(text: str) -> str:
    """Text from outside without control characters, which could drive the terminal."""
    return text if text.isprintable() else "".join(char if char.isprintable() else "?" for char in text)


def plain_log(line: str) -> str:
    """A line of a log without control characters; a tab, of which a REPORT has many, is two spaces."""
    return plain(line.replace("\t", "  "))


class Paint:
    """Colours texts for one console in memory."""

    def __init__(self, console: Console) -> None:
        """Ask the console for its codes."""
        self._codes = {style: _codes_of(console, style) for style in _STYLES}

    def __call__(self, text: str, style: str) -> str:
        """A text in a style."""
        on, off = self._codes[style]
        return f"{on}{text}{off}"


class Lines:
    """Makes lines for one console.

    Attributes:
        columns: Of requests.
    """

    def __init__(self, console: Console) -> None:
        """Ask the console for its codes."""
        self._console = console
        self._in = Paint(console)
        self._bar = self._in(_BAR, "dim")
        self.columns = Columns()
        self._by_host: Collection[str] = ()  # services: another Region has one of their name

    def expect(self, network: Network) -> None:
        """Prepare for requests to a network."""
        names = Counter(each.name for each in network.services)
        self._by_host = {name for name, count in names.items() if count > 1}
        for route in _routes_of(network):
            self.columns.expect(route)

    def request(self, record: RequestRecord) -> str:
        """``GET service/path 200 rule → target 12 ms``."""
        style = "green" if record.status < 400 else "yellow" if record.status < 500 else "red"
        name = record.service if record.service and record.service not in self._by_host else record.host
        label, route = self.columns.laid_out(
            plain(f"{name}{record.path}"),
            _route(record.rule, record.target) if record.target else "",
        )
        line = (
            f"{self._in(f'{plain(record.method):<6} ', 'bold')}{label}"
            f"{self._in(f'{record.status} ', style)}{self._in(route, 'cyan') if route else ''}"
            f"{self._time(record, self.columns.time_width)}\n"
        )
        return line + self._reasons(record.reason, style)

    def invocation(self, record: InvokeRecord) -> str:
        """``INVOKE name ok 12 ms``."""
        result = self._in(f"{plain(record.error_type or 'ok')} ", "red" if record.error_type else "green")
        line = f"{self._in('INVOKE ', 'bold')}{plain(record.function)} {result}{self._time(record)}\n"
        return line + self._reasons(record.reason, "red")

    def api_call(self, call: ApiCall) -> str:
        """``API    vpc-lattice CreateService 200 3 ms``."""
        style = "green" if call.status < 400 else "yellow" if call.status < 500 else "red"
        line = (
            f"{self._in('API    ', 'bold')}{plain(f'{call.service} {call.operation}')} "
            f"{self._in(f'{call.status} ', style)}{self._in(f'{call.duration_ms:.0f} ms', 'dim')}\n"
        )
        return line + self._reasons(call.reason, style)

    def _reasons(self, reason: str | None, style: str) -> str:
        """Why, set in."""
        lines = (reason or "").splitlines()
        return "".join(f"{self._in(f'       {plain(each)}', style)}\n" for each in lines)

    def _time(self, record: RequestRecord | InvokeRecord, width: int = 0) -> str:
        time = self._in(f"{record.duration_ms:.0f} ms".rjust(width), "dim")
        return time + self._in(" cold", "blue") if record.cold else time

    def log(self, record: LogRecord | InvocationReport) -> str:
        """A function's line, set in; a carriage return starts a new one."""
        if isinstance(record, InvocationReport):
            return self._report(record)
        text = record.text
        if text.isprintable():
            return f"{self._bar}{text}\n"
        lines = text.replace("\r", "\n").split("\n")
        return "".join(map(self._log_line, lines))

    def _report(self, report: InvocationReport) -> str:
        """What Lambda reports of an invocation; its id is that of the request above."""
        text = report_line(report).replace(f" RequestId: {report.invocation_id}", "").rstrip("\t")
        return f"{self._bar}{self._in(plain_log(text), 'dim')}\n"

    def _log_line(self, line: str) -> str:
        if line.isprintable():
            return f"{self._bar}{line}\n"
        return rendered(self._console, Text.assemble((_BAR, "dim"), coloured(line)))


def _routes_of(network: Network) -> Iterator[str]:
    """Every rule with each of its targets."""
    for service in network.services:
        for listener in service.listeners:
            rules = [(each.name, each.action) for each in listener.rules]
            for name, action in (*rules, ("default", listener.default_action)):
                for group in action.target_groups if isinstance(action, ForwardAction) else ():
                    targets = network.target_group_by_arn[group.target_group_arn].targets
                    yield from (_route(name, target_name(target)) for target in targets)


def _route(rule: str | None, target: str) -> str:
    return plain(f"{rule} → {target}")


def _codes_of(console: Console, style: str) -> tuple[str, str]:
    """What a console writes before and after a text in a style."""
    before, _, after = rendered(console, Text("x", style=style)).rstrip("\n").partition("x")
    return before, after


def in_memory(seen: Console) -> Console:
    """A console that writes the bytes of another one, but not to where that one writes."""
    return Console(
        file=io.StringIO(),
        force_terminal=seen.is_terminal,
        color_system=seen.color_system,  # type: ignore[arg-type]
        no_color=seen.no_color,
        width=seen.width,
        highlight=False,
        soft_wrap=True,
    )


def rendered(console: Console, *things: RenderableType) -> str:
    """What a console in memory writes of some things, each with a line break."""
    console.file = written = io.StringIO()
    for thing in things:
        console.print(thing)
    return written.getvalue()


def cleared(console: Console) -> str:
    """What empties the screen; nothing where there is none."""
    console.file = written = io.StringIO()
    console.clear()
    return written.getvalue()


def coloured(text: str) -> Text:
    """A line with the colours that it sets itself, and no other control of the terminal."""
    pieces = _COLOUR.split(text)
    pieces[::2] = map(partial(_CONTROL.sub, ""), pieces[::2])
    return Text.from_ansi("".join(pieces))


def line(*parts: str | tuple[str, str]) -> Text:
    """One styled line of parts from anywhere."""
    texts = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*((plain(text), style) for text, style in texts))


def service_lines(service: Service, ready: Ready) -> Iterator[Text]:
    """A service's name and URL, and how to ask it, where no other Region has one of its name."""
    auth = ("  AWS_IAM", "yellow") if service.auth_type == "AWS_IAM" else ""
    yield line((f"{service.name}  ", "bold"), service_url(service), auth)
    if [each.name for each in ready.network.services].count(service.name) == 1:
        yield line((f"    curl {ready.local_url(service)}", "dim"))
