"""Tools that send requests to the services of a running network; they are there with ``--allow-calls`` alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from lattice_events.cli.agents.definitions import Definitions
from lattice_events.cli.agents.showing import WHOLE, whole_answer
from lattice_events.cli.agents.tool import Answer, Arguments, Tool
from lattice_events.cli.call import Target
from lattice_events.cli.event import parse_header
from lattice_events.cli.names import host_of
from lattice_events.cli.run_api import RunApi
from lattice_events.errors import CallError, ConfigurationError
from lattice_events.local.run.registry import Running, find_running
from lattice_events.network.graph import ANONYMOUS

_REQUEST_ID = "x-amzn-requestid"


class CallArguments(Arguments):
    """Of `call`."""

    url: str = Field(
        min_length=1,
        description="SERVICE/PATH by the service's name, or a URL of a service of the running network.",
        examples=["orders/orders/7?full=1"],
    )
    method: str = Field(default="GET", pattern="^[A-Z]+$", description="In capitals.", examples=["POST"])
    caller: str = Field(
        default=ANONYMOUS.name, description="Who signs: a caller of the running network by name; anonymous signs not.", examples=["client"]
    )  # fmt: skip
    headers: dict[str, str] = Field(default_factory=dict, description="By name.", examples=[{"x-tenant": "blue"}])  # fmt: skip
    body: str | None = Field(default=None, description="Text; give a content-type header with it.", examples=['{"item": "tea"}'])  # fmt: skip
    timeout_seconds: float = Field(default=30, gt=0, le=300, description="For the whole call.")


class ReplayArguments(Arguments):
    """Of `replay`."""

    id: str = Field(description="The number of a request, as in `requests`, or its id.", examples=["12"])
    method: str | None = Field(default=None, description="Another method.", examples=["PUT"])
    path: str | None = Field(default=None, description="Another path, with its query string.", examples=["/orders/8?x=1"])  # fmt: skip
    headers: dict[str, str | list[str] | None] | None = Field(
        default=None, description="Other values by name; null takes a header out.", examples=[{"x-new": "1", "x-old": None}]
    )  # fmt: skip
    body: str | None = Field(default=None, description="Another body: text.")
    caller: str | None = Field(default=None, description="Another caller, who signs it; or anonymous.", examples=["client"])  # fmt: skip


def _call(taken: CallArguments, _: Definitions) -> Answer:
    RunApi.find()  # says what to start, where nothing runs
    runs = find_running()
    url, running = _find(taken.url, runs)
    headers = dict(parse_header(f"{name}:{value}") for name, value in taken.headers.items())
    session = Target(url, running.regions, running).session(
        anonymous=taken.caller == ANONYMOUS.name,
        profile=None,
        caller=None if taken.caller == ANONYMOUS.name else taken.caller,
        mode="header",
        timeout=taken.timeout_seconds,
        max_retries=0,
    )
    body = None if taken.body is None else taken.body.encode()
    try:
        with session:
            answered = session.request(taken.method, url, headers=headers, data=body).headers.get(_REQUEST_ID)
    except CallError as error:
        if error.request_id is None:
            raise
        answered = error.request_id
    return whole_answer(RunApi(running).request(answered or ""))


def _find(place: str, runs: Sequence[Running]) -> tuple[str, Running]:
    """The URL that is meant, and the run that has it: nothing else is called, least of all AWS."""
    is_url = "://" in place
    name, slash, path = (host_of(place), "", "") if is_url else place.partition("/")
    for running in runs:
        if is_url and running.serves(name):
            return place, running
        if not is_url and name in running.urls:
            return f"{running.urls[name]}{slash}{path}", running
    known = ", ".join(sorted(name for each in runs for name in each.urls))
    raise ConfigurationError(
        f"The running network has no service {name!r}. Its services are: {known or 'none'}."
    )


def _replay(taken: ReplayArguments, _: Definitions) -> Answer:
    edits: dict[str, Any] = taken.model_dump(exclude={"id"}, exclude_none=True)
    if taken.headers:
        edits["headers"] = taken.headers  # where none means something
    api = RunApi.find()
    line = api.replay(taken.id, edits)
    text, value = whole_answer(api.request(line["id"]))
    gone = [f"The {each}, which answered before, is not in the network any more." for each in line["missing"]]
    return Answer("\n".join((*gone, text)), value | {"missing": line["missing"]})


CALL = Tool(
    name="call",
    title="Call a service",
    description=(
        "Send one request to a service of the running lattice dev or lattice cloud, signed as a caller that the network "
        "knows, and get everything about it, as `request` tells. It is sent once and may change what the service keeps. "
        "Real AWS services are never called. Example: {\"url\": \"orders/orders\", \"method\": \"POST\", \"caller\": \"client\", "
        "\"headers\": {\"content-type\": \"application/json\"}, \"body\": \"{\\\"item\\\": \\\"tea\\\"}\"}."
    ),
    arguments=CallArguments,
    gives=WHOLE,
    run=_call,
    acts=True,
)  # fmt: skip
REPLAY = Tool(
    name="replay",
    title="Replay a request",
    description=(
        "Send a recorded request again through the running network, with edits, and get everything about the new one. It is "
        "decided anew, and signed anew as the same caller; one whose signature was refused is sent as it was, unless caller "
        "says who signs. Use it to see whether a change mends a failure. Example: {\"id\": \"12\", \"caller\": \"client\"}."
    ),
    arguments=ReplayArguments,
    gives={
        **WHOLE,
        "missing": {"type": "array", "items": {"type": "string"}, "description": "What answered before and is gone."},
    },
    run=_replay,
    acts=True,
)  # fmt: skip
