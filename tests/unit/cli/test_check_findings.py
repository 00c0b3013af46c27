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


UNKNOWN = """\
Parameters: {Name: {Type: String}, Organization: {Type: String}, Vpc: {Type: AWS::EC2::VPC::Id}}
Resources:
  Network: {Type: AWS::VpcLattice::ServiceNetwork, Properties: {Name: !Ref Name, AuthType: !Ref Name}}
  InVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties: {ServiceNetworkIdentifier: !Ref Network, VpcIdentifier: !Ref Vpc, SecurityGroupIds: [sg-0123456789abcdef0]}
"""


def test_values_that_are_not_known_are_one_note_with_the_options_that_give_them(template: Path) -> None:
    template.write_text(UNKNOWN)
    status, output = told(template, "--fail-on", "note")
    assert status == 0
    assert (
        "1 value is not known here, and nothing that depends on them is checked: give --param Name=VALUE."
    ) in output

    template.write_text(UNKNOWN.replace("AuthType: !Ref Name", "AuthType: !Ref Organization"))
    assert (
        "2 values are not known here, and nothing that depends on them is checked: give --param Name=VALUE --param Organization=VALUE."
        in told(template)[1]
    )
    assert "not known here" not in told(template, "--param", "Name=shop", "--param", "Organization=NONE")[1]
