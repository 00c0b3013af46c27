"""SAM templates: what they become, and where the user wrote it."""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.errors import ConfigurationError, ManifestError, MissingExtraError
from lattice_events.network.model import Function
from lattice_events.readers.common.documents import Document, parse_yaml
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.sam.reader import SAM
from lattice_events.readers.sam.samconfig import SamConfig, read_samconfig
from lattice_events.readers.sam.translation import translate
from tests.conftest import examples
from tests.unit.readers.test_cases import mutate, summary

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
  Folder: {Type: String, Default: src}
Globals:
  Function:
    Runtime: python3.12
    Timeout: 10
    Environment:
      Variables:
        STAGE: !Ref Stage
        API: !Ref ServerlessRestApi
  Api: {Cors: "'*'"}
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: !Ref Folder
      Handler: app.handler
      AutoPublishAlias: live
      Environment:
        Variables: {TABLE: orders}
      Policies:
        - AmazonS3ReadOnlyAccess
        - DynamoDBReadPolicy: {TableName: orders}
        - Statement:
            - Effect: Allow
              Action: vpc-lattice-svcs:Invoke
              Resource: '*'
        - VPCLatticeServicesInvokeAccess
      Events:
        Get: {Type: Api, Properties: {Path: /x, Method: get}}
        Odd: {Type: Nonsense}
    Connectors:
      Table: {Properties: {Destination: {Id: Table}, Permissions: [Read]}}
  Table: {Type: AWS::Serverless::SimpleTable}
  Inline:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      InlineCode: |
        def handler(event, context): return "inline"
  Picture:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
    Metadata: {Dockerfile: Dockerfile}
  Service: {Type: AWS::VpcLattice::Service, Properties: {Name: orders}}
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Type: LAMBDA, Name: orders, Targets: [{Id: !Ref Orders.Alias}]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the template is, without any Region or credentials of the user's."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("src", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text("def handler(event, context): ...\n")
    return tmp_path


def load(text: str = TEMPLATE, path: str = "template.yaml", **options: Any) -> Project:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return load_project([Path(path)], ReadOptions(**options), allocate=lambda *_: "http://127.0.0.1:1")


