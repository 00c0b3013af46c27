"""A template is the same network whether it is read, or deployed by CloudFormation and read back from the API."""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lattice_events.cloud.deployed.deployed import deployment
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.cloud.stacks import teach
from lattice_events.control_plane.to_network import to_network
from lattice_events.network.model import Network
from lattice_events.readers.project import Project
from tests.files import TESTS
from tests.unit.cloud.likeness import likeness
from tests.unit.readers.test_corpus import load

_PACKAGE = re.compile(r"S3Bucket: [\w-]+, S3Key: [\w.-]+")
_CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
REGION, ACCOUNT = "us-east-1", "123456789012"
NAMED = re.compile("secure|by-prefix")
TARGETS = {"pods": ["https://127.0.0.1:9001"], "unchecked": ["http://127.0.0.1:80"]}
# Of tests/cases/corpus: those whose templates are whole, so that CloudFormation takes them.
CORPUS = (
    "cfn-conditions",
    "cfn-exports",
    "cfn-json",
    "cfn-listener-elsewhere",
    "cfn-policy-as-text",
    "cfn-role-policies",
    "cfn-yaml",
    "sam-policies",
    "sam-powertools",
    "sam-weights",
)


@pytest.fixture
def control_plane(monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlPlane]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    config: Any = {"lambda": {"use_docker": False}, "iam": {"load_aws_managed_policies": True}}
    ids = itertools.count(1)
    made = ControlPlane(
        now=lambda: "2026-01-01T00:00:00.000Z", new_id=lambda prefix: f"{prefix}-{next(ids):017x}"
    )
    with mock_aws(config=config):
        teach(made)
        yield made


def deploy(*paths: Path) -> None:
    """Create a stack of each template, called after its file; packages that they name are there."""
    client, content = boto3.client("cloudformation"), io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", "")
    boto3.client("s3").create_bucket(Bucket="code")
    boto3.client("s3").put_object(Bucket="code", Key="code.zip", Body=content.getvalue())
    for path in paths:
        text = _PACKAGE.sub("S3Bucket: code, S3Key: code.zip", path.read_text())
        text = re.sub(r"CodeUri: *[\w./-]+", "CodeUri: s3://code/code.zip", text)
        client.create_stack(StackName=path.stem, TemplateBody=text, Capabilities=_CAPABILITIES)
        events = client.describe_stack_events(StackName=path.stem)["StackEvents"]
        assert [each for each in events if each["ResourceStatus"].endswith("FAILED")] == []


def read(paths: list[str], options: Mapping[str, Any]) -> Network:
    project = load(paths, {"options": options})
    assert isinstance(project, Project)
    return project.network


def deployed(control_plane: ControlPlane, folder: Path) -> Network:
    wiring, found = (
        to_network(control_plane.records),
        deployment(account=ACCOUNT, region=REGION, folder=folder),
    )
    return Network(
        region=REGION,
        account=ACCOUNT,
        service_networks=wiring.service_networks,
        services=wiring.services,
        target_groups=wiring.target_groups,
        functions=found.functions,
        principals=found.principals,
    )


def test_a_template_with_everything_is_the_same_network_read_and_deployed(
    control_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(TESTS / "cases" / "deployed")
    expected = read(["template.yaml"], {"targets": TARGETS})
    deploy(Path("template.yaml"))

    assert likeness(deployed(control_plane, tmp_path), named=NAMED) == likeness(expected, named=NAMED)


@pytest.mark.parametrize("name", CORPUS)
def test_a_definition_is_the_same_network_read_and_deployed(
    control_plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(TESTS / "cases" / "corpus" / name)
    case = json.loads(Path("case.json").read_text())
    expected = read(case["paths"], case.get("options", {}))
    deploy(*map(Path, case["paths"]))

    assert likeness(deployed(control_plane, tmp_path)) == likeness(expected)
