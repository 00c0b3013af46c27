"""What stands behind the URL of ``lattice call``, in httpie's manner: one item is one part of the request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import click

from lattice_events.cli.event import parse_header

_SEPARATOR = re.compile(r"==|:=|=|:")


@dataclass
class Items:
    """The parts of a request.

    Attributes:
        headers: (name, value) pairs.
        query: (name, value) pairs, not encoded.
        fields: Of a JSON object.
    """

    headers: list[tuple[str, str]] = field(default_factory=list)
    query: list[tuple[str, str]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)


def parse_items(texts: tuple[str, ...]) -> Items:
    """Read items: ``name=text``, ``name:=JSON``, ``name==query value``, ``Name:header value``.

    Raises:
        click.BadParameter: One is none of these.
    """
    items = Items()
    for text in texts:
        separator = _SEPARATOR.search(text)
        if separator is None or separator.start() == 0:
            raise click.BadParameter(
                f"{text!r} is not an ITEM: write name=text, name:=JSON, name==query-value or Name:header-value."
            )
        name, value = text[: separator.start()], text[separator.end() :]
        if separator[0] == "==":
            items.query.append((name, value))
        elif separator[0] == ":=":
            items.fields[name] = _parse_json(name, value)
        elif separator[0] == "=":
            items.fields[name] = value
        else:
            items.headers.append(parse_header(text))
    return items


def _parse_json(name: str, text: str) -> Any:
    """A JSON value."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise click.BadParameter(f"{name}:=… is nested too deeply.") from error
    except ValueError as error:
        raise click.BadParameter(
            f"{name}:={text} is not JSON: {error}. For text write {name}={text}."
        ) from error
