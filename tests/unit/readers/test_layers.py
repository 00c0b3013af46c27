"""The layers of a template's functions: what is here of them, in their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project

INSIGHTS = "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:38"
TEMPLATE = f"""\
Conditions: {{Never: !Equals [a, b]}}
Parameters: {{Given: {{Type: String}}}}
Resources:
  Hello:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: app.hello
      Code: {{S3Bucket: bucket, S3Key: key}}
      Layers:
        - !If [Never, !Ref Given, !Ref AWS::NoValue]
        - !Sub '{INSIGHTS.replace("us-east-1", "${AWS::Region}")}'
        - !Ref Shared
  Shared:
    Type: AWS::Lambda::LayerVersion
    Properties: {{LayerName: shared-things, Content: {{S3Bucket: bucket, S3Key: key}}}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("src", "one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "src/app.py").write_text("def hello(event, context): ...\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def load(layers: dict[str, str], **options: Any) -> Project:
    given = {name: Path(folder) for name, folder in layers.items()}
    read = ReadOptions(code={"Hello": Path("src")}, layers=given, **options)
    return load_project([Path("template.yaml")], read, allocate=lambda *_: "http://127.0.0.1:1")


@pytest.mark.parametrize(
    "own", ["Shared", "shared-things", "arn:aws:lambda:us-east-1:123456789012:layer:shared-things"]
)
@pytest.mark.parametrize("other", [INSIGHTS, INSIGHTS.removesuffix(":38"), "LambdaInsightsExtension"])
def test_a_layer_is_named_by_logical_id_name_or_arn(own: str, other: str, folder: Path) -> None:
    project = load({own: "one", other: "two"})

    assert project.network.functions[0].layers == (str(folder / "two"), str(folder / "one"))
    assert project.notes == ()


def test_a_function_runs_without_layers_that_are_elsewhere_and_a_note_says_so() -> None:
    project = load({})

    assert project.network.functions[0].layers == ()
    assert list(project.notes) == [
        f"template.yaml:11:11: The layer {INSIGHTS} of Hello is not here, so it runs without; --layer {INSIGHTS}=FOLDER gives it.",
        "template.yaml:12:11: The layer Shared of Hello is not here, so it runs without; --layer Shared=FOLDER gives it.",
    ]


def test_a_layer_whose_folder_is_not_there_is_refused() -> None:
    with pytest.raises(
        ConfigurationError, match=r"^template.yaml:12:11: The layer Shared is not there: .*/nowhere"
    ):
        load({"Shared": "nowhere", "LambdaInsightsExtension": "one"})


def test_layers_say_nothing_where_nothing_runs() -> None:
    assert load({}, runs_functions=False, runs_targets=False).notes == ()
