"""The tool that explains what would happen to a request, by the definitions alone, and the parts of requests that tools take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from pydantic import Field

from lattice_events.cli.agents.definitions import Definitions
from lattice_events.cli.agents.tool import Answer, Arguments, Tool
from lattice_events.cli.event import parse_header
from lattice_events.cli.explain_tree import tree_text
from lattice_events.cli.explaining import Asked, explained
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.graph import ANONYMOUS
from lattice_events.readers.settings.callers import VPC

CALLER = "Who calls: the name of a function or of another caller of the network, the ARN of a role, session or user, or anonymous."  # fmt: skip
METHOD = Field(default="GET", pattern="^[A-Z]+$", description="In capitals.", examples=["GET", "POST"])
HEADERS: Any = Field(
    default_factory=dict, description="Of the request, by name.", examples=[{"x-tenant": "blue"}]
)
FROM_VPC = Field(
    default="",
    description="Id or ARN of the caller's VPC; the one that the definitions name, if left out.",
    examples=["vpc-0123456789abcdef0"],
)


class ExplainArguments(Arguments):
    """Of `explain`."""

    url: str = Field(
        min_length=1,
        description="SERVICE/PATH by the service's name, or a URL.",
        examples=["orders/orders/7?full=1", "https://orders.example.com/orders/7"],
    )
    method: str = METHOD
    caller: str = Field(default=ANONYMOUS.name, description=f"{CALLER} It signs the request.")
    headers: dict[str, str] = HEADERS
    from_vpc: str = FROM_VPC


def _explain(taken: ExplainArguments, definitions: Definitions) -> Answer:
    check_vpc(taken.from_vpc)
    project = definitions.read()
    asked = Asked(taken.method, taken.url, header_pairs(taken.headers), taken.caller, taken.from_vpc)
    try:
        described = explained(project, asked, caller_option="caller")
    except ConfigurationError as error:
        raise ConfigurationError((*error.problems, *map(Problem, project.notes))) from error
    value = described | {"notes": [*described["notes"], *project.notes]}
    return Answer(tree_text(described["request"], value), value)


def check_vpc(text: str) -> None:
    """Refuse what is no VPC.

    Raises:
        click.UsageError: It is none.
    """
    if text and not VPC.fullmatch(text):
        raise click.UsageError(f"from_vpc is the id or the ARN of a VPC, not {text!r}.")


def header_pairs(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names and values.

    Raises:
        click.BadParameter: One cannot be sent.
    """
    return [parse_header(f"{name}:{value}") for name, value in given.items()]


EXPLAIN = Tool(
    name="explain",
    title="Explain a request",
    description=(
        "Explain what VPC Lattice would do with a request, by the definitions as they are now: which listener, rule and "
        "target, what each policy statement says, what the function would get. Nothing runs and nothing is called, so use it "
        "to check a change before it is deployed. Example: {\"url\": \"orders/orders/7\", \"method\": \"GET\", \"caller\": \"client\"}."
    ),
    arguments=ExplainArguments,
    gives={
        "request": {"type": "string"},
        "service": {"type": ["object", "null"]},
        "authentication": {"type": ["object", "null"]},
        "authorization": {"type": ["object", "null"], "description": "allowed, denied_by, layers with their statements."},
        "rules": {"type": "array", "description": "priority, name, mismatch (null for the one that matches)."},
        "target": {"type": ["string", "null"]},
        "reply": {"type": ["object", "null"], "description": "Where no target is reached: status, body, reason."},
        "sent": {"type": ["object", "null"], "description": "The event of a function, or request line and headers."},
        "notes": {"type": "array", "items": {"type": "string"}},
    },
    run=_explain,
)  # fmt: skip
