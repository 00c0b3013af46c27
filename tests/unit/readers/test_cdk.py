"""CDK apps: what `cdk synth` wrote of them, as real fixtures (scripts/fixtures_cdk)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import LambdaTarget
from lattice_events.readers.cdk.assembly import Assembly
from lattice_events.readers.cdk.reader import CDK
from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.sources import Found, ReadOptions
from lattice_events.readers.project import Project, load_project

CORPUS = Path(__file__).parents[2] / "cases" / "corpus"
SHOP = CORPUS / "same" / "cdk"
STAGE = CORPUS / "cdk-stage"
NETWORK_TEMPLATE = "cdk.out/assembly-Production/ProductionNetworkCAF6818D.template.json"
SERVICE_TEMPLATE = "cdk.out/assembly-Production/ProductionService81CA5F23.template.json"


def load(*paths: Path, **options: Any) -> Project:
    return load_project(paths, ReadOptions(**options), allocate=lambda *_: "http://127.0.0.1:1")


def sources(path: Path) -> list[TemplateSource]:
    return [each for each in CDK.load(Found(path), ReadOptions()) if isinstance(each, TemplateSource)]


@pytest.mark.parametrize("path", [".", "cdk.out", "cdk.out/manifest.json", "cdk.out/Shop.template.json"])
def test_a_project_an_assembly_and_a_template_are_the_same_stack(path: str) -> None:
    network = load(SHOP / path).network

    assert [each.name for each in network.services] == ["orders"]
    assert network.functions[0].role_arn == "arn:aws:iam::123456789012:role/orders-role"


def test_the_code_of_a_function_is_its_asset() -> None:
    project = load(SHOP)

    assert {each.name: (Path(each.code) / "app.py").read_text() for each in project.network.functions} == {
        name: (SHOP / "src" / name / "app.py").read_text() for name in ("orders", "caller")
    }


def test_code_is_found_by_its_key_where_the_template_has_no_metadata(tmp_path: Path) -> None:
    app = _copy(SHOP, tmp_path)
    _edit(app / "cdk.out/Shop.template.json", _without_metadata)

    assert all((Path(each.code) / "app.py").is_file() for each in load(app).network.functions)


def test_code_that_is_not_in_the_assembly_is_asked_for(tmp_path: Path) -> None:
    app = _copy(SHOP, tmp_path)
    for folder in app.glob("cdk.out/asset.*"):
        shutil.rmtree(folder)

    with pytest.raises(
        ConfigurationError, match=r"\(Shop/orders\): Where is the code .* --code orders46FA7C19="
    ):
        load(app)


def test_a_place_is_the_templates_line_with_the_construct() -> None:
    (source,) = sources(SHOP)
    path = ("Resources", "Service", "Properties", "Name")

    assert source.locate(path).startswith(f"{source.origin}:")
    assert source.locate(path).endswith(" (Shop/Service)")
    assert "(" not in source.locate(("Parameters",))


def test_a_stage_has_its_stacks_with_their_region_and_account() -> None:
    found = sources(STAGE)

    assert [(each.stack_name, each.region, each.account) for each in found] == [
        ("Production-Network", "eu-west-1", "111122223333"),
        ("Production-Service", "eu-west-1", "111122223333"),
    ]


def test_functions_that_the_cdk_adds_are_one_note() -> None:
    network, service = sources(STAGE)

    assert not any("CustomResourceProviderHandler" in name for name in network.template["Resources"])
    assert service.notes == ()
    (note,) = network.notes
    assert note.endswith(
        "cdk.out: Functions that the CDK adds for custom resources are left out: "
        "CustomS3AutoDeleteObjectsCustomResourceProviderHandler9D90184F."
    )


@pytest.mark.parametrize(
    ("construct", "is_added"),
    [  # https://github.com/aws/aws-cdk/tree/main/packages/%40aws-cdk/custom-resource-handlers
        ("Shop/Custom::S3AutoDeleteObjectsCustomResourceProvider/Handler", True),
        ("Shop/Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C/Resource", True),
        ("Shop/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a/Resource", True),
        ("Shop/AWS679f53fac002430cb0da5b7982bd2287/Resource", True),
        ("Shop/BucketNotificationsHandler050a0587b7544547bf325f094a3db834/Resource", True),
        ("Shop/AWSCDK.TriggerCustomResourceProviderCustomResourceProvider/Handler", True),
        ("Shop/Table/Provider/framework-onEvent/Resource", True),
        ("Shop/Table/Provider/framework-isComplete/Resource", True),
        ("Shop/orders/Resource", False),
        ("Shop/LogRetention/Resource", False),
        ("Shop/framework/Resource", False),
    ],
)
def test_functions_of_the_cdk_are_known_by_their_construct(
    construct: str, is_added: bool, tmp_path: Path
) -> None:
    app = _copy(SHOP, tmp_path)

    def change(template: dict[str, Any]) -> None:
        template["Resources"]["orders46FA7C19"]["Metadata"]["aws:cdk:path"] = construct

    _edit(app / "cdk.out/Shop.template.json", change)

    (source,) = sources(app)
    assert ("orders46FA7C19" not in source.template["Resources"]) == is_added


def test_the_folder_that_cdk_json_names_is_read(tmp_path: Path) -> None:
    app = _copy(SHOP, tmp_path)
    (app / "cdk.out").rename(app / "out")
    (app / "cdk.json").write_text('{"output": "out"}')

    assert [each.name for each in load(app).network.services] == ["orders"]


def test_a_nested_stack_is_read_with_its_code_its_layers_and_its_outputs() -> None:
    network = load(STAGE).network

    (function,) = network.functions
    assert (Path(function.code) / "app.py").is_file()
    assert [(Path(each) / "python/shared.py").is_file() for each in function.layers] == [True]
    assert network.target_groups[0].targets == (LambdaTarget(function_arn=function.arn),)
    assert network.services[0].service_network_arns == (network.service_networks[0].arn,)


def test_one_template_of_a_stage_may_be_named() -> None:
    network = load(STAGE / NETWORK_TEMPLATE).network

    assert [each.name for each in network.service_networks] == ["parts-network"]
    assert network.services == ()


def test_bundles_of_other_programs_are_no_assemblies(tmp_path: Path) -> None:
    for text in ('{"name": "A web app"}', '{"artifacts": {"a": {"type": "x"}}}', "[]", "{"):
        (tmp_path / "manifest.json").write_text(text)

        assert not Assembly(tmp_path).is_one


@pytest.mark.parametrize("odd", [None, 1, "x", [], {}, [None], {"a": None}, {"a": {"a": 1}}])
@pytest.mark.parametrize("key", ["type", "properties", "environment"])
def test_an_odd_manifest_is_read_or_refused(key: str, odd: Any, tmp_path: Path) -> None:
    app = _copy(SHOP, tmp_path)
    _edit(app / "cdk.out/manifest.json", lambda value: value["artifacts"]["Shop"].update({key: odd}))
    _edit(app / "cdk.out/Shop.assets.json", lambda value: value["files"].update(odd=odd))

    try:
        assert load(app).network.services
    except ConfigurationError as error:
        assert error.problems


def _copy(app: Path, target: Path) -> Path:
    return Path(shutil.copytree(app, target / "app"))


def _edit(file: Path, change: Any) -> None:
    value = json.loads(file.read_text())
    change(value)
    file.write_text(json.dumps(value))


def _without_metadata(template: dict[str, Any]) -> None:
    for resource in template["Resources"].values():
        resource.pop("Metadata", None)


def test_an_assembly_that_contains_itself_is_read_once(tmp_path: Path) -> None:
    itself = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": dict.fromkeys("abcd", itself)}))

    assert list(Assembly(tmp_path).stacks()) == []
    with pytest.raises(ConfigurationError, match="has no stacks|Nothing is defined here"):
        load(tmp_path)
