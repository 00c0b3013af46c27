"""Which findings `lattice check` tells, and with which exit status."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from lattice_events.cli.commands import lattice
from lattice_events.errors import ConfigurationError

GROUP = """\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Targets: [{Id: arn:aws:lambda:us-east-1:123456789012:function:orders}]
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "template.yaml"
    file.write_text(GROUP)
    return file


def told(*arguments: str | Path) -> tuple[int, str]:
    """The exit status, and what is printed."""
    result = CliRunner().invoke(lattice, ["check", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_warning_fails_only_a_run_that_says_so(template: Path) -> None:
    assert told(template)[0] == 0
    assert told(template, "--fail-on", "warning")[0] == 1
    assert told(template, "--fail-on", "never")[0] == 0


def test_rules_are_selected_and_ignored_in_lists(template: Path) -> None:
    assert "LTC001" in told(template, "--select", "LTC9,event-version-unstated")[1]
    assert told(template, "--select", "LTC9", "--fail-on", "note", "--quiet") == (0, "")
    assert told(template, "--ignore", "LTC9, LTC001", "--fail-on", "note", "--quiet") == (0, "")


def test_a_rule_that_there_is_not_is_refused(template: Path) -> None:
    with pytest.raises(
        ConfigurationError, match="--ignore LTC0001: there is no such rule. Did you mean LTC001?"
    ):
        told(template, "--ignore", "LTC0001")
