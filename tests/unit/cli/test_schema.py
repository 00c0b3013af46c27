"""``lattice schema``."""

from __future__ import annotations

import json

from click.testing import CliRunner
from jsonschema import Draft202012Validator

from lattice_events.cli.commands import lattice


def test_the_schema_of_settings_is_printed() -> None:
    printed = CliRunner().invoke(lattice, ["schema"])
    schema = json.loads(printed.stdout)

    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid({"targets": {"app": {"url": "http://127.0.0.1:3000"}}})
    assert printed.exit_code == 0
