"""examples/plugin: the sample that the plugin wires, beside the one that is wired resource by resource."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lattice_events.network.model import Network
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import load_project
from lattice_events.variables import environment_name
from tests.integration.running import BIN, PLUGIN_SAMPLE, ROOT, Running, lattice_dev

TEMPLATE = "cloudformation-template-update-stack.json"
STATE = "serverless-state.json"
VPC = "LatticeVpc00000000000000000"
NAMES = {
    "LatticeFooService": "FooService",
    "LatticeFooServiceAssociation": "FooServiceAssociation",
    "LatticeFooServiceListener": "FooListener",
    "LatticeFooServiceRule10": "OrdersRule",
    "LatticeFooServiceRule20": "CatalogRule",
    "LatticeFooServiceRule30": "PreviewRule",
    "LatticeFooServiceRule40": "CanaryRule",
    "LatticeFooServiceToHelloTargetGroup": "FooTargetGroup",
    "LatticeFooServiceToHelloPermission": "FooInvokePermission",
    "LatticeFooServiceToHelloNextTargetGroup": "HelloNextTargetGroup",
    "LatticeFooServiceToHelloNextPermission": "HelloNextInvokePermission",
    "LatticeFooServiceToOrdersTargetGroup": "OrdersTargetGroup",
    "LatticeFooServiceToOrdersPermission": "OrdersInvokePermission",
    "LatticeFooServiceToCatalogTargetGroup": "CatalogTargetGroup",
    "LatticeFooServiceToCatalogPermission": "CatalogInvokePermission",
    "LatticeOrdersService": "OrdersService",
    "LatticeOrdersServiceAuthPolicy": "OrdersServiceAuthPolicy",
    "LatticeOrdersServiceAssociation": "OrdersServiceAssociation",
    "LatticeOrdersServiceListener": "OrdersServiceListener",
    "LatticeOrdersServiceToOrdersTargetGroup": "OrdersServiceTargetGroup",
    "LatticeOrdersServiceToOrdersPermission": "OrdersServiceInvokePermission",
    "LatticeEksClientRole": "EksClientRole",
    f"{VPC}Association": "VpcAssociation",
    f"{VPC}SecurityGroup": "VpcAssociationSecurityGroup",
    "LatticeEksClientCallPolicy": "call-orders-service",  # which is a part of the role there
    "sample-plugin": "sample",
}
"""What the plugin's logical ids, and the stack, are called in the explicit sample."""
WIRED = ("AWS::VpcLattice::", "AWS::Lambda::Permission", "AWS::EC2::SecurityGroup")


def renamed(text: str) -> str:
    """What the plugin made, with the names and the folder of the explicit sample."""
    text = text.replace("../../k8s", "k8s")
    return re.sub(r"Lattice\w+|sample-plugin", lambda match: NAMES.get(match[0], match[0]), text)


def wiring(text: str) -> dict[str, Any]:
    """The resources that connect functions to VPC Lattice, without their descriptions and their order."""
    resources = json.loads(text, object_hook=lambda each: each | {"Description": ""})["Resources"]
    resources.pop("Description")
    wired = {name: each for name, each in resources.items() if each["Type"].startswith(WIRED)}
    for each in wired.values():
        each.pop("DependsOn", None)  # the plugin's rules wait for the permissions
    return wired


def test_both_samples_have_the_same_resources(sample_package: Path, plugin_package: Path) -> None:
    explicit = wiring((sample_package / TEMPLATE).read_text())

    assert wiring(renamed((plugin_package / TEMPLATE).read_text())) == explicit
    assert len(explicit) == 24


def load(package: Path) -> Network:
    return load_project(
        [ROOT], ReadOptions(package=package), allocate=lambda *_: "http://127.0.0.1:1"
    ).network


@pytest.fixture(scope="module")
def networks(
    sample_package: Path, plugin_package: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Network, Network]:
    """What the readers make of the explicit sample, and of the plugin's with the names of that one."""
    package = tmp_path_factory.mktemp("renamed")
    for name in (TEMPLATE, STATE):
        (package / name).write_text(renamed((plugin_package / name).read_text()))
    return load(sample_package), load(package)


def test_both_samples_are_the_same_network(networks: tuple[Network, Network]) -> None:
    explicit, made = networks

    assert made.services == explicit.services
    assert made.target_groups == explicit.target_groups
    assert made.service_networks == explicit.service_networks


def test_both_clients_may_call_the_same(networks: tuple[Network, Network]) -> None:
    explicit, made = ([_calls(each, "sample-dev-eksClient")] for each in networks)

    assert made == explicit


def _calls(network: Network, name: str) -> list[Any]:
    """What the identity policy of a function says of VPC Lattice."""
    (policy,) = (each.identity_policy for each in network.principals if each.name == name)
    assert policy is not None
    return [each for each in policy.statements if "vpc-lattice-svcs:Invoke" in str(each)]


def test_the_client_is_told_a_url_where_it_looks(plugin_package: Path) -> None:
    resources = json.loads((plugin_package / TEMPLATE).read_text())["Resources"]
    variables = resources["EksClientLambdaFunction"]["Properties"]["Environment"]["Variables"]

    assert environment_name("orders-service") in variables


def test_the_plugin_takes_a_third_of_the_lines() -> None:
    explicit, made = (
        len((each / "serverless.yml").read_text().splitlines()) for each in (ROOT, PLUGIN_SAMPLE)
    )

    assert made * 3 <= explicit


def test_cfn_lint_has_nothing_to_say(plugin_package: Path) -> None:
    done = subprocess.run(
        [BIN / "cfn-lint", "--regions", "ap-northeast-1", "--", plugin_package / TEMPLATE],
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_zip_has_the_handlers_and_no_links(plugin_package: Path) -> None:
    with zipfile.ZipFile(plugin_package / "sample-plugin.zip") as archive:
        assert archive.read("handlers/hello.py") == (ROOT / "handlers" / "hello.py").read_bytes()
        assert all(each.external_attr >> 28 == 0o10 for each in archive.infolist())  # files


@pytest.fixture(scope="module")
def running(plugin_package: Path) -> Iterator[Running]:
    with lattice_dev(PLUGIN_SAMPLE, "--package", plugin_package) as process:
        yield process


def test_the_first_story(running: Running) -> None:
    assert running.get(running.service("foo-service")["url"]) == (200, "Hello Foo Lambda!!")


def test_the_second_story(running: Running) -> None:
    answer = running.invoke("sample-plugin-dev-eksClient")

    assert (answer["statusCode"], answer["body"]) == (200, "from EKS: Hello Bar EKS Pod!!")
