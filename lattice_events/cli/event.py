"""``lattice event``: print an event as VPC Lattice sends it."""

from __future__ import annotations

import json
from typing import Literal

import click

from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.headers import find_uncarried, is_token
from lattice_events.network.examples import CALLERS, make_event


@click.command()
@click.argument("version", type=click.Choice(["v1", "v2"]))
@click.option("--method", default="GET", show_default=True)
@click.option("--path", default="/", show_default=True, help="With the query string: /orders?x=1")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="Repeatable.")
@click.option("--body", default="", help="The body: text, or @FILE for the bytes of a file.")
@click.option("--as", "caller", type=click.Choice(list(CALLERS)), default="anonymous", show_default=True)
def event(version: str, method: str, path: str, headers: tuple[str, ...], body: str, caller: str) -> None:
    """Print an event of VERSION, as VPC Lattice sends it to a function.

    Pipe it into `lattice invoke FUNCTION --event -`, or keep it as a file for tests.
    """
    try:
        made = make_event(
            f"{method} {path}",
            version=_version(version),
            headers=[parse_header(header) for header in headers],
            body=read_body(body),
            caller=caller,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))


def _version(text: str) -> Literal["V1", "V2"]:
    return "V1" if text == "v1" else "V2"


def parse_header(text: str) -> tuple[str, str]:
    """``NAME:VALUE``."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.BadParameter(f"a header must be NAME:VALUE, not {text!r}")
    name, value = name.strip(" "), value.strip(" \t")
    if not is_token(name):
        raise click.BadParameter(f"{name!r} is not the name of a header")
    # Bytes of the shell that are no UTF-8 are none of HTTP's control characters.
    uncarried = find_uncarried(value.encode(errors="surrogateescape").decode("latin-1"))
    if uncarried:
        raise click.BadParameter(f"the header {name} has the character {uncarried}, which no header can have")
    return name, value


def read_body(text: str) -> bytes:
    """A body given as text, or as ``@FILE``."""
    if not text.startswith("@"):
        return text.encode(
            errors="surrogateescape"
        )  # bytes of the shell that are no UTF-8 stay what they are
    try:
        with click.open_file(text[1:], "rb") as file:
            data: bytes = file.read(MAX_LAMBDA_BYTES + 1)
    except OSError as error:
        raise click.BadParameter(f"{text[1:]}: {error.strerror}") from error
    if len(data) > MAX_LAMBDA_BYTES:
        raise click.BadParameter(f"{text[1:]} has more than 6 MB, which is more than Lambda accepts")
    return data
