"""docs/wire.md against CloudFormation's own schemas, as cfn-lint has them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

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


def test_the_explicit_block_is_the_sample_s_own_wiring() -> None:
    explicit, _ = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    sample = yaml.load((ROOT / "serverless.yml").read_text(), _Loader)

    shown = yaml.load(explicit, _Loader)

    assert shown["functions"].items() <= sample["functions"].items()
    assert shown["resources"]["Resources"].items() <= sample["resources"]["Resources"].items()
