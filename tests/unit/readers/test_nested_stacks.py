"""Templates of several files: nested stacks and parts that are included."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project

SERVICE = """\
Parameters:
  Name: {Type: String}
  Suffix: {Type: String, Default: x}
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: !Sub '${Name}-${Suffix}'}
Outputs:
  Arn: {Value: !GetAtt Service.Arn}
  Stack: {Value: !Ref AWS::StackName}
"""
NETWORK = "Resources: {Net: {Type: 'AWS::VpcLattice::ServiceNetwork', Properties: {Name: net}}}\n"
PARENT = """\
Resources:
  Net:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties: {Name: net}
  one:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./parts/service.yaml, Parameters: {Name: one}}
  two:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: parts/service.yaml, Parameters: {Name: !GetAtt one.Outputs.Stack, Suffix: !Ref AWS::NoValue}}
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceNetworkIdentifier: !Ref Net, ServiceIdentifier: !GetAtt two.Outputs.Arn}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def load(*paths: str, **options: Mapping[str, str]) -> Project:
    read = ReadOptions(**options)  # type: ignore[arg-type]
    return load_project([Path(path) for path in paths], read, allocate=lambda *_: "http://127.0.0.1:1")


def services(project: Project) -> dict[str, int]:
    """How many service networks each service is on."""
    return {each.name: len(each.service_network_arns) for each in project.network.services}


def problems(*paths: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(*paths)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "paths", [("parent.yaml",), (".",), ("parts", "parent.yaml"), ("parent.yaml", "parts/service.yaml")]
)
def test_a_nested_stack_is_read_with_its_parent_s_parameters(folder: Path, paths: tuple[str, ...]) -> None:
    write(folder, {"parent.yaml": PARENT, "parts/service.yaml": SERVICE})

    assert services(load(*paths)) == {"one-x": 0, "parent-one-x": 1}


def test_a_nested_stack_s_own_stacks_are_read(folder: Path) -> None:
    inner = "{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: service.yaml, Parameters: {Name: !Ref P}}}"
    middle = f"Parameters: {{P: {{Type: String}}}}\nResources: {{Inner: {inner}}}\nOutputs: {{Stack: {{Value: !GetAtt Inner.Outputs.Stack}}}}\n"
    outer = "Resources:\n  M: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: parts/middle.yaml, Parameters: {P: foo}}}\n  S: {Type: 'AWS::VpcLattice::Service', Properties: {Name: !GetAtt M.Outputs.Stack}}\n"
    write(
        folder,
        {
            "a.yaml": outer.replace("Outputs.Stack", "Outputs.Stack"),
            "parts/middle.yaml": middle,
            "parts/service.yaml": SERVICE,
        },
    )

    assert problems("a.yaml") == [
        "a.yaml:3:54: The name 'a-M-Inner' of a service may have a-z, 0-9 and single hyphens inside."
    ]


def test_a_parameter_that_a_parent_does_not_give_can_be_given(folder: Path) -> None:
    write(
        folder,
        {"parent.yaml": PARENT.replace(", Parameters: {Name: one}", ""), "parts/service.yaml": SERVICE},
    )

    assert problems("parent.yaml") == [
        "parts/service.yaml:7:18: This value is needed but cannot be known: Ref Name "
        "(the parameter has no Default and was not given). Give it with --param Name=VALUE."
    ]
    assert services(load("parent.yaml", params={"Name": "foo", "Suffix": "y"})) == {
        "foo-x": 0,
        "parent-one-x": 1,
    }


def test_a_nested_stack_of_a_false_condition_is_not_read(folder: Path) -> None:
    parent = PARENT.replace("  one:\n", "  one:\n    Condition: No\n").replace(
        "!GetAtt one.Outputs.Stack", "foo"
    )
    write(
        folder,
        {"parent.yaml": f"Conditions: {{No: !Equals [a, b]}}\n{parent}", "parts/service.yaml": SERVICE},
    )

    assert services(load(".")) == {"foo-x": 1}


def test_a_template_elsewhere_is_one_note_and_its_outputs_can_be_given(folder: Path) -> None:
    url = "https://s3.amazonaws.com/bucket/service.yaml"
    parent = PARENT.replace("./parts/service.yaml", url)
    write(folder, {"parent.yaml": parent, "parts/service.yaml": SERVICE})

    project = load("parent.yaml", variables={"cf:parent-one.Stack": "given"})

    assert services(project) == {"given-x": 1}
    assert project.notes == (
        f"parent.yaml:7:18: The nested stack one is left out: its template is not a local file but {url}. "
        "What it puts out can be given: --variable cf:parent-one.OUTPUT=VALUE.",
    )


