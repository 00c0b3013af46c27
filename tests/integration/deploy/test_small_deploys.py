"""Small deploys: the two blocks of docs/wire.md, and what must fail, which the Serverless CLI explains."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.cloud.running import Cloud, lattice_cloud
from tests.integration.deploy.checks import faults
from tests.integration.deploy.page import wiring
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


@pytest.fixture(scope="module")
def network_arn(client: Client) -> str:
    """Of a service network."""
    return str(client("vpc-lattice").create_service_network(name="sample")["arn"])


class Wiring(Project):
    """A block of docs/wire.md as a project, around a function that needs no packages."""

    name = "wiring-dev"

    def __init__(self, block: str, *, folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(folder, environment)
        (folder / "serverless.yml").write_text(HEADER + block)
        (folder / "handlers").mkdir()
        (folder / "handlers" / "hello.py").write_text("def hello(event, context):\n    return {}\n")
        (folder / "node_modules").symlink_to(ROOT / "node_modules")

    def deploy(self, network_arn: str) -> subprocess.CompletedProcess[str]:
        """Deploy it to a service network."""
        return self.osls("deploy", f"--param=serviceNetworkArn={network_arn}")


HEADER = """\
service: wiring
provider: {name: aws, region: ap-northeast-1, runtime: python3.12}
package: {patterns: ['!**', handlers/hello.py]}
"""


@pytest.fixture
def explicit(account: Cloud, network_arn: str, tmp_path: Path) -> Iterator[Wiring]:
    """The explicit one; it is removed after the test."""
    project = Wiring(wiring()["explicit"], folder=tmp_path, environment=account.environment)
    yield project
    project.osls("remove", f"--param=serviceNetworkArn={network_arn}")


def test_the_plugin_s_block_of_the_page_deploys(
    account: Cloud, client: Client, network_arn: str, tmp_path: Path
) -> None:
    project = Wiring(wiring()["plugin"], folder=tmp_path, environment=account.environment)

    done = project.deploy(network_arn)
    stack = Stack(project.name, client=client)
    found, lattice = faults(stack, client), stack.lattice_ids
    removed = project.osls("remove", f"--param=serviceNetworkArn={network_arn}")

    assert (done.returncode, removed.returncode) == (0, 0), done.stdout + removed.stdout
    assert found == []
    assert len(lattice) == 4


def test_without_the_listener_s_service_the_same_checks_fail(
    explicit: Wiring, client: Client, network_arn: str
) -> None:
    identifier = "        ServiceIdentifier: !Ref FooService\n"
    edited(explicit.folder, ((f"{identifier}        Protocol", "        Protocol"),))

    done = explicit.deploy(network_arn)

    packaged = explicit.folder / ".serverless" / "cloudformation-template-update-stack.json"
    stack = Stack(explicit.name, client=client, template=json.loads(packaged.read_text()))
    assert done.returncode == 1
    assert "FooListener (AWS::VpcLattice::Listener)" in done.stdout
    assert "serviceidentifier" in done.stdout.lower()
    assert "FooListener: is not there" in faults(stack, client)


def test_the_checks_see_what_the_stack_does_not_know(
    explicit: Wiring, client: Client, network_arn: str
) -> None:
    done = explicit.deploy(network_arn)
    assert done.returncode == 0, done.stdout
    stack = Stack(explicit.name, client=client)
    before = faults(stack, client)
    service, listener = stack.physical_ids["FooService"], stack.physical_ids["FooListener"]

    client("vpc-lattice").delete_listener(serviceIdentifier=service, listenerIdentifier=listener)

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
            "ServiceIdentifier": service,
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
