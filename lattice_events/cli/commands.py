"""The group of commands; each is loaded when it is run, since some bring a second of imports."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

import click

from lattice_events import __version__

INTERRUPTED = 130  # the exit status of a shell for what Ctrl-C ends

# The module `lattice_events.cli.NAME` has each one by its name.
_SUMMARIES = {
    "call": "Call a service, by URL or by name.",
    "check": "Find mistakes in definitions, before AWS does.",
    "cloud": "Deploy to this machine: an endpoint for AWS clients.",
    "completion": "Have your shell complete commands, options and names.",
    "credentials": "Print the made-up credentials of a caller.",
    "dev": "Run the service network of a project on this machine.",
    "event": "Print an event, as VPC Lattice sends it to a function.",
    "explain": "Explain what VPC Lattice does with a request, and why.",
    "fault": "Let requests of a running network meet faults.",
    "graph": "Draw the service network.",
    "invoke": "Run a function once, and print what it returns.",
    "logs": "Read access logs, and explain what was denied or failed.",
    "mcp": "Serve agents by the Model Context Protocol.",
    "policy": "Ask which recorded requests a policy would let in.",
    "replay": "Send a recorded request again.",
    "requests": "List the requests of a running network, or show one.",
    "schema": "Print the JSON Schema of lattice.yaml, for editors.",
    "sign": "Sign a request, and print its headers.",
}


class _Commands(click.Group):
    """Knows the name and the summary of each command, and loads the one that is run."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was named; where words are completed there may be none."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and _load(str(name)), rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Who ends it by Ctrl-C knows that, and need not be told."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


def _load(name: str) -> click.Command:
    module = import_module(f"lattice_events.cli.{name}")
    return cast(click.Command, getattr(module, name))


@click.group(
    cls=_Commands,
    commands=[click.Command(name, short_help=text) for name, text in _SUMMARIES.items()],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="lattice")
def lattice() -> None:
    """AWS Lambda on Amazon VPC Lattice: run the service network on this machine, call its services."""
