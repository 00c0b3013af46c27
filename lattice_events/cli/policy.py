"""``lattice policy``: the policies of a running network, and the requests that it has had."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from lattice_events.cli.colours import obey_no_color
from lattice_events.cli.completions import complete_caller
from lattice_events.cli.lines import plain
from lattice_events.cli.request_filters import filter_options
from lattice_events.cli.run_api import RunApi
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.policy import read_policy
from lattice_events.readers.common.files import read_text, shown

_INDENT = "        "
_COLOURS = {"allowed": "green", "denied": "red", "refused": "red"}

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print the answer of the API as JSON.")


@click.group()
def policy() -> None:
    """Ask which requests of a running lattice dev another auth policy would let in.

    Nothing is changed, and nothing is sent. Of several runs the newest is asked.
    """


@policy.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, allow_dash=True), metavar="[FILE]")
@click.option(
    "--of",
    "resource",
    metavar="NAME",
    help="Whose policy FILE is to be: a service or a service network, service/NAME or servicenetwork/NAME where both are called so.",
)
@click.option(
    "--auth-type", type=click.Choice(["NONE", "AWS_IAM"]), help="What it is to have; as it is, if left out."
)
@click.option(
    "--as",
    "caller",
    metavar="NAME",
    shell_complete=complete_caller,
    help="Who calls instead: a caller of the run, anonymous, or an ARN.",
)
@filter_options
@as_json_option
def test(
    file: Path | None,
    resource: str | None,
    auth_type: str | None,
    caller: str | None,
    filters: Mapping[str, str],
    as_json: bool,
) -> None:
    """Tell which recorded requests would change their verdict.

    FILE is an auth policy as JSON, - for standard input. Of the requests those are tested that all filters choose.

    \b
    lattice policy test policy.json --of orders
    lattice policy test --as anonymous --status 2xx

    The exit status is 1 when a request would change, and 2 when no network is running or the policy is broken.
    """  # noqa: D301 - click's mark for a paragraph that is not wrapped
    obey_no_color()
    if (file or auth_type) and not resource:
        raise click.UsageError("Say whose policy it is to be: --of NAME.")
    if resource and not (file or auth_type):
        raise click.UsageError("Say what is to be changed: FILE, or --auth-type.")
    change = {"resource": resource, **({"auth_type": auth_type} if auth_type else {})}
    if file:
        change["policy"] = _read(file)
    asked = {
        "changes": [change] if resource else [],
        "filter": filters,
        **({"caller": caller} if caller else {}),
    }
    told = RunApi.find().test_policies(asked)
    click.echo(json.dumps(told) if as_json else "\n".join(_report(told)))
    sys.exit(1 if told["requests"] else 0)


@policy.command()
@click.argument("resource", metavar="NAME")
@click.option(
    "--any-id",
    is_flag=True,
    help="Let parts of paths that look like ids be any: /orders/7 becomes /orders/*, which stands for slashes, too.",
)
@filter_options
@as_json_option
def least(resource: str, any_id: bool, filters: Mapping[str, str], as_json: bool) -> None:
    """Print the least policy of NAME that allows recorded requests.

    NAME is a service or a service network. The policy allows the requests that all filters choose, denied ones among
    them, and none that differs in caller, method or path.

    \b
    lattice policy least orders --status 2xx > policy.json

    The exit status is 1 when no such request asked this policy, and 2 when no network is running.
    """  # noqa: D301 - as above
    obey_no_color()
    told = RunApi.find().least_policy({"resource": resource, "any_id": any_id, "filter": filters})
    if as_json:
        click.echo(json.dumps(told))
    elif told["policy"]:
        click.echo(json.dumps(told["policy"], indent=2, ensure_ascii=False))
    for line in _notes_of_least(told):
        click.echo(line, err=True)
    sys.exit(0 if told["policy"] else 1)


def _read(file: Path) -> str:
    """The text of a policy; what is wrong with it stands in the file.

    Raises:
        ConfigurationError: It is broken, or the file cannot be read.
    """
    name = "standard input" if str(file) == "-" else shown(file)
    text = sys.stdin.read() if str(file) == "-" else read_text(file, name)
    try:
        read_policy(text)
    except ConfigurationError as error:
        raise ConfigurationError(
            [Problem(each.message, f"{name}:{each.origin}") for each in error.problems]
        ) from error
    return text


def _report(told: Mapping[str, Any]) -> Iterator[str]:
    yield _summary(told)
    for line in told["requests"]:
        caller = f"as {line['caller']}" if line["caller"] else "anonymous"
        yield "  ".join(
            (
                f"{line['number']:>6}",
                click.style(f"{plain(line['method']):<6}", bold=True),
                plain(f"{line['service']}{line['path']}"),
                plain(caller),
                f"{line['before']} → " + click.style(line["after"], fg=_COLOURS[line["after"]]),
            )
        )
        for each in line["decided_by"]:
            owner = "" if each["kind"] == "signature" else f"{each['kind']} {each['owner']}: "
            yield plain(f"{_INDENT}{owner}{each['text']}")
    yield from (click.style(plain(note), fg="yellow") for note in told["notes"])


def _summary(told: Mapping[str, Any]) -> str:
    """How many would change, of how many."""
    changed = len(told["requests"])
    parts = [f"{told[f'now_{word}']} now {word}" for word in ("allowed", "denied") if told[f"now_{word}"]]
    end = f": {', '.join(parts)}." if parts else "."
    return f"{changed or 'None'} of {_counted(told['tested'])} would change{end}"


def _notes_of_least(told: Mapping[str, Any]) -> Iterator[str]:
    if told["policy"]:
        yield f"It allows {_counted(told['requests'])}, in {told['bytes']:,} of {told['max_bytes']:,} bytes."
    else:
        yield "No such request asked this policy."
    if told["refused"]:
        yield f"{_counted(told['refused'])} with a signature that was refused are left out."
    yield from told["notes"]


def _counted(number: int) -> str:
    return f"{number:,} request{'' if number == 1 else 's'}"
