"""Which findings `lattice check` tells, and with which exit status."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from lattice_events.cli.commands import lattice
from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.fragment import Fragment, RunNote
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import load_project

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


REFUSED = """\
Resources:
  Orders:
    Type: AWS::VpcLattice::Service
    Properties: {Name: NAME}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Orders
      Protocol: HTTPS
      DefaultAction:
        FixedResponse: {StatusCode: STATUS}BESIDE
"""
IGNORED = "  # lattice: ignore LTC112: AWS will take it"


def refused(*, name: str = "orders", status: int = 404, beside: str = "") -> str:
    """A template whose name, or the status of whose listener, AWS may refuse."""
    return REFUSED.replace("NAME", name).replace("STATUS", str(status)).replace("BESIDE", beside)


def codes(*arguments: str | Path) -> tuple[int, list[str]]:
    """The exit status, and the code of each finding."""
    status, output = told(*arguments)
    return status, re.findall(r": (?:error|warning|note) (LTC\d+) ", output)


def test_a_note_says_that_no_network_can_be_made_also_where_a_rule_explains_why(template: Path) -> None:
    template.write_text(refused(status=418))

    said = (
        "Rules about the network as a whole found nothing: it cannot be linked while the mistake at "
        f"{template}:11:25 stands. Mend it and check again."
    )
    assert codes(template) == (1, ["LTC112"])
    assert said in told(template)[1]
    template.write_text(refused())
    assert "cannot be linked" not in told(template)[1]


@pytest.mark.parametrize(
    ("beside", "arguments", "expected"),
    [
        ("", ["--ignore", "LTC112"], ["LTC901"]),
        ("", ["--select", "LTC2"], ["LTC901"]),
        ("", ["--select", "LTC2", "--ignore", "LTC9"], ["LTC901"]),
        ("", ["--select", "LTC112"], ["LTC112"]),
        (IGNORED, [], ["LTC901"]),
        (IGNORED.replace("LTC112", "LTC112, LTC901"), [], []),
    ],
)
def test_what_cannot_be_read_is_told_where_what_explains_it_is_not(
    template: Path, beside: str, arguments: list[str], expected: list[str]
) -> None:
    template.write_text(refused(status=418, beside=beside))

    assert codes(template, *arguments) == (int(bool(expected)), expected)


def test_a_file_that_cannot_be_read_is_told_whatever_is_ignored(template: Path) -> None:
    template.write_text("Resources: {Orders: [")

    for ignored in ("LTC901", "unreadable", "LTC9"):
        assert codes(template, "--ignore", ignored) == (1, ["LTC901"])


def test_a_refused_name_hides_nothing_else(template: Path) -> None:
    template.write_text(refused(name="Orders_v2"))

    assert codes(template) == (1, ["LTC401", "LTC502"])
    assert codes(template, "--ignore", "LTC502") == (0, ["LTC401"])
    assert "cannot be linked" not in told(template)[1]


def test_a_run_of_some_rules_says_that_it_was_one(template: Path) -> None:
    said = f"No mistakes found by the chosen rules in {template}.\n"

    assert told(template, "--ignore", "LTC001") == (0, said)
    assert told(template, "--select", "LTC2") == (0, said)


RUN = """\
Parameters: {Vpc: {Type: AWS::EC2::VPC::Id}}
Resources:
  Orders:
    Type: AWS::VpcLattice::Service
    Properties: {Name: orders, AuthType: AWS_IAM}
  Policy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Orders
      Policy:
        Statement:
          - Effect: Allow
            Principal: "*"
            Action: vpc-lattice-svcs:Invoke
            Resource: "*"
            Condition: {StringEquals: {"aws:SourceVpc": vpc-0123456789abcdef0}}
  Placed:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Orders, ServiceNetworkIdentifier: shared}
  InVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties: {ServiceNetworkIdentifier: shared, VpcIdentifier: !ImportValue Vpc}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: ruby3.3
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code: {ZipFile: "exports.handler = async () => ({statusCode: 200})"}
  Alone:
    Type: AWS::VpcLattice::Service
    Properties: {Name: alone}
"""


def test_what_is_said_of_a_run_is_not_said_where_nothing_runs(template: Path) -> None:
    template.write_text(RUN)
    of_a_run = (
        "is left out",
        "with AuthType NONE replaces it",
        "made-up id",
        "lattice dev never sets",
        "count as allowing every call",
        "answers here, but",
    )

    ran = load_project([template], ReadOptions(), allocate=lambda _name, _settings: "")
    assert [text for text in of_a_run if not any(text in note for note in ran.notes)] == []
    notes = json.loads(told(template, "--format", "json", "--quiet")[1])["notes"]
    assert [note for note in notes if any(text in note for text in of_a_run)] == []


def test_a_note_of_a_run_stays_one_when_a_secret_is_taken_out() -> None:
    hidden = Fragment(secrets=["hush"]).hidden(RunNote("Function hush is left out."))

    assert (type(hidden), hidden) == (RunNote, "Function *** is left out.")
