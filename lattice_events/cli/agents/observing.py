"""Tools that look at a running network: its requests, one of them, what functions wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click
from pydantic import Field

from lattice_events.cli.agents.definitions import Definitions
from lattice_events.cli.agents.showing import (
    LINE,
    LINE_PROPERTIES,
    LOGS,
    WHOLE,
    latest_lines,
    lines_answer,
    whole_answer,
)
from lattice_events.cli.agents.tool import Answer, Arguments, Tool
from lattice_events.cli.lines import plain_log
from lattice_events.cli.request_lines import line_text
from lattice_events.cli.run_api import RunApi

_LOOKED_AT = 500  # lines of the list, among which invocations with logs are looked for
_WORDS = "Words that must all be in the line (path, caller, reason, …), in any case; !word must not."


class ListArguments(Arguments):
    """Of `requests`."""

    q: str = Field(default="", description=_WORDS, examples=["tea !health"])
    service: str = Field(
        default="", description="Name of a service; !NAME is any other.", examples=["orders"]
    )
    status: str = Field(
        default="", description="A status or a class of them.", examples=["403", "5xx", "!2xx"]
    )
    method: str = Field(default="", description="In capitals.", examples=["POST"])
    rule: str = Field(default="", description="Name of the rule that matched; default is the default action.")
    caller: str = Field(default="", description="Name of the caller.", examples=["client", "anonymous"])
    limit: int = Field(default=20, ge=1, le=100, description="How many, the newest ones.")
    before: int | None = Field(default=None, ge=1, description="Only requests with a lower number, to page back.")  # fmt: skip


class OneArguments(Arguments):
    """Of `request`."""

    id: str = Field(
        description="The number of a request, as in `requests`, or its id (x-amzn-requestid).",
        examples=["12"],
    )


class LogsArguments(Arguments):
    """Of `logs`."""

    id: str = Field(default="", description="Of this request alone: its number or id.", examples=["12"])
    function: str = Field(
        default="", description="Of this function alone: its name.", examples=["shop-dev-orders"]
    )
    q: str = Field(default="", description=_WORDS, examples=["5xx"])
    limit: int = Field(default=5, ge=1, le=50, description="Of how many invocations, the newest ones.")


def _requests(taken: ListArguments, _: Definitions) -> Answer:
    given = taken.model_dump(exclude_defaults=True) | {"limit": taken.limit}
    return lines_answer(RunApi.find().requests(given))


def _request(taken: OneArguments, _: Definitions) -> Answer:
    return whole_answer(RunApi.find().request(taken.id))


def _logs(taken: LogsArguments, _: Definitions) -> Answer:
    found = list(_views(RunApi.find(), taken))
    names = LINE_PROPERTIES.keys()
    told = [{name: view[name] for name in names & view.keys()} | latest_lines(view) for view in found]
    return Answer("\n".join(map(_with_logs, told)) or "No function wrote anything.", {"invocations": told})


def _views(api: RunApi, taken: LogsArguments) -> Iterator[Mapping[str, Any]]:
    """Requests whose function wrote something, the newest first."""
    if taken.id:
        yield api.request(taken.id)
        return
    left = taken.limit
    for line in api.requests({"q": taken.q, "limit": _LOOKED_AT})["requests"]:
        if not line["invocation_id"] or taken.function not in ("", _function(line)):
            continue
        view = api.request(line["id"])
        if view["logs"]:
            yield view
            left -= 1
        if not left:
            return


def _function(line: Mapping[str, Any]) -> str | None:
    function: str | None = line["function"] if line["kind"] == "invocation" else line["target"]
    return function


def _with_logs(view: Mapping[str, Any]) -> str:
    left_out = view["logs_left_out"]
    lines = [f"    {plain_log(line['text'])}" for line in view["logs"]]
    more = [f"    ({left_out:,} further lines are left out)"] if left_out else []
    return click.unstyle("\n".join((line_text(view), *more, *lines)))


REQUESTS = Tool(
    name="requests",
    title="List requests",
    description=(
        "List the latest requests of the running lattice dev or lattice cloud, the newest first, each with status, rule, "
        "target, caller and, where it failed, the cause (reason). Start here to find out why a request got a 403, 404 or "
        "5xx; then ask `request` for the whole decision. Invocations of functions by Lambda's Invoke API are in the list "
        "too. Example: {\"status\": \"5xx\", \"service\": \"orders\"}."
    ),
    arguments=ListArguments,
    gives={
        "requests": {"type": "array", "items": LINE},
        "has_more": {"type": "boolean"},
        "latest": {"type": "integer", "description": "The number of the newest request."},
    },
    run=_requests,
)  # fmt: skip
REQUEST = Tool(
    name="request",
    title="Show a request",
    description=(
        "Show everything about one recorded request: why it was answered as it was (signature, each policy statement with "
        "what it lacks, each rule), request and response, the event that the function got and what it returned, its log "
        "lines, and the time. Secrets are hidden; texts over 4,000 characters are cut. Example: {\"id\": \"12\"}."
    ),
    arguments=OneArguments,
    gives=WHOLE,
    run=_request,
)  # fmt: skip
LOGS_OF = Tool(
    name="logs",
    title="Read function logs",
    description=(
        "Read what functions wrote (prints, tracebacks), by invocation, the newest first: of one request, of one function, "
        "or of requests that match words. Example: {\"function\": \"shop-dev-orders\", \"q\": \"5xx\"}."
    ),
    arguments=LogsArguments,
    gives={
        "invocations": {
            "type": "array",
            "items": {"type": "object", "properties": {**LINE_PROPERTIES, "logs": LOGS}},
        }
    },
    run=_logs,
)  # fmt: skip
