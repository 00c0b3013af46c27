"""What a tool is: what an agent reads of it, what it takes, and what it gives, as text and as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

import click
from pydantic import BaseModel, ConfigDict, ValidationError

from lattice_events.cli.agents.definitions import Definitions
from lattice_events.errors import ConfigurationError

_MESSAGES = {"extra_forbidden": "There is no such argument", "missing": "It is needed"}
_Taken = TypeVar("_Taken", bound="Arguments")


class Arguments(BaseModel):
    """What a tool takes. A name that it does not know is an error: a filter that was mistyped would else filter nothing."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Answer(NamedTuple):
    """What a tool gives: the same as a text to read and as values."""

    text: str
    value: dict[str, Any]


class Tool(NamedTuple, Generic[_Taken]):
    """A tool.

    Attributes:
        name: By which it is called.
        title: For people.
        description: For whoever chooses a tool.
        arguments: What it takes.
        gives: The properties of what it gives, each with its JSON schema.
        run: Does it. It may take its time.
        acts: Whether it sends requests to services.
    """

    name: str
    title: str
    description: str
    arguments: type[_Taken]
    gives: Mapping[str, Mapping[str, Any]]
    run: Callable[[_Taken, Definitions], Answer]
    acts: bool = False

    def answer(self, given: Mapping[str, Any], definitions: Definitions) -> Answer:
        """Answer a call.

        Raises:
            LatticeError: It cannot be answered; the message says what to change.
        """
        try:
            taken = self.arguments.model_validate(given)
        except ValidationError as error:
            raise ConfigurationError(_problems(self, error)) from error
        try:
            return self.run(taken, definitions)
        except click.ClickException as error:  # of what commands and tools have in common
            raise ConfigurationError(error.message) from error


def _problems(tool: Tool[Any], error: ValidationError) -> str:
    """Each wrong argument, and which there are."""
    wrong = "; ".join(
        f"{'.'.join(map(str, each['loc']))}: {_MESSAGES.get(each['type'], each['msg'])}" for each in error.errors()
    )  # fmt: skip
    return f"{wrong}. {tool.name} takes {', '.join(tool.arguments.model_fields)}."
