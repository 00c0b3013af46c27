"""What is deployed is kept in the folder of ``--state``, however the cloud ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cloud.running import (
    FREE_PORTS,
    Cloud,
    create_function,
    create_service,
    lattice_cloud,
    zipped,
)
from tests.integration.running import refusal_of

HELLO = """
import os

def handler(event, context):
    return {"statusCode": 200, "body": f"hello, {os.environ.get('WHO', 'you')}"}
"""


def everything(cloud: Cloud) -> list[Any]:
    """What tells two states apart."""
    lattice, functions = cloud.client("vpc-lattice"), cloud.client("lambda")
    service = lattice.list_services()["items"][0]
    listener = lattice.list_listeners(serviceIdentifier=service["id"])["items"][0]
    return [
        lattice.get_service(serviceIdentifier=service["id"])["dnsEntry"],
        lattice.get_listener(serviceIdentifier=service["id"], listenerIdentifier=listener["id"])["createdAt"],
        lattice.list_target_groups()["items"],
        [(each["FunctionArn"], each["CodeSha256"]) for each in functions.list_functions()["Functions"]],
        cloud.client("iam").list_roles()["Roles"][0]["RoleId"],
        cloud.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"],
    ]


def deploy(cloud: Cloud) -> None:
    create_service(cloud, "kept-service", create_function(cloud, "kept", HELLO))
    cloud.client("lambda").update_function_configuration(
        FunctionName="kept", Environment={"Variables": {"WHO": "again"}}
    )


@pytest.mark.parametrize("end", [Cloud.stop, lambda cloud: cloud.process.kill()])
def test_what_was_deployed_answers_after_a_restart(tmp_path: Path, end: Callable[[Cloud], None]) -> None:
    state = tmp_path / "state"
    with lattice_cloud("--state", state) as first:
        deploy(first)
        before = everything(first)
        end(first)
    with lattice_cloud("--state", state) as second:
        assert second.get(second.url_of("kept-service")) == (200, "hello, again")
        assert everything(second) == before


def test_a_write_that_was_cut_loses_only_its_own_request(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with lattice_cloud("--state", state) as first:
        deploy(first)
        first.client("vpc-lattice").create_service(name="not-finished")
    journal = state / "journal"
    journal.write_bytes(journal.read_bytes()[:-20])

    with lattice_cloud("--state", state) as second:
        names = [each["name"] for each in second.client("vpc-lattice").list_services()["items"]]
    assert names == ["kept-service"]


def test_a_state_goes_on_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "state"
    names = [f"service-{number}" for number in range(3)]
    for name in names:
        with lattice_cloud("--state", state) as running:
            running.client("vpc-lattice").create_service(name=name)

    with lattice_cloud("--state", state) as running:
        listed = running.client("vpc-lattice").list_services()["items"]
    assert sorted(each["name"] for each in listed) == names


def test_two_clouds_do_not_share_a_state(tmp_path: Path) -> None:
    with lattice_cloud("--state", tmp_path / "state"):
        said = refusal_of("cloud", *FREE_PORTS, "--state", tmp_path / "state")

    assert "is in use by another lattice cloud" in said


def test_the_state_has_no_credentials(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with lattice_cloud("--state", state) as running:
        client = running.client("s3", region="us-east-1", secret="made-up-SECRET", token="made-up-TOKEN")
        client.create_bucket(Bucket="kept")
        client.put_object(Bucket="kept", Key="code.zip", Body=zipped(HELLO))

    journal = (state / "journal").read_text()
    assert "SECRET" not in journal
    assert "TOKEN" not in journal
    assert len(journal.splitlines()) == 3
    assert json.loads(journal.splitlines()[1].partition(" ")[2])["environ"]["HTTP_AUTHORIZATION"].endswith(
        "none"
    )