def test_a_missing_template_and_one_that_contains_itself_are_errors(folder: Path) -> None:
    write(
        folder,
        {
            "a.yaml": PARENT.replace("./parts/service.yaml", "b.yaml"),
            "b.yaml": PARENT.replace("./parts/service.yaml", "a.yaml"),
        },
    )

    missing = [
        f"{name}.yaml:10:18: The nested stack two has no template: there is no file parts/service.yaml."
        for name in "ab"
    ]
    found = problems(".")
    assert [each for each in found if "contains it" in each] == [
        "b.yaml:7:18: The nested stack one has the template a.yaml, which contains it.",
        "a.yaml:7:18: The nested stack one has the template b.yaml, which contains it.",
    ]
    assert set(missing) <= set(found)


def test_nested_stacks_have_a_limit(folder: Path) -> None:
    nested = "".join(
        f"  S{n}: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: NEXT.yaml}}}}\n"
        for n in range(30)
    )
    write(
        folder,
        {f"t{n}.yaml": f"Resources:\n{nested.replace('NEXT', f't{n + 1}')}" for n in range(4)}
        | {"t4.yaml": NETWORK},
    )

    assert len([each for each in problems("t0.yaml") if "more than 500 nested stacks" in each]) == 1


def test_a_file_is_included_where_a_template_says(folder: Path) -> None:
    include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/service.yaml}}"
    part = "Service:\n  Type: AWS::VpcLattice::Service\n  Properties:\n    Name: foo\n    AuthType: X\n"
    write(folder, {"a.yaml": f"Resources:\n  {include}\n", "parts/service.yaml": part})

    assert problems("a.yaml") == ["parts/service.yaml:5:5: AuthType must be NONE or AWS_IAM, not 'X'."]


def test_a_file_s_sections_are_included_at_the_top(folder: Path) -> None:
    top = "Transform: {Name: AWS::Include, Parameters: {Location: !Ref File}}\nParameters: {File: {Type: String, Default: part.yml}}\n"
    write(
        folder,
        {
            "a.yaml": top + "Resources: {S: {Type: 'AWS::VpcLattice::Service', Properties: {Name: foo}}}\n",
            "part.yml": NETWORK,
        },
    )

    assert [each.name for each in load("a.yaml").network.service_networks] == ["net"]


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("s3://bucket/part.yaml", "s3://bucket/part.yaml is not read; include a local file."),
        ("none.yaml", "The file to include cannot be read: none.yaml: The file cannot be read: No such file or directory."),
        ("!Ref File", "Ref File (the parameter has no Default and was not given). Give it with --param File=VALUE."),
    ],
)  # fmt: skip
def test_what_cannot_be_included_is_said_where_it_stands(folder: Path, location: str, said: str) -> None:
    topic = f"Properties: {{Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: {location}}}}}}}"
    write(
        folder,
        {
            "a.yaml": f"Parameters: {{File: {{Type: String}}}}\nResources:\n  T: {{Type: 'AWS::SNS::Topic', {topic}}}\n"
        },
    )

    (note,) = load("a.yaml").notes
    assert note.startswith("a.yaml:3:")
    assert note.endswith(said)


def test_files_that_include_each_other_millions_of_times_are_refused(folder: Path) -> None:
    def includes(number: int) -> str:
        return (
            "Fn::Transform: [" + f"{{Name: AWS::Include, Parameters: {{Location: p{number}}}}}, " * 10 + "]\n"
        )

    parts = {f"p{n}": includes(n + 1) for n in range(9)}
    write(folder, {"a.yaml": f"Resources:\n  {includes(0)}", **parts, "p9": "{}"})

    assert problems("a.yaml") == ["a.yaml:1:1: Loops and included files make more than 250,000 values."]


def test_a_file_that_includes_itself_is_refused(folder: Path) -> None:
    include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: part.yml}}"
    write(folder, {"a.yaml": f"Resources:\n  {include}\n", "part.yml": f"{include}\n"})

    assert problems("a.yaml") == ["part.yml:1:1: part.yml includes itself."]


@pytest.mark.parametrize(
    "text",
    [
        f"---\n---\n{NETWORK}---\n# no more\n",
        f"\ufeff# a comment\n{NETWORK}...\n",
        '{\n\t"Resources": {"Net": {\n\t\t"Type": "AWS::VpcLattice::ServiceNetwork", "Properties": {"Name": "net"}}}\n}',
        f"Resources: {{Old: {{}}}}\n{NETWORK}",
    ],
    ids=["empty documents", "a byte order mark", "JSON with tabs", "a key twice"],
)
def test_a_template_of_an_odd_form_is_read(folder: Path, text: str) -> None:
    write(folder, {"odd.template": text})

    project = load("odd.template")

    assert [each.name for each in project.network.service_networks] == ["net"]
    assert project.notes == (
        (
            "odd.template:2:1: The key 'Resources' appears twice in one mapping, also at odd.template:1:1; the last one counts.",
        )
        if "Old" in text
        else ()
    )
