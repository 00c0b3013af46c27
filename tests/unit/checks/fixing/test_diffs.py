from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lattice_events.checks.fixing.diffs import unified_diff


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nB\nc\n"),
        ("a\nb", "a\nb\nc"),
        ("a\nb", "a"),
        ("a\r\nb\r\n", "a\r\nB\r\nc\r\n"),
        ("a\x0cb\u2028c\n", "a\x0cB\u2028c\n"),
        ("", "a\n"),
    ],
)
def test_git_applies_a_diff(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "a b.yaml"
    file.write_bytes(before.encode())

    diff = "".join(unified_diff(file.name, before, after)).encode()
    subprocess.run(["git", "apply", "-"], input=diff, cwd=tmp_path, check=True)

    assert file.read_bytes() == after.encode()


def test_there_is_no_diff_where_nothing_changes() -> None:
    assert list(unified_diff("a.yaml", "a\n", "a\n")) == []
