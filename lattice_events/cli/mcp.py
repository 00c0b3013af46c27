"""``lattice mcp``: a server of the Model Context Protocol, for agents."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from lattice_events.cli.options import read_options, source_options, source_paths
from lattice_events.errors import MissingExtraError


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--allow-calls", is_flag=True, help="Let agents send requests to services: the tools call and replay."
)
@source_options
def mcp(paths: tuple[Path, ...], allow_calls: bool, config: Path | None, **sources: Any) -> None:
    """Serve agents by the Model Context Protocol, over standard input and output.

    Agents look at the requests of a running lattice dev or lattice cloud, and ask what the definitions at PATHs, as for
    `lattice dev`, would do with others. They read only, unless --allow-calls. It is a program of an agent that starts this
    command: docs/mcp.md says where to name it.
    """
    try:
        import mcp.server  # noqa: F401 - what the extra brings
    except ImportError as error:
        raise MissingExtraError("mcp", needed_for="lattice mcp") from error
    from lattice_events.cli.agents.definitions import Definitions
    from lattice_events.cli.agents.server import serve
    from lattice_events.cli.stopping import end_at_once

    if sys.stdin.isatty():
        click.echo(
            "This waits for an agent, which starts it by itself: see docs/mcp.md. Ctrl-C ends it.", err=True
        )
    definitions = Definitions(paths=source_paths(paths, config), options=read_options(**sources))

    async def served() -> None:
        await serve(definitions, allows_calls=allow_calls)
        end_at_once(0)  # a thread that waits for standard input cannot be ended

    asyncio.run(served())
