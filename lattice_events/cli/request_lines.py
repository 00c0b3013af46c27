"""Recorded requests on the terminal: one a line, or one whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from lattice_events.cli.explain_tree import print_tree
from lattice_events.cli.lines import plain

_INDENT = "        "
_NO_BREAK = "\xa0"  # with which Lambda sets in the lines of a traceback
Line = Mapping[str, Any]


def print_line(line: Line) -> None:
    """One line of the list, and below it why a request failed."""
    time = datetime.fromtimestamp(line["started_us"] / 1_000_000).strftime("%H:%M:%S")  # noqa: DTZ006 - a person's clock
    parts = [
        f"{line['number']:>6}",
        time,
        *(_invocation(line) if line["kind"] == "invocation" else _request(line)),
    ]
    parts.append(click.style(f"{line['duration_ms']:.0f} ms" + (" cold" if line["cold"] else ""), dim=True))
    click.echo("  ".join(parts))
    for reason in (line.get("reason") or "").splitlines():
        click.echo(click.style(f"{_INDENT}{plain(reason)}", fg=_colour(line["status"])))


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
    if view["kind"] == "invocation" or "request" not in view:
        _print_logs(view)
        return
    request = view["request"]
    if view["decision"]:
        caller = view["caller"] or "anonymous"
        print_tree(f"{request['method']} {view['host']}{request['target']} as {caller}", view["decision"])
    _print_message("Request", f"{request['method']} {request['target']}", request)
    if view["response"]:
        _print_message("Response", str(view["response"]["status"]), view["response"])
    if view["received"] and "json" in view["received"]:
        _print_section("Response of the function", _body_lines(view["received"]))
    signature = view["signature"]
    if signature and signature["canonical_request"] and not signature["is_accepted"]:
        _print_section("Canonical request, as it was verified", signature["canonical_request"].split("\n"))
        _print_section("String to sign", signature["string_to_sign"].split("\n"))
    _print_logs(view)
    _print_section("Time", [_timing(view["timing"])])


def _print_message(title: str, first: str, message: Line) -> None:
    headers = [f"{name}: {value}" for name, value in message["headers"]]
    body = _body_lines(message["body"])
    _print_section(title, [first, *headers, *(["", *body] if body else [])])


def _body_lines(body: Line | None) -> list[str]:
    """A body in lines; what was not kept is said."""
    if body is None:
        return ["(the body was streamed, or is not there)"]
    if "base64" in body:
        return [f"({body['bytes']:,} bytes that are no text)"]
    shown = json.dumps(body["json"], indent=2, ensure_ascii=False) if "json" in body else body["text"]
    cut = [f"(cut: it has {body['bytes']:,} bytes)"] if body["is_cut"] else []
    return [*(shown.split("\n") if shown else []), *cut]


def _print_logs(view: Line) -> None:
    lines = [line["text"] for line in view["logs"]]
    if view["logs_left_out"]:
        lines.append(f"({view['logs_left_out']:,} further lines were not kept)")
    if lines:
        _print_section("Logs", lines)


def _timing(timing: Line) -> str:
    """Where the time went: to the target, in its handler, back; what is left is a process that starts, or is busy."""
    parts = [f"{timing['to_target_ms']:.1f} ms to the target"] if timing["to_target_ms"] else []
    if timing["run_ms"] is not None:
        parts.append(f"{timing['run_ms']:.1f} ms in the handler")
    return ", ".join([f"{timing['total_ms']:.1f} ms", *parts])


def _print_section(title: str, lines: Sequence[str]) -> None:
    click.echo(click.style(title, bold=True))
    for line in lines:
        click.echo(f"  {plain(line.replace(_NO_BREAK, ' '))}")
