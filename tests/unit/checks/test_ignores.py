"""What users ignore is not told, where and as long as they say why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checking import findings_in, told

WHY = "the function is written for V1 events"
GROUP = "{Type: LAMBDA, Targets: [{Id: 'arn:aws:lambda:us-east-1:123456789012:function:orders'}]}"


def template(above: str = "", beside: str = "", metadata: str = "", after: str = "") -> str:
    """A template with one finding, LTC001 at the line of Orders, and places to ignore it."""
    above = f"{above}\n" if above else ""
    metadata = f"    Metadata: {{lattice: {{ignore: {metadata}}}}}\n" if metadata else ""
    return (
        f"Resources:\n{above}  Orders:{beside}\n    Type: AWS::VpcLattice::TargetGroup\n"
        f"{metadata}    Properties:\n      {GROUP}\n{after}"
    )


def found(folder: Path, **files: str) -> list[str]:
    for name, text in files.items():
        folder.joinpath(f"{name}.yaml").write_text(text)
    return told(findings_in(folder), folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (template(), ["LTC001 a.yaml:2"]),
        (template(beside=f"  # lattice: ignore LTC001: {WHY}"), []),
        (template(beside=f"  # lattice: ignore event-version-unstated: {WHY}"), []),
        (template(above=f"# lattice: ignore LTC001: {WHY}"), []),
        (template(beside="  # lattice: ignore LTC001"), ["LTC001 a.yaml:2", "LTC903 a.yaml:2"]),
        (template(beside=f"  # lattice: ignore LTC904: {WHY}"), ["LTC001 a.yaml:2", "LTC904 a.yaml:2"]),
        (template(beside=f"  # lattice: ignore LTC01: {WHY}"), ["LTC001 a.yaml:2", "LTC905 a.yaml:2"]),
        (template(beside="  # lattice: ignore"), ["LTC001 a.yaml:2", "LTC905 a.yaml:2"]),
        (template(beside=f"  # lattice: ignore LTC001, LTC901: {WHY}"), ["LTC904 a.yaml:2"]),
        (template(after=f"# lattice: ignore LTC001: {WHY}\n"), ["LTC001 a.yaml:2", "LTC904 a.yaml:6"]),
        (template(metadata=f"[LTC001: {WHY}]"), []),
        (template(metadata=f"{{LTC001: {WHY}}}"), []),
        (template(metadata=f"['LTC001: {WHY}']"), []),
        (template(metadata=f"[{{'LTC001, LTC901': {WHY}}}]"), ["LTC904 a.yaml:4"]),
        (template(metadata="[LTC001]"), ["LTC001 a.yaml:2", "LTC903 a.yaml:4"]),
        (template(metadata="[LTC001: {Ref: Why}]"), ["LTC001 a.yaml:2", "LTC903 a.yaml:4"]),
        (template(metadata="17"), ["LTC001 a.yaml:2", "LTC905 a.yaml:4"]),
        (template(after=f"Metadata: {{lattice: {{ignore: [LTC001: {WHY}]}}}}\n"), []),
        (template(after="Metadata: {lattice: {ignore: [LTC001]}}\n"), ["LTC001 a.yaml:2", "LTC903 a.yaml:6"]),
        (template(after="Metadata: {lattice: {ignore: LTC001}}\n"), ["LTC001 a.yaml:2", "LTC903 a.yaml:6"]),
        (template(after="Metadata: {lattice: {ignore: 17}}\n"), ["LTC001 a.yaml:2", "LTC901 a.yaml:6"]),
        (
            template(beside=f" # lattice: ignore LTC001: {WHY}", metadata=f"[LTC001: {WHY}]"),
            [],
        ),
    ],
)  # fmt: skip
def test_an_ignore_takes_a_reason_and_a_finding(text: str, expected: list[str], tmp_path: Path) -> None:
    assert found(tmp_path, a=text) == expected


def test_an_ignore_of_a_template_counts_in_its_file_only(tmp_path: Path) -> None:
    ignoring = template(after=f"Metadata: {{lattice: {{ignore: [LTC001: {WHY}]}}}}\n")

    assert found(tmp_path, a=ignoring, b=template()) == ["LTC001 b.yaml:2"]


def test_an_ignore_of_a_resource_counts_in_that_resource_only(tmp_path: Path) -> None:
    other = f"  Other:\n    Type: AWS::VpcLattice::TargetGroup\n    Properties: {GROUP}\n"

    assert found(tmp_path, a=template(metadata=f"[LTC001: {WHY}]", after=other)) == ["LTC001 a.yaml:7"]


def test_an_ignore_of_settings_counts_in_their_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        tmp_path.joinpath(name).mkdir()
        tmp_path.joinpath(name, "template.yaml").write_text(template())
    tmp_path.joinpath("one", "lattice.yaml").write_text(f"ignore:\n  - LTC001: {WHY}\n")

    assert told(findings_in(tmp_path), tmp_path) == ["LTC001 two/template.yaml:2"]


def test_what_a_reader_refuses_is_ignored_in_the_resource_that_has_it(tmp_path: Path) -> None:
    service = "Type: AWS::VpcLattice::ServiceNetwork\n    Properties: {Name: !Ref Nobody}\n"
    ignore = "    Metadata: {lattice: {ignore: [LTC901: it is replaced when we deploy]}}\n"

    assert found(tmp_path, a=f"Resources:\n  One:\n    {service}") == ["LTC901 a.yaml:4"]
    assert found(tmp_path, a=f"Resources:\n  One:\n    {service}{ignore}") == []
    assert found(tmp_path, a=f"Resources:\n  Two:\n    {service}  One:\n    {service}{ignore}") == [
        "LTC901 a.yaml:4"
    ]


def test_an_ignore_is_not_called_unused_where_some_rules_could_not_run(tmp_path: Path) -> None:
    wrong = "  Service:\n    Type: AWS::VpcLattice::ServiceNetwork\n    Properties: {Name: !Ref Nobody}\n"
    unused = f"# lattice: ignore LTC001: {WHY}\n"

    assert found(tmp_path, a=template(after=wrong + unused)) == ["LTC001 a.yaml:2", "LTC901 a.yaml:8"]


def test_json_ignores_in_its_metadata(tmp_path: Path) -> None:
    group: dict[str, Any] = {"Type": "AWS::VpcLattice::TargetGroup", "Properties": yaml.safe_load(GROUP)}
    file = tmp_path / "a.template.json"
    file.write_text(json.dumps({"Resources": {"Orders": group}}))

    assert told(findings_in(file), tmp_path) == ["LTC001 a.template.json:1"]

    group["Metadata"] = {"lattice": {"ignore": [{"LTC001": WHY}]}}
    file.write_text(json.dumps({"Resources": {"Orders": group}}))

    assert told(findings_in(file), tmp_path) == []


MESSAGES = [
    ("LTC001", "This ignore of LTC001 gives no reason, so it does not count: write LTC001: REASON."),
    (f"LTC901: {WHY}", "LTC901 is not found at line 2, so this ignore does nothing: take it away."),
    (
        f"LTC01: {WHY}",
        "There is no rule LTC01 to ignore. An ignore takes whole codes, not the beginning of some: write the code of the finding.",
    ),
    (
        f"LTC0: {WHY}",
        "There is no rule LTC0 to ignore. An ignore takes whole codes, not the beginning of some: write the code of the finding.",
    ),
    (f"LTC0001: {WHY}", "There is no rule LTC0001 to ignore. Did you mean LTC001?"),
    (
        f"LTC999: {WHY}",
        "There is no rule LTC999 to ignore. Write the code of the finding, or the name of its rule.",
    ),
    ("", "This ignore names no rule: write lattice: ignore CODE: REASON."),
]


@pytest.mark.parametrize(("ignore", "message"), MESSAGES)
def test_a_wrong_ignore_says_what_to_write(ignore: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(template(beside=f" # lattice: ignore {ignore}"))

    assert message in [each.message for each in findings_in(file)]
