"""``lattice schema``: what editors need to complete and check settings."""

from __future__ import annotations

import click

from lattice_events.readers.settings.schema import schema_text


@click.command()
def schema() -> None:
    """Print the JSON Schema of lattice.yaml, for editors.

    Keep it in a file, and name that file in the first line of lattice.yaml:

    \b
    # yaml-language-server: $schema=lattice.schema.json
    """  # noqa: D301 (click takes \b for lines that it must not wrap)
    click.echo(schema_text(), nl=False)
