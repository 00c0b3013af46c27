"""An agent: `lattice mcp`, driven by the client of the protocol's own SDK."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, Tool

COMMAND = ("-m", "lattice_events", "mcp")


class Agent:
    """Asks a server that is up, as an agent does."""

    def __init__(self, client: Client, portal: BlockingPortal) -> None:
        self._client, self._portal = client, portal

    @property
    def instructions(self) -> str:
        return self._client.instructions or ""

    def tools(self) -> dict[str, Tool]:
        return {each.name: each for each in self._portal.call(self._client.list_tools).tools}

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        return self._portal.call(lambda: self._client.call_tool(tool, arguments))

    def ask(self, tool: str, **arguments: Any) -> tuple[str, Any]:
        """What a tool gives, as text and as values."""
        result = self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        return text_of(result), result.structured_content

    def refusal(self, tool: str, **arguments: Any) -> str:
        """What a tool says that cannot answer."""
        result = self.call(tool, **arguments)
        assert result.is_error
        return text_of(result)

    def resources(self) -> dict[str, str]:
        return {each.uri: each.name for each in self._portal.call(self._client.list_resources).resources}

    def read(self, uri: str) -> str:
        (content,) = self._portal.call(lambda: self._client.read_resource(uri)).contents
        text: str = content.text  # type: ignore[union-attr]  # no resource is binary
        return text


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    text: str = content.text  # type: ignore[union-attr]  # no tool gives anything else
    return text


@contextmanager
def agent(*arguments: str | Path, runs: Path, cwd: Path) -> Iterator[Agent]:
    """A server of its own, which says nothing beside the protocol."""
    environment = {"XDG_RUNTIME_DIR": str(runs), "PYTHONPATH": str(Path(__file__).parents[2])}
    server = StdioServerParameters(
        command=sys.executable, args=[*COMMAND, *map(str, arguments)], env=environment, cwd=cwd
    )
    errors = runs / "errors.txt"
    with (
        open(errors, "w") as log,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(stdio_client(server, log))) as client,
    ):
        yield Agent(client, portal)
    assert errors.read_text() == ""
