from __future__ import annotations

import pytest

from lattice_events.checks.finding import Finding, Place
from lattice_events.checks.fixing.plan import edited_files, plan_fixes
from lattice_events.checks.rule import REMOVED, Edit
from lattice_events.checks.table import RULES
from tests.editing import edit_of

TEXT = "Resources:\n  Group:\n    Properties: {Name: a}\n"


def finding(*edits: Edit) -> Finding:
    return Finding(rule=RULES[0], place=Place("template.yaml", 2, 3), message="Wrong.", edits=edits)


def reason(edit: Edit, **texts: str) -> str:
    """Why an edit is not made."""
    plan = plan_fixes([finding(edit)], {edit.place.partition(":")[0]: TEXT, **texts})
    assert plan.texts == {}
    assert plan.fixed == []
    return plan.unfixed[0].reason


def named(file: str, text: str = TEXT) -> Edit:
    """An edit of the Name, in a file of some name."""
    edit = edit_of(text, "Name", "b")
    return Edit(place=edit.place.replace("template.yaml", file), name="Name", value="b")


def test_a_plan_has_the_files_that_change_and_what_they_mend() -> None:
    first, second, third = finding(named("a.yaml")), finding(named("b.json")), finding()

    plan = plan_fixes([first, second, third], {"a.yaml": TEXT, "b.json": '{"Name": 1}'})

    assert plan.texts == {"a.yaml": TEXT.replace("Name: a", "Name: b")}
    assert plan.fixed == [first]
    assert [(each.finding, each.reason) for each in plan.unfixed] == [
        (second, "Name is not written at this place")
    ]
    assert edited_files([first, second, third]) == ["a.yaml", "b.json"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("main.tf", "only YAML and JSON are edited"),
        ("serverless.ts", "only YAML and JSON are edited"),
        ("cdk.out/App.template.json", "a tool has written what is in cdk.out, so change what the tool reads"),
        ("app/.aws-sam/build/template.yaml", "a tool has written what is in .aws-sam, so change what the tool reads"),
    ],
)  # fmt: skip
def test_what_a_tool_writes_is_not_edited(file: str, expected: str) -> None:
    assert reason(named(file)) == expected


@pytest.mark.parametrize(
    "before", ["# This file is generated. DO NOT EDIT.\n", "---\n# Source: chart/templates/route.yaml\n", "\n# @generated\n"]
)  # fmt: skip
def test_a_file_that_says_that_a_tool_has_written_it_is_not_edited(before: str) -> None:
    text = before + TEXT

    assert (
        reason(named("a.yaml", text), **{"a.yaml": text})
        == "a tool has written the file, so change what the tool reads"
    )


def test_a_template_of_the_cdk_is_not_edited_wherever_it_lies() -> None:
    text = '{"Resources": {"Group": {"Metadata": {"aws:cdk:path": "x"}, "Properties": {"Name": "a"}}}}'

    assert reason(named("a.json", text), **{"a.json": text}).startswith("a tool has written the file")


def test_a_file_that_cannot_be_read_is_not_edited() -> None:
    assert plan_fixes([finding(named("a.yaml"))], {}).unfixed[0].reason == "the file cannot be read"


def test_edits_in_several_files_are_not_made() -> None:
    plan = plan_fixes([finding(named("a.yaml"), named("b.yaml"))], {"a.yaml": TEXT, "b.yaml": TEXT})

    assert plan.unfixed[0].reason == "several files would have to change"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {Timeout: 1}\n",
            "Properties",
            "SAM makes it of an AWS::Serverless::Function, which is what to change",
        ),
        ("Globals:\n  Function:\n    Timeout: 1\n", "Timeout", "it is among Globals, which count for every function"),
        ("Resources:\n  Fn::ForEach::L:\n    - I\n    - [a]\n    - O: {Name: a}\n", "Name", "a loop makes several resources of it"),
        ("custom:\n  config: {Name: a}\n", "Name", "it is among custom, which variables may use in several places"),
    ],
)  # fmt: skip
def test_what_means_more_than_it_says_is_not_edited(text: str, name: str, expected: str) -> None:
    assert reason(edit_of(text, name, 2), **{"template.yaml": text}) == expected


def test_what_sam_takes_as_it_stands_is_edited() -> None:
    text = (
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {Policies: [{Action: a}]}\n"
    )

    plan = plan_fixes([finding(edit_of(text, "Action", "b"))], {"template.yaml": text})

    assert plan.texts == {"template.yaml": text.replace("Action: a", "Action: b")}


def test_what_the_plugin_takes_as_it_stands_is_edited() -> None:
    text = "custom:\n  lattice:\n    services: {orders: {authPolicy: {Statement: [{Action: a}]}}}\n"

    assert plan_fixes([finding(edit_of(text, "Action", "b"))], {"template.yaml": text}).texts


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("Name", "a: b"), 'write Name: "a: b"'),
        (("Name", {"Fn::GetAtt": ["A", "Arn"]}), "write Name: !GetAtt A.Arn"),
        (("Name", {"A": ["b"]}), "write Name: {A: [b]}"),
        (("Name", "V2", "Version"), "write Version: V2 in Name"),
        (("Name", "V2", 1), "write V2 as item 2 in Name"),
        (("Name", REMOVED), "remove Name"),
        (("Name", REMOVED, "Version"), "remove Version"),
    ],
)
def test_what_is_not_fixed_is_described(edit: tuple[str, object], expected: str) -> None:
    plan = plan_fixes([finding(edit_of("Name: a\n", *edit))], {})

    assert plan.unfixed[0].advice == (
        f"template.yaml:2:3: LTC001 is not fixed, because the file cannot be read. By hand: {expected}."
    )