def problems(text: str, **options: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(text, **options)
    return [str(problem) for problem in caught.value.problems]


def functions(project: Project) -> dict[str, Function]:
    return {each.logical_id: each for each in project.network.functions}


def test_a_function_has_what_globals_say_and_its_own(folder: Path) -> None:
    orders = functions(load())["Orders"]

    assert (orders.runtime, orders.timeout_seconds, orders.handler) == ("python3.12", 10, "app.handler")
    assert orders.environment["STAGE"] == "dev"
    assert orders.environment["TABLE"] == "orders"
    assert orders.code == str(folder / "src")


def test_parameters_given_reach_values_and_code_folders(folder: Path) -> None:
    orders = functions(load(params={"Stage": "prod", "Folder": "other"}))["Orders"]

    assert (orders.environment["STAGE"], orders.code) == ("prod", str(folder / "other"))


def test_code_in_the_template_is_run_from_a_folder() -> None:
    inline = functions(load())["Inline"]

    assert 'return "inline"' in (Path(inline.code) / "index.py").read_text()


def test_policies_by_template_name_and_statement_are_the_roles() -> None:
    (orders,) = [each for each in load().network.principals if each.name == "Orders"]

    assert orders.caller.role_arn == "arn:aws:iam::123456789012:role/template-OrdersRole"
    assert orders.identity_policy is not None
    assert [each.name for each in orders.identity_policy.statements] == [
        "Statement[0] of OrdersRolePolicy2",
        "Statement[0] of VPCLatticeServicesInvokeAccess",
    ]


def test_a_target_may_be_the_alias_that_sam_makes() -> None:
    project = load()

    assert summary(project.network)["groups"] == ["orders V1 1"]


def test_what_no_request_depends_on_is_one_note_and_an_image_one() -> None:
    notes = load().notes

    assert [note for note in notes if "AWS::Serverless::" in note and "left out" in note] == [
        "template.yaml: What SAM makes of AWS::Serverless::Connector, AWS::Serverless::SimpleTable is left out; "
        "functions and layers are there."
    ]
    assert "Function Picture is left out: it is a container image." in notes


def test_places_are_those_that_the_user_wrote() -> None:
    (source,) = SAM.load(_found(TEMPLATE), ReadOptions())
    locate = source.locate  # type: ignore[attr-defined]  # a TemplateSource
    function = ("Resources", "Orders", "Properties")
    role = ("Resources", "OrdersRole", "Properties")

    assert {
        path: locate(path).split(":")[1]
        for path in [
            (*function, "Handler"),
            (*function, "Code", "S3Key"),
            (*function, "Environment", "Variables", "TABLE"),
            (*function, "Environment", "Variables", "STAGE"),
            (*function, "Runtime"),
            (*role, "Policies", 1, "PolicyDocument", "Statement", 0, "Action"),
            (*role, "ManagedPolicyArns"),
            ("Resources", "Inline", "Properties", "Code", "ZipFile"),
            ("Resources", "OrdersAliaslive"),
            ("Resources", "Service", "Properties", "Name"),
        ]
    } == {
        (*function, "Handler"): "19",
        (*function, "Code", "S3Key"): "18",
        (*function, "Environment", "Variables", "TABLE"): "22",
        (*function, "Environment", "Variables", "STAGE"): "11",
        (*function, "Runtime"): "7",
        (*role, "Policies", 1, "PolicyDocument", "Statement", 0, "Action"): "28",
        (*role, "ManagedPolicyArns"): "23",
        ("Resources", "Inline", "Properties", "Code", "ZipFile"): "41",
        ("Resources", "OrdersAliaslive"): "15",
        ("Resources", "Service", "Properties", "Name"): "47",
    }


def _found(text: str) -> Any:
    from lattice_events.readers.common.sources import Found

    Path("template.yaml").write_text(text)
    return Found(Path("template.yaml"))


def test_a_refused_function_is_said_in_sams_words_beside_every_other_problem() -> None:
    text = TEMPLATE.replace("Handler: app.handler", "Hander: app.handler").replace(
        "Name: orders}}", "Name: O}}"
    )

    assert problems(text) == [
        "template.yaml:15:3: SAM cannot translate this: Resource with id [Orders] is invalid. "
        "property Hander not defined for resource of type AWS::Serverless::Function",
        "template.yaml:47:58: The name 'O' of a service must have 3 to 40 characters.",
    ]


def test_an_alias_whose_name_is_unknown_stops_nothing() -> None:
    text = TEMPLATE.replace("AutoPublishAlias: live", "AutoPublishAlias: !Ref Alias").replace(
        "Parameters:", "Parameters:\n  Alias: {Type: String}"
    )

    assert summary(load(text).network)["groups"] == ["orders V1 1"]


def test_functions_of_a_loop_are_those_that_it_makes() -> None:
    loop = """\
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Functions:
    - Name
    - [Red, Blue]
    - ${Name}Function:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.12
          CodeUri: src
          FunctionName: !Ref Name
"""
    found = functions(load(loop))

    assert {name: each.name for name, each in found.items()} == {"RedFunction": "Red", "BlueFunction": "Blue"}
    assert {each.origin for each in found.values()} == {"template.yaml:6:7"}


def test_a_local_application_is_a_nested_stack_with_its_own_code(folder: Path) -> None:
    (folder / "child").mkdir()
    (folder / "child/template.yaml").write_text(
        TEMPLATE.replace("CodeUri: !Ref Folder", "CodeUri: ../src") + "Outputs: {Name: {Value: !Ref Stage}}\n"
    )
    parent = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Child:
    Type: AWS::Serverless::Application
    Properties: {Location: child/template.yaml, Parameters: {Stage: nested}}
  Elsewhere:
    Type: AWS::Serverless::Application
    Properties: {Location: {ApplicationId: 'arn:aws:serverlessrepo:a', SemanticVersion: 1.0.0}}
  Network:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties: {Name: !GetAtt Child.Outputs.Name}
"""
    project = load(parent)

    orders = functions(project)["Orders"]
    assert (orders.environment["STAGE"], orders.code) == ("nested", str(folder / "src"))
    assert [each.name for each in project.network.service_networks] == ["nested"]
    assert project.notes[0].startswith("template.yaml:8:18: The nested stack Elsewhere is left out")


@pytest.mark.parametrize(
    ("metadata", "given", "expected"),
    [
        ("", {}, "app.py"),
        ("Metadata: {BuildMethod: python3.12}", {}, "python/app.py"),
        ("", {"Shared": Path("src")}, "given.py"),
    ],
)
def test_the_folder_of_a_layer_is_its_content_as_lambda_has_it(
    metadata: str, given: dict[str, Path], expected: str, folder: Path
) -> None:
    layer = f"""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {{ContentUri: other}}
    {metadata}
"""
    (folder / "src/given.py").touch()
    (source,) = SAM.load(_found(layer), ReadOptions(layers=given))
    (name,) = source.template["Resources"]  # type: ignore[attr-defined]  # a TemplateSource

    assert name != "Shared"
    assert Path(source.code(name), expected).is_file()  # type: ignore[attr-defined]


def test_globals_that_sam_refuses_are_said_once() -> None:
    (problem,) = problems(TEMPLATE.replace("Timeout: 10", "Timeot: 10"))

    assert problem.startswith("template.yaml:5:1: SAM cannot translate this: 'Globals' section is invalid.")


def test_code_that_is_not_here_is_asked_for_where_it_is_named() -> None:
    (problem,) = problems(TEMPLATE, params={"Folder": "nowhere"})

    assert problem.startswith("template.yaml:18:7: Where is the code of this function?")


def test_a_missing_translator_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "lattice_events.readers.sam.translation", raising=False)
    monkeypatch.setitem(sys.modules, "samtranslator.parser.parser", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'lattice-events\[sam\]'"):
        load()


def test_a_built_template_is_read_with_its_folders_and_the_projects_samconfig(folder: Path) -> None:
    (folder / ".aws-sam/build/Orders").mkdir(parents=True)
    (folder / "samconfig.toml").write_text('[default.global.parameters]\nstack_name = "shop"\n')
    load(TEMPLATE.replace("!Ref Folder", "Orders"), ".aws-sam/build/template.yaml")

    for path in (".aws-sam", ".aws-sam/build", ".aws-sam/build/template.yaml"):
        project = load_project([Path(path)], ReadOptions(), allocate=lambda *_: "")
        assert functions(project)["Orders"].code == str(folder / ".aws-sam/build/Orders")
        assert functions(project)["Orders"].role_arn.endswith("role/shop-OrdersRole")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('parameter_overrides = "Stage=\\"a b\\" Folder=x"', {"Stage": "a b", "Folder": "x"}),
        ('parameter_overrides = ["Stage=a", "Folder=b=c"]', {"Stage": "a", "Folder": "b=c"}),
        ('parameter_overrides = "ParameterKey=Stage,ParameterValue=a"', {"Stage": "a"}),
        ('parameter_overrides = "Stage=\'"', {"Stage": "'"}),
        ("parameter_overrides = {Stage = true, Folder = [1, 2]}", {"Stage": "true", "Folder": "1,2"}),
        ("parameter_overrides = 1", {}),
        ("", {}),
    ],
)  # https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-cli-command-reference-sam-deploy.html
def test_parameters_of_samconfig(text: str, expected: dict[str, str], folder: Path) -> None:
    (folder / "samconfig.toml").write_text(f"version = 0.1\n[default.deploy.parameters]\n{text}\n")

    assert read_samconfig(folder).parameters == expected


def test_samconfig_gives_region_and_stack_and_the_command_line_wins(folder: Path) -> None:
    (folder / "samconfig.toml").write_text(
        '[default.global.parameters]\nregion = "eu-west-1"\nstack_name = "shop"\n'
        '[default.deploy.parameters]\nparameter_overrides = "Stage=prod Folder=other"\n'
    )
    project = load(params={"Folder": "src"})
    orders = functions(project)["Orders"]

    assert orders.arn == "arn:aws:lambda:eu-west-1:123456789012:function:Orders"
    assert (orders.environment["STAGE"], orders.code) == ("prod", str(folder / "src"))
    assert functions(load(region="us-west-2"))["Orders"].arn.split(":")[3] == "us-west-2"


def test_a_samconfig_may_be_yaml_and_must_be_what_its_name_says(folder: Path) -> None:
    (folder / "samconfig.yaml").write_text("default: {deploy: {parameters: {region: eu-west-1}}}\n")
    assert read_samconfig(folder) == SamConfig(region="eu-west-1")

    (folder / "samconfig.toml").write_text("=")
    with pytest.raises(ConfigurationError, match=r"samconfig.toml: This is not TOML"):
        read_samconfig(folder)


@examples(200)
@given(st.data())
def test_a_mutated_template_is_translated_or_refused(data: st.DataObject) -> None:
    document: Document = parse_yaml(TEMPLATE, "t")
    value = mutate(copy.deepcopy(document.value), data)

    translation = translate(value, parameters={}, region="us-east-1")

    assert isinstance(translation.template["Resources"], dict)


def test_a_samconfig_that_is_too_deep_is_said_to_be(folder: Path) -> None:
    (folder / "samconfig.toml").write_text(f"a = {'[' * 100_000}{']' * 100_000}\n")

    with pytest.raises(ManifestError, match="This TOML is nested too deeply"):
        read_samconfig(folder)
