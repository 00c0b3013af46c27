"""Names as users type them: in full, or as serverless.yml has them; URLs, and the Region to sign for."""

from __future__ import annotations

from collections.abc import Sequence

import click

from lattice_events.client.scope import split_url
from lattice_events.sigv4 import region_of_host


def find_name(typed: str, names: Sequence[str]) -> str | None:
    """The name that was meant: itself, or the one that the Serverless CLI made of a key, ``sample-dev-KEY``."""
    if typed in names:
        return typed
    return next((name for name in names if name.endswith(f"-{typed}")), None)


def host_of(url: str) -> str:
    """The host of a URL.

    Raises:
        click.UsageError: It is no URL.
    """
    parts = split_url(url)
    if parts is None:
        raise click.UsageError(f"{url} is not a URL: write it like https://NAME/PATH.")
    return parts.hostname or ""


def find_region(host: str, given: str | None, known: str | None = None) -> str | None:
    """The Region to sign for: of the name, else given, else known of the service.

    Raises:
        click.UsageError: The name tells another one than was given.
    """
    told = region_of_host(host)
    if told and given and told != given:
        raise click.UsageError(
            f"--region {given} is not the Region of {host}, which is {told}: omit --region."
        )
    return told or given or known
