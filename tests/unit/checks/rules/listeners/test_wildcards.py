from __future__ import annotations

from pathlib import Path

import pytest

from lattice_events.checks.rules.listeners.wildcard_in_path import RULE
from tests.checking import findings_in


@pytest.mark.parametrize(
    ("match", "prefix"),
    [
        ("Prefix: /foo/*", "/foo/"),
        ("Exact: /foo*", "/foo"),
        ("Exact: /users/{id}/orders", "/users/"),
        ("Exact: '*'", "/"),
    ],
)
def test_a_path_with_a_wildcard_is_told_its_own_prefix(match: str, prefix: str, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(RULE.wrong.replace("Exact: /orders/*", match))

    (message,) = (each.message for each in findings_in(file) if each.code == RULE.code)

    assert message.endswith(f": write Prefix: {prefix}, which matches whatever follows.")
