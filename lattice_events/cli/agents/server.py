"""The Model Context Protocol, by its official SDK: tools and resources over standard input and output."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from lattice_events import __version__
from lattice_events.cli.agents.acting import CALL, REPLAY
from lattice_events.cli.agents.definitions import (
    NETWORK,
    SOURCES,
    Definitions,
    NoSuchResourceError,
    source_uri,
)
from lattice_events.cli.agents.judging import EXPLAIN
from lattice_events.cli.agents.observing import LOGS_OF, REQUEST, REQUESTS
from lattice_events.cli.agents.policies import POLICY_TEST
from lattice_events.cli.agents.tool import Tool
from lattice_events.cli.stopping import stop_on_signals, unless_stopped
from lattice_events.errors import ConfigurationError, LatticeError

T = TypeVar("T")
_Context = ServerRequestContext[Any]
TOOLS: Sequence[Tool[Any]] = (REQUESTS, REQUEST, LOGS_OF, EXPLAIN, POLICY_TEST, CALL, REPLAY)
_ABOUT = """\
lattice-events plays an Amazon VPC Lattice service network on this machine (lattice dev, lattice cloud). These tools say why \
a request was answered as it was, and what would happen to another.
To find the cause of a 403, 404 or 5xx: `requests` with a status, then `request` with a number; `logs` has what the function \
wrote. To check a change of the definitions before anything runs: `explain`, and `policy_test` for one auth policy.
`requests`, `request`, `logs`{acting} need a running network; `explain`, `policy_test` and the sources read the definitions as \
they are now. Durations are in milliseconds, times in microseconds since 1970; secrets are hidden.
"""
_READ_ONLY = """\
This server only reads: the tools `call` and `replay`, which send requests to services, are not there, because it was started \
without --allow-calls. The user can start it as `lattice mcp --allow-calls`.
"""


async def serve(definitions: Definitions, *, allows_calls: bool) -> None:
    """Serve until standard input is closed, or a signal comes."""
    stop = stop_on_signals()
    agent = _Agent(definitions, allows_calls=allows_calls, stop=stop)
    serving = asyncio.ensure_future(_serve(agent.server()))
    stopped = asyncio.ensure_future(stop.wait())
    done, _ = await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await agent.end()
    if serving in done:
        await serving  # raises what ended it


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


class _Agent:
    """What an agent is served, and its work that is not done yet."""

    def __init__(self, definitions: Definitions, *, allows_calls: bool, stop: asyncio.Event) -> None:
        self._definitions = definitions.cancelled_by(stop.is_set)
        self._tools = {each.name: each for each in TOOLS if allows_calls or not each.acts}
        acting = ", `call` and `replay`" if allows_calls else ""
        self._instructions = _ABOUT.format(acting=acting) + ("" if allows_calls else _READ_ONLY)
        self._stop = stop
        self._working: set[asyncio.Future[Any]] = set()

    def server(self) -> Server[Any]:
        """The server of the SDK."""
        return Server(
            "lattice-events",
            version=__version__,
            title="lattice-events: VPC Lattice on this machine",
            instructions=self._instructions,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_resource,
        )

    async def end(self) -> None:
        """Wait until everything is in order that was begun: a program that runs is ended, say."""
        if self._working:
            await asyncio.wait(self._working)

    async def _work(self, work: Callable[[], T]) -> T:
        """Do blocking work in a thread."""
        task = asyncio.ensure_future(unless_stopped(self._stop, work))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        found = await asyncio.shield(task)
        if found is None:
            raise MCPError(types.INTERNAL_ERROR, "The server was stopped.")
        return found

    async def _list_tools(self, _: _Context, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(each) for each in self._tools.values()])

    async def _call_tool(self, _: _Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, self._no_tool(params.name))
        given = params.arguments or {}
        try:
            answer = await self._work(lambda: tool.answer(given, self._definitions))
        except LatticeError as error:
            return types.CallToolResult(content=[_text(str(error))], is_error=True)
        return types.CallToolResult(content=[_text(answer.text)], structured_content=answer.value)

    def _no_tool(self, name: str) -> str:
        acting = any(each.name == name for each in TOOLS)
        why = (
            "it is there with lattice mcp --allow-calls" if acting else f"there are {', '.join(self._tools)}"
        )
        return f"There is no tool {name[:100]}: {why}."

    async def _list_resources(self, _: _Context, __: Any) -> types.ListResourcesResult:
        network = types.Resource(
            uri=NETWORK,
            name="network",
            title="The service network",
            description="Services, listeners, rules, target groups, functions, callers and policies as a graph: "
            "nodes {id, kind, name, details, service}, edges {source, target, kind, label}. Of the running network, "
            "with `sources` by node id (file:line:column); else of the definitions.",
            mime_type="application/json",
        )
        sources = types.Resource(
            uri=SOURCES,
            name="sources",
            title="The files that define it",
            description="[{file, uri}]: each can be read by its URI.",
            mime_type="application/json",
        )
        try:
            files = await self._work(self._definitions.sources)
        except ConfigurationError:  # who reads the list of sources is told why
            files = []
        each = [
            types.Resource(uri=source_uri(file), name=file, mime_type="text/plain", title=f"Source: {file}")
            for file in files
        ]
        return types.ListResourcesResult(resources=[network, sources, *each])

    async def _list_templates(self, _: _Context, __: Any) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            uri_template=f"{SOURCES}/{{+file}}",
            name="source",
            title="A file that defines the network",
            description=f"By a name that {SOURCES} lists; secrets are hidden.",
            mime_type="text/plain",
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def _read_resource(
        self, _: _Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            text = await self._work(lambda: self._definitions.resource(uri))
        except ConfigurationError as error:
            is_missing = isinstance(error, NoSuchResourceError)
            code = types.INVALID_PARAMS if is_missing else types.INTERNAL_ERROR
            raise MCPError(code, str(error)) from error
        kind = "application/json" if uri in (NETWORK, SOURCES) else "text/plain"
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=uri, mime_type=kind, text=text)]
        )


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


def _described(tool: Tool[Any]) -> types.Tool:
    """A tool as the protocol tells it."""
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema={"type": "object", "properties": dict(tool.gives)},
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.acts, destructive_hint=tool.acts, idempotent_hint=not tool.acts, open_world_hint=False
        ),
    )  # fmt: skip
