"""Deploys that must fail: the Serverless CLI says why, and the checks of a deploy see it for themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.cloud.running import Cloud, lattice_cloud
from tests.integration.deploy.checks import faults
from tests.integration.deploy.project import Project, edited
from tests.integration.deploy.samples import REGION
from tests.integration.deploy.stack import Client, Stack
from tests.integration.running import ROOT, clean_environment


@pytest.fixture(scope="module")
def account() -> Iterator[Cloud]:
    """A cloud with nothing in it."""
    with lattice_cloud("--region", REGION) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def client(account: Cloud) -> Client:
    """Makes clients of it."""
    return partial(account.client, region=REGION)


@pytest.fixture
def wiring(account: Cloud, tmp_path: Path) -> Project:
    """The first block of docs/wire.md, with a function that needs no packages; not deployed yet."""
    shutil.copy(Path(__file__).parent / "wiring.yml", tmp_path / "serverless.yml")
    (tmp_path / "app.py").write_text("def hello(event, context):\n    return {'statusCode': 200}\n")
    return Project(tmp_path, account.environment)


def test_without_the_listener_s_service_the_same_checks_fail(wiring: Project, client: Client) -> None:
    edited(
        wiring.folder, (("        ServiceIdentifier: !Ref FooService\n        Protocol", "        Protocol"),)
    )

    done = wiring.osls("deploy")

    packaged = wiring.folder / ".serverless" / "cloudformation-template-update-stack.json"
    stack = Stack("wiring-dev", client=client, template=json.loads(packaged.read_text()))
    assert done.returncode == 1
    assert "FooListener (AWS::VpcLattice::Listener)" in done.stdout
    assert "serviceidentifier" in done.stdout.lower()
    assert any(fault.startswith("FooListener: ") for fault in faults(stack, client))


def test_the_checks_see_what_the_stack_does_not_know(wiring: Project, client: Client) -> None:
    done = wiring.osls("deploy")
    assert done.returncode == 0, done.stdout
    stack = Stack("wiring-dev", client=client)
    before = faults(stack, client)
    listener = stack.physical_ids["FooListener"]

    client("vpc-lattice").delete_listener(
        serviceIdentifier=stack.physical_ids["FooService"], listenerIdentifier=listener
    )

    assert before == []
    assert stack.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert any(fault.startswith("FooListener: ResourceNotFound") for fault in faults(stack, client))


@pytest.fixture(scope="module")
def taken(client: Client) -> dict[str, dict[str, Any]]:
    """Resources of which an account can have one."""
    lattice = client("vpc-lattice")
    service = lattice.create_service(name="shared")["id"]
    answer = {"fixedResponse": {"statusCode": 404}}
    listener = lattice.create_listener(
        serviceIdentifier=service, name="https", protocol="HTTPS", defaultAction=answer
    )
    network = lattice.create_service_network(name="shared")["arn"]
    vpc = client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    return {
        "Service": {"Name": "orders"},
        "Rule": {
            "ListenerIdentifier": listener["arn"],
            "Priority": 10,
            "Match": {"HttpMatch": {"PathMatch": {"Match": {"Prefix": "/a"}}}},
            "Action": {"FixedResponse": {"StatusCode": 404}},
        },
        "ServiceNetworkVpcAssociation": {"VpcIdentifier": vpc, "ServiceNetworkIdentifier": network},
    }


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("Service", "orders"),
        ("Rule", "10"),
        ("ServiceNetworkVpcAssociation", "vpc-"),
    ],
)
def test_what_another_stack_has_taken_is_explained(
    kind: str, reason: str, account: Cloud, taken: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    resource = {"Type": f"AWS::VpcLattice::{kind}", "Properties": taken[kind]}

    first, second = (
        deploy_alone(resource, name=f"{name}-{kind.lower()}", folder=tmp_path, account=account)
        for name in ("one", "two")
    )

    assert first.returncode == 0, first.stdout
    assert second.returncode == 1
    assert f"Taken ({resource['Type']})" in second.stdout
    assert reason in second.stdout
    assert "already" in second.stdout


def deploy_alone(
    resource: dict[str, Any], *, name: str, folder: Path, account: Cloud
) -> subprocess.CompletedProcess[str]:
    """Deploy a project of one resource."""
    project = Project(folder, account.environment)
    description = {
        "service": name,
        "provider": {"name": "aws", "region": REGION},
        "resources": {"Resources": {"Taken": resource}},
    }
    (folder / "serverless.yml").write_text(yaml.safe_dump(description))
    return project.osls("deploy")


def test_deploy_refuses_the_plugin_sample_s_placeholders_by_name() -> None:
    done = subprocess.run(
        ["node", ROOT / "scripts" / "placeholders.js", "--param", "vpcId=vpc-0123456789abcdef0"],
        cwd=ROOT / "examples" / "plugin",
        env=clean_environment(),
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2, done.stdout
    assert '--param="serviceNetworkArn=…"' in done.stderr
    assert "vpcId" not in done.stderr
