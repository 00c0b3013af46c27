"""A finished package of the Serverless CLI, without the CLI and the project that it was made of."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.serverless.package import Package

RESOURCES: dict[str, Any] = {
    "HelloLambdaFunction": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "shop-dev-hello",
            "Handler": "app.hello",
            "Runtime": "python3.12",
            "Code": {"S3Bucket": {"Ref": "Bucket"}, "S3Key": "serverless/shop/dev/1/shop.zip"},
        },
    },
    "Service": {"Type": "AWS::VpcLattice::Service", "Properties": {"Name": "foo"}},
    "Group": {
        "Type": "AWS::VpcLattice::TargetGroup",
        "Properties": {"Type": "IP", "Name": "app", "Config": {"Port": 80, "Protocol": "HTTP"}},
    },
    "HelloGroup": {
        "Type": "AWS::VpcLattice::TargetGroup",
        "Properties": {"Type": "LAMBDA", "Targets": [{"Id": {"Fn::GetAtt": ["HelloLambdaFunction", "Arn"]}}]},
    },
}
STATE: dict[str, Any] = {
    "service": {
        "service": "shop",
        "provider": {"region": "eu-west-1", "stage": "dev"},
        "custom": {"lattice": {"targets": {"app": {"url": "http://127.0.0.1:3000"}}}},
        "functions": {"hello": {"name": "shop-dev-hello"}},
    },
    "package": {"artifact": "shop.zip"},
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``.serverless`` with an archive."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".serverless"
    folder.mkdir()
    (folder / "cloudformation-template-update-stack.json").write_text(
        json.dumps({"Resources": RESOURCES}, indent=1)
    )
    (folder / "serverless-state.json").write_text(json.dumps(STATE))
    with zipfile.ZipFile(folder / "shop.zip", "w") as archive:
        archive.writestr("app.py", "def hello(event, context): ...\n")
    return folder


def load(path: str = ".serverless") -> Project:
    return load_project([Path(path)], ReadOptions(), allocate=lambda *_: "http://127.0.0.1:1")


@pytest.mark.parametrize("path", [".serverless", ".serverless/cloudformation-template-update-stack.json"])
def test_settings_region_and_code_are_those_of_the_package(path: str, package: Path) -> None:
    network = load(path).network

    (function,) = network.functions
    assert function.arn == "arn:aws:lambda:eu-west-1:123456789012:function:shop-dev-hello"
    assert function.code == str(package / "shop.zip")
    assert [each.url for each in network.target_groups[0].targets] == ["http://127.0.0.1:3000"]  # type: ignore[union-attr]


def test_places_are_in_the_template(package: Path) -> None:
    assert load().network.services[0].origin == ".serverless/cloudformation-template-update-stack.json:17:3"


def test_code_is_the_services_folder_where_the_archive_is_gone(package: Path) -> None:
    (package / "shop.zip").unlink()
    (package.parent / "serverless.yml").write_text("service: shop\n")

    assert load().network.functions[0].code == str(package.parent)


def test_code_that_is_nowhere_is_asked_for(package: Path) -> None:
    (package / "shop.zip").unlink()

    with pytest.raises(ConfigurationError, match=r"json:\d+:\d+: .*--code HelloLambdaFunction=FOLDER"):
        load()


def test_an_odd_setting_stands_in_the_state(package: Path) -> None:
    odd = json.loads(json.dumps(STATE))
    odd["service"]["custom"]["lattice"]["nonsense"] = 1
    (package / "serverless-state.json").write_text(json.dumps(odd, indent=1))

    with pytest.raises(ConfigurationError, match=r"^.serverless/serverless-state.json:\d+:"):
        load()


def test_names_that_multiply_are_refused_in_time(package: Path) -> None:
    names = {f"n{index}": [{"$ref": f'$["n{index + 1}"]'}] * 2 for index in range(40)}
    custom = {"lattice": {"callers": {"$ref": '$["n0"]'}}}
    state = {**STATE, **names, "n40": 1, "service": {**STATE["service"], "custom": custom}}
    (package / "serverless-state.json").write_text(json.dumps(state))

    with pytest.raises(
        ConfigurationError, match="more than 250,000 values when what it names is written out"
    ):
        load_project([package], ReadOptions(), allocate=lambda *_: "")


@pytest.mark.parametrize(
    ("written", "settings"),
    [
        ({"serviceNetwork": {"id": "sn-0123456789abcdef0"}}, {}),
        ({"services": {"foo": {}}, "vpcAssociations": [{"vpcId": "{{resolve:ssm:/vpc}}"}]}, {}),
        ({"serviceNetwork": "sample", "services": {}}, {"serviceNetwork": "sample"}),
        ([], []),
        (None, None),
    ],
)
def test_what_the_plugin_makes_resources_of_is_no_setting(
    tmp_path: Path, written: object, settings: object
) -> None:
    state = {"service": {"custom": {"lattice": written}}}

    assert Package(folder=tmp_path, template={}, state=state).settings == settings
