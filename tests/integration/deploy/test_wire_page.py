"""docs/wire.md against CloudFormation's own schemas, as cfn-lint has them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from tests.integration.deploy.page import wiring
from tests.integration.running import ROOT

PAGE = (ROOT / "docs" / "wire.md").read_text()
ROWS = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", PAGE.split("## Traps")[0], re.MULTILINE)


def schema(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "us-east-1", f"AWS::VpcLattice::{kind}"
    ).schema
    return found


def code(cell: str) -> set[str]:
    """What a cell has in backticks, less the name of the property around it."""
    return set(re.findall(r"`([^`]+)`", cell)) - {"Config"}


def paths(pointers: list[str]) -> set[str]:
    """JSON pointers of properties, as the page writes them."""
    names = (pointer.removeprefix("/properties/") for pointer in pointers)
    return {name.removeprefix("Config/").replace("/", ".") for name in names}


def test_the_page_has_every_kind_that_the_network_has() -> None:
    assert len(ROWS) == 9


@pytest.mark.parametrize(("kind", "replaces", "ref", "attributes"), ROWS)
def test_what_replaces_and_what_is_given_is_the_schema_s(
    kind: str, replaces: str, ref: str, attributes: str
) -> None:
    known = schema(kind)
    identifier = paths(known["primaryIdentifier"])

    assert code(replaces) == paths(known["createOnlyProperties"])
    assert code(attributes) == paths(known["readOnlyProperties"])
    assert identifier == (code(ref) or {"Arn"})


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's tags, too: the tag and the text of what it is applied to."""


_Loader.add_multi_constructor("!", lambda _, tag, node: (tag, yaml.serialize(node)))


@pytest.mark.parametrize(("kind", "sample"), [("explicit", "."), ("plugin", "examples/plugin")])
def test_the_blocks_are_the_wiring_of_the_samples(kind: str, sample: str) -> None:
    shown = yaml.load(wiring()[kind], _Loader)
    whole = yaml.load((ROOT / sample / "serverless.yml").read_text(), _Loader)

    assert set(shown["functions"]["hello"]) <= set(whole["functions"]["hello"])
    assert shown.get("resources", {}).get("Resources", {}).items() <= whole["resources"]["Resources"].items()
    assert shown.get("custom", {}).get("lattice", {}).items() <= whole["custom"]["lattice"].items()
