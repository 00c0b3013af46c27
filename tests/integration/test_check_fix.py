"""`lattice check --fix` and `--diff` as a user runs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.integration.running import ROOT
from tests.integration.test_check import check, on_a_terminal
from tests.mistakes import DEFINITIONS

ORDERS = (DEFINITIONS / "orders" / "template.yaml").read_text()
CONFIG = "      Config:\n        LambdaEventStructureVersion: V2\n"
ACTION = "Action: vpc-lattice-svcs:Invoke\n            Resource: !Sub ${Service.Arn}/*\n  Listener"
DIFF = """\
--- a/template.yaml
+++ b/template.yaml
@@ -63,7 +63,7 @@
           - Effect: Allow
             Principal:
               AWS: !GetAtt ClientRole.Arn
-            Action: vpc-lattice:Invoke
+            Action: vpc-lattice-svcs:Invoke
             Resource: !Sub ${Service.Arn}/*
   Listener:
     Type: AWS::VpcLattice::Listener
"""


@pytest.fixture
def mistyped(tmp_path: Path) -> Path:
    """A definition with an action that nobody asks for."""
    assert ORDERS.count(ACTION) == 1
    (tmp_path / "template.yaml").write_text(ORDERS.replace(ACTION, ACTION.replace("-svcs", "")))
    return tmp_path


def test_a_fix_mends_the_file_and_says_what(mistyped: Path) -> None:
    done = check("--fix", cwd=mistyped)

    assert (mistyped / "template.yaml").read_text() == ORDERS
    assert done.stdout == "No mistakes found in template.yaml.\n"
    assert done.stderr == "template.yaml:66:13: fixed LTC205 wrong-action\nFixed 1 of 1 finding in 1 file.\n"


def test_a_second_fix_has_nothing_to_do(mistyped: Path) -> None:
    check("--fix", cwd=mistyped)

    assert check("--fix", cwd=mistyped).stderr == "There is nothing to fix.\n"


def test_a_diff_is_what_a_fix_would_do_and_changes_nothing(mistyped: Path) -> None:
    before = (mistyped / "template.yaml").read_text()

    done = check("--diff", "--fix", cwd=mistyped, status=1)

    assert (done.stdout, done.stderr) == (DIFF, "Would fix 1 of 1 finding in 1 file.\n")
    assert (mistyped / "template.yaml").read_text() == before
    subprocess.run(["git", "apply", "-"], input=done.stdout, text=True, cwd=mistyped, check=True)
    assert (mistyped / "template.yaml").read_text() == ORDERS
    assert check("--diff", cwd=mistyped).stdout == ""


def test_a_diff_has_colours_on_a_terminal(mistyped: Path) -> None:
    seen = on_a_terminal("--diff", cwd=mistyped)

    assert "\x1b[31m-            Action: vpc-lattice:Invoke\x1b[0m\n" in seen
    assert "\x1b[31m" not in on_a_terminal("--diff", cwd=mistyped, NO_COLOR="1")


def test_a_diff_goes_to_the_file_that_is_named(mistyped: Path) -> None:
    done = check("--diff", "--quiet", "-o", "fix.patch", cwd=mistyped, status=1)

    assert (done.stdout, done.stderr) == ("", "")
    assert (mistyped / "fix.patch").read_text() == DIFF


def test_only_what_was_asked_for_is_fixed(mistyped: Path) -> None:
    before = (mistyped / "template.yaml").read_text()

    check("--fix", "--ignore", "LTC205", cwd=mistyped)
    assert (mistyped / "template.yaml").read_text() == before

    check("--baseline", "known.json", "--write-baseline", cwd=mistyped)
    check("--fix", "--baseline", "known.json", cwd=mistyped)
    assert (mistyped / "template.yaml").read_text() == before


def test_a_baseline_records_what_a_fix_leaves(mistyped: Path) -> None:
    file = mistyped / "template.yaml"
    file.write_text(
        file.read_text().replace("DestinationArn: !GetAtt AccessLogGroup.Arn", "DestinationArn: ''")
    )

    done = check("--fix", "--baseline", "known.json", "--write-baseline", cwd=mistyped)

    assert "Fixed 1 of 2 findings in 1 file.\n" in done.stderr
    assert [each["code"] for each in json.loads((mistyped / "known.json").read_text())["findings"]] == [
        "LTC410"
    ]


def test_a_script_gets_what_remains_and_what_is_to_do_by_hand(mistyped: Path) -> None:
    file = mistyped / "template.yaml"
    file.write_text(f"# DO NOT EDIT\n{file.read_text()}")

    done = check("--fix", "--format", "json", cwd=mistyped, status=1)

    told = json.loads(done.stdout)
    assert [each["code"] for each in told["findings"]] == ["LTC205"]
    assert told["notes"] == [
        "template.yaml:67:13: LTC205 is not fixed, because a tool has written the file, so change what the tool reads. "
        "By hand: write Action: vpc-lattice-svcs:Invoke."
    ]
    assert "Fixed none of 1 finding.\n" in done.stderr


SERVERLESS = """\
service: shop  # ours
provider: {name: aws, runtime: python3.12}
package: {patterns: ['!**', app.py]}
functions:
  hello: {handler: app.handler}
resources:
  - ${file(network.yml)}
  - Resources:
      Group:  # of hello
        Type: AWS::VpcLattice::TargetGroup
        Properties:
          Type: LAMBDA
          Targets: [{Id: !GetAtt HelloLambdaFunction.Arn}]
"""
NETWORK = """\
Resources:
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !GetAtt HelloLambdaFunction.Arn
      Action: lambda:InvokeFunction  # on each request
      Principal: vpc-lattice.amazonaws.com
"""


def test_a_serverless_project_is_fixed_in_the_files_that_the_user_wrote(tmp_path: Path) -> None:
    for name, text in {
        "serverless.yml": SERVERLESS,
        "network.yml": NETWORK,
        "app.py": "handler = print\n",
    }.items():
        (tmp_path / name).write_text(text)
    cache = str(tmp_path / "cache")
    command = ("--serverless-command", ROOT / "node_modules" / ".bin" / "osls", "--select", "LTC001,LTC008")

    done = check("--fix", *command, cwd=tmp_path, XDG_CACHE_HOME=cache)

    assert "Fixed 2 of 2 findings in 2 files.\n" in done.stderr
    added = "          Config:\n            LambdaEventStructureVersion: V2\n"
    assert (tmp_path / "serverless.yml").read_text() == SERVERLESS + added
    assert (tmp_path / "network.yml").read_text() == f"{NETWORK}      SourceArn: !GetAtt Group.Arn\n"
    assert "There is nothing to fix.\n" in check("--fix", *command, cwd=tmp_path, XDG_CACHE_HOME=cache).stderr


def test_a_fix_and_a_diff_of_nothing_that_can_be_read_say_so(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("Resources: {Orders: [")

    assert "Fixed none of 1 finding.\n" in check("--fix", cwd=tmp_path, status=1).stderr
    assert check("--diff", cwd=tmp_path).stderr.endswith("Would fix none of 1 finding.\n")
