"""Recorded requests on the terminal: one a line, or one whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from lattice_events.cli.explain_tree import print_tree, tree_text
from lattice_events.cli.lines import plain, plain_log

_INDENT = "        "
_NO_BREAK = "\xa0"  # with which Lambda sets in the lines of a traceback
Line = Mapping[str, Any]


def print_line(line: Line) -> None:
    """One line of the list, and below it why a request failed."""
    click.echo(line_text(line))


def line_text(line: Line) -> str:
    """One line of the list, and below it why a request failed; with colours, which `click.unstyle` takes out."""
    time = datetime.fromtimestamp(line["started_us"] / 1_000_000).strftime("%H:%M:%S")  # noqa: DTZ006 - a person's clock
    parts = [
        f"{line['number']:>6}",
        time,
        *(_invocation(line) if line["kind"] == "invocation" else _request(line)),
    ]
    parts.append(click.style(f"{line['duration_ms']:.0f} ms" + (" cold" if line["cold"] else ""), dim=True))
    reasons = (line.get("reason") or "").splitlines()
    told = (
        click.style(f"{_INDENT}{plain(reason)}", fg=_colour(line.get("status", 500))) for reason in reasons
    )
    return "\n".join(("  ".join(parts), *told))


def _request(line: Line) -> Iterator[str]:
    yield click.style(f"{plain(line['method']):<6}", bold=True)
    yield plain(f"{line['service'] or line['host']}{line['path']}")
    yield click.style(str(line["status"]), fg=_colour(line["status"]))
    if line["target"]:
        yield click.style(plain(f"{line['rule']} → {line['target']}"), fg="cyan")
    if line["caller"]:
        yield plain(f"as {line['caller']}")


def _invocation(line: Line) -> Iterator[str]:
    yield click.style("INVOKE", bold=True)
    yield plain(line["function"])
    error = line["error_type"]
    yield click.style(plain(error or "ok"), fg="red" if error else "green")


def _colour(status: int) -> str:
    return "green" if status < 400 else "yellow" if status < 500 else "red"


def print_whole(view: Line) -> None:
    """Everything about a request: its line, the decision, both sides, what was verified, the function's lines."""
    print_line(view)
    if _is_decided(view):
        print_tree(_title(view), view["decision"])
    for section in _sections(view):
        click.echo(section)


def whole_text(view: Line) -> str:
    """The same as a text without colours, for programs that read; without what a target was sent, which may be long."""
    tree = [tree_text(_title(view), view["decision"]).rstrip()] if _is_decided(view) else []
    return click.unstyle("\n".join((line_text(view), *tree, *_sections(view))))


def _is_request(view: Line) -> bool:
    return view["kind"] != "invocation" and "request" in view


def _is_decided(view: Line) -> bool:
    return _is_request(view) and bool(view["decision"])


def _title(view: Line) -> str:
    request = view["request"]
    return f"{request['method']} {view['host']}{request['target']} as {view['caller'] or 'anonymous'}"


def _sections(view: Line) -> Iterator[str]:
    """What stands below the decision."""
    if _is_request(view):
        yield from _messages(view)
    lines = [line["text"] for line in view["logs"]]
    if view["logs_left_out"]:
        lines.append(f"({view['logs_left_out']:,} further lines were not kept)")
    if lines:
        yield _section("Logs", lines)
    if _is_request(view):
        yield _section("Time", [_timing(view["timing"])])


def _messages(view: Line) -> Iterator[str]:
    """What came, what was answered, and what its signature was verified against."""
    request = view["request"]
    yield _message("Request", f"{request['method']} {request['target']}", request)
    if view["response"]:
        yield _message("Response", str(view["response"]["status"]), view["response"])
    if view["received"] and "json" in view["received"]:
        yield _section("Response of the function", _body_lines(view["received"]))
    signature = view["signature"]
    if signature and signature["canonical_request"] and not signature["is_accepted"]:
        yield _section("Canonical request, as it was verified", signature["canonical_request"].split("\n"))
        yield _section("String to sign", signature["string_to_sign"].split("\n"))


def _message(title: str, first: str, message: Line) -> str:
    headers = [f"{name}: {value}" for name, value in message["headers"]]
    body = _body_lines(message["body"])
    return _section(title, [first, *headers, *(["", *body] if body else [])])


def _body_lines(body: Line | None) -> list[str]:
    """A body in lines; what was not kept is said."""
    if body is None:
        return ["(the body was streamed, or is not there)"]
    if "base64" in body:
        return [f"({body['bytes']:,} bytes that are no text)"]
    shown = json.dumps(body["json"], indent=2, ensure_ascii=False) if "json" in body else body["text"]
    cut = [f"(cut: it has {body['bytes']:,} bytes)"] if body["is_cut"] else []
    return [*(shown.split("\n") if shown else []), *cut]


def _timing(timing: Line) -> str:
    """Where the time went: to the target, in its handler, back; what is left is a process that starts, or is busy."""
    parts = [f"{timing['to_target_ms']:.1f} ms to the target"] if timing["to_target_ms"] else []
    if timing["run_ms"] is not None:
        parts.append(f"{timing['run_ms']:.1f} ms in the handler")
    return ", ".join([f"{timing['total_ms']:.1f} ms", *parts])


def _section(title: str, lines: Sequence[str]) -> str:
    told = (f"  {plain_log(line.replace(_NO_BREAK, ' '))}" for line in lines)
    return "\n".join((click.style(title, bold=True), *told))
