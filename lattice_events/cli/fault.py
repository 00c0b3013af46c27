"""``lattice fault``: faults on purpose in a running network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import click

from lattice_events.cli.colours import obey_no_color
from lattice_events.cli.completions import complete_caller, complete_fault, complete_service
from lattice_events.cli.lines import plain
from lattice_events.cli.run_api import RunApi
from lattice_events.network.faults import FIELDS, KINDS

_CHOICES = ("service", "rule", "path", "method", "caller", "target")
_NUMBERS = {"seconds": float, "probability": float, "seed": int, "count": int, "burst_seconds": float}

_COMPLETES = {"service": complete_service, "caller": complete_caller}
_KIND_LINES = "\n\n".join(f"{kind}: {each.what}" for kind, each in KINDS.items())

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _field_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each field but the kind."""
    for name in reversed((*_CHOICES, *_NUMBERS)):
        kind = _NUMBERS.get(name, str)
        flag = f"--{name.replace('_', '-')}"
        command = click.option(
            flag,
            name,
            type=kind,
            default=None,
            metavar="N" if kind is not str else "TEXT",
            help=FIELDS[name].why,
            shell_complete=_COMPLETES.get(name),
        )(command)
    return command


@click.group()
def fault() -> None:
    """Let requests of a running lattice dev or lattice cloud meet faults, to see what clients do.

    Of several runs the newest is asked. The exit status is 2 when no network is running, or when something is wrong
    with a fault.
    """


_ADD = f"""Add a fault of a KIND, which every request that fits meets.

{_KIND_LINES}

\b
lattice fault add unavailable --service orders --count 3
lattice fault add latency --seconds 2 --path '/orders/*' --probability 0.2 --seed 7
"""


@fault.command(help=_ADD)
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.option(
    "--id", "id_", default=None, metavar="TEXT", help="What to call it; without one, KIND-1 and so on."
)
@_field_options
@as_json_option
def add(kind: str, id_: str | None, as_json: bool, **fields: Any) -> None:
    """Add a fault."""
    obey_no_color()
    given = {"id": id_, "kind": kind, **fields}
    added = RunApi.find().add_fault({name: value for name, value in given.items() if value is not None})
    click.echo(json.dumps(added) if as_json else _line(added))
    for note in added["notes"]:
        click.echo(f"note: {plain(note)}", err=True)


@fault.command(name="list")
@as_json_option
def list_(as_json: bool) -> None:
    """List the faults, those that are over among them."""
    obey_no_color()
    found = RunApi.find().faults()["faults"]
    if as_json:
        click.echo(json.dumps(found))
        return
    for each in found:
        click.echo(_line(each))
        for note in each["notes"]:
            click.echo(f"note: {plain(note)}", err=True)
    if not found:
        click.echo("There is no fault.", err=True)


@fault.command()
@click.argument("id_", metavar="ID", shell_complete=complete_fault)
@as_json_option
def remove(id_: str, as_json: bool) -> None:
    """Take the fault of ID away."""
    obey_no_color()
    removed = RunApi.find().remove_fault(id_)
    click.echo(json.dumps(removed) if as_json else f"removed  {_line(removed)}")


@fault.command()
def clear() -> None:
    """Take every fault away, those of settings too, until their settings change."""
    obey_no_color()
    RunApi.find().clear_faults()


def _line(fault: Mapping[str, Any]) -> str:
    """``slow  latency  seconds=2 service=orders  met 3``."""
    defaults = {"probability": 1, "seed": 0}
    said = [
        f"{name}={fault[name]}"
        for name in (*_CHOICES, *_NUMBERS)
        if fault[name] is not None and fault[name] != defaults.get(name)
    ]
    met = f"met {fault['met']}" if fault["left"] is None else f"met {fault['met']} of {fault['count']}"
    parts = [click.style(plain(fault["id"]), bold=True), fault["kind"], plain(" ".join(said)), met]
    if fault["origin"]:
        parts.append(click.style(plain(fault["origin"]), dim=True))
    return "  ".join(part for part in parts if part)
