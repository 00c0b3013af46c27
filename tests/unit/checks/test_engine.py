from __future__ import annotations

import pytest

from lattice_events.checks.rule import Edit, Found
from tests.reporting import found


@pytest.mark.parametrize(
    ("place", "is_kept"),
    [
        ("template.yaml:3:5", True),
        ("cdk.out/App.template.json:3:5 (App/Orders)", False),
        ("plan.json: aws_vpclattice_target_group.orders", False),
    ],
)
def test_what_a_tool_made_of_something_else_has_no_edits(place: str, *, is_kept: bool) -> None:
    edit = Edit(place=place, name="Name", value="orders")

    (finding,) = found("LTC001", Found(place=place, message="Wrong.", edits=(edit,)))

    assert bool(finding.edits) is is_kept
