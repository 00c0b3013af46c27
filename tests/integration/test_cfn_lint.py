"""The rules in cfn-lint: `cfn-lint template.yaml -a lattice_events.checks.cfn_lint`, and what calls it as editors and SAM do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint
from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode
from cfnlint.rules import Rules
from cfnlint.runner import run_template_by_data

from lattice_events.checks.cfn_lint import LINT_RULES, _matches, lint_id
from lattice_events.checks.table import RULE_BY_CODE
from tests.checking import findings_in
from tests.integration.running import BIN, ROOT, clean_environment
from tests.mistakes import DEFINITIONS, MISTAKES, Mistake

MODULE = "lattice_events.checks.cfn_lint"
TEMPLATE = "template.yaml"
IN_TEMPLATES = [
    each
    for each in MISTAKES
    if [*(DEFINITIONS / each.definition).iterdir()] == [DEFINITIONS / each.definition / TEMPLATE]
]
SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: index.handler, InlineCode: 'handler = print'}
  OrdersGroup:
    Type: AWS::VpcLattice::TargetGroup
    Metadata: METADATA
    Properties:
      Type: LAMBDA
      Targets: [{Id: !GetAtt Orders.Arn}]
"""
IN_SAM = [("LTC001", 6), ("LTC007", 11)]
NOT_HERE = {
    "LTC903": "of a comment: cfn-lint hands on none",
    "LTC904": "what a template does not use may be used where others are read with it",
}


def linted(file: Path) -> list[tuple[str, int]]:
    """Code and line of everything that the rules say in cfn-lint, without cfn-lint's own."""
    template, unreadable = decode(str(file))
    assert not unreadable
    config = ConfigMixIn(include_checks=["I"])
    matches = run_template_by_data(template, config, Rules.create_from_module(MODULE))
    return sorted((each.message.partition(":")[0], each.linenumber) for each in matches)


@pytest.mark.parametrize("mistake", IN_TEMPLATES, ids=str)
def test_cfn_lint_finds_in_a_template_what_lattice_check_finds(mistake: Mistake, tmp_path: Path) -> None:
    file = mistake.made_in(tmp_path) / TEMPLATE
    if decode(str(file))[1]:
        pytest.skip("cfn-lint itself says that this is no YAML")

    found = [(each.code, each.place.line) for each in findings_in(file) if each.code not in NOT_HERE]

    assert linted(file) == sorted(found)


@pytest.mark.parametrize("folder", sorted({each.definition for each in IN_TEMPLATES}))
def test_cfn_lint_finds_nothing_in_a_correct_template(folder: str) -> None:
    assert linted(DEFINITIONS / folder / TEMPLATE) == []


def test_ids_are_what_editors_take_and_nobody_else_has() -> None:
    theirs = Rules.create_from_directory(
        str(Path(sys.modules[lint.__module__].__file__ or "").parent / "rules")
    )
    ours = [each.id for each in LINT_RULES]

    assert all(len(each) == 5 and each[0] in "EWI" and each[1] == "9" and each[1:].isdigit() for each in ours)
    assert len(set(ours)) == len(ours)
    assert not set(ours) & set(theirs)
    assert lint_id(RULE_BY_CODE["LTC001"]) == "W9001"


def cfn_lint(*arguments: str | Path, folder: Path, given: str = "") -> tuple[int, list[tuple[str, int]]]:
    """The exit status, and id and line of everything that the command says."""
    done = subprocess.run(
        [BIN / "cfn-lint", "--format", "json", *arguments],
        cwd=folder,
        env=clean_environment() | {"PYTHONPATH": str(ROOT)},
        input=given,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    told: list[dict[str, Any]] = json.loads(done.stdout or "[]")
    return done.returncode, [(each["Rule"]["Id"], each["Location"]["Start"]["LineNumber"]) for each in told]


def test_the_command_takes_the_rules_as_a_module(tmp_path: Path) -> None:
    file = tmp_path / TEMPLATE
    file.write_text(SAM.replace("METADATA", "{}"))

    assert cfn_lint(TEMPLATE, "-a", MODULE, folder=tmp_path) == (4, [("W9001", 6), ("W9007", 11)])
    assert cfn_lint(TEMPLATE, "-a", MODULE, "-i", "W9007", "W9001", folder=tmp_path) == (0, [])
    file.write_text(SAM.replace("METADATA", "{cfn-lint: {config: {ignore_checks: [W9001, W9007]}}}"))
    assert cfn_lint(TEMPLATE, "-a", MODULE, folder=tmp_path) == (0, [])


def test_a_text_that_is_in_no_file_is_linted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`sam validate --lint` calls cfn-lint so; the rules come from the `.cfnlintrc` of the folder."""
    tmp_path.joinpath(".cfnlintrc").write_text(f"append_rules: [{MODULE}]\n")
    monkeypatch.chdir(tmp_path)

    matches = lint(SAM.replace("METADATA", "{}"), config=ManualArgs(regions=["eu-west-1"]))

    assert [(each.message.partition(":")[0], each.linenumber) for each in matches] == IN_SAM


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("{lattice: {ignore: [LTC001: V1 is meant, LTC007: the stack of the group has it]}}", []),
        ("{lattice: {ignore: [LTC001]}}", [*IN_SAM, ("LTC903", 8)]),
        ("{lattice: {ignore: [LTC01: V1 is meant]}}", [*IN_SAM, ("LTC905", 8)]),
        ("{lattice: {ignore: [LTC402: it may be used elsewhere]}}", IN_SAM),
    ],
)
def test_metadata_ignores_in_cfn_lint_too(
    metadata: str, expected: list[tuple[str, int]], tmp_path: Path
) -> None:
    file = tmp_path / TEMPLATE
    file.write_text(SAM.replace("METADATA", metadata))

    assert linted(file) == sorted(expected)


def test_a_template_is_read_once_for_all_rules_and_no_other_file_is_read(tmp_path: Path) -> None:
    text = SAM.replace("METADATA", "{}")
    nested = "  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}}\n"
    tmp_path.joinpath("nested.yaml").write_text(text)
    file = tmp_path / TEMPLATE
    file.write_text(text + nested)
    _matches.cache_clear()

    assert linted(file) == IN_SAM
    assert _matches.cache_info().misses == 1
