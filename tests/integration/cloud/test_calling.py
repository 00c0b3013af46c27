"""What was made by the API of VPC Lattice answers at its URL."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.integration.cloud.running import FREE_PORTS, Cloud, create_function, create_service, lattice_cloud
from tests.integration.running import ROOT, refusal_of

HELLO = """
import os

def handler(event, context):
    print("said")
    return {"statusCode": 200, "body": f"hello from {context.function_name} at {os.environ['AWS_ENDPOINT_URL']}"}
"""
# A function that makes a bucket, and says which there are.
BUCKETS = """
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=event["name"], CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return [each["Name"] for each in s3.list_buckets()["Buckets"]]
"""


def test_a_service_answers_as_soon_as_its_listener_is_made(cloud: Cloud) -> None:
    service = create_service(cloud, "hello-service", create_function(cloud, "hello", HELLO))

    answer = (200, f"hello from hello at {cloud.endpoint_url}")
    assert cloud.get(f"https://{service['dnsEntry']['domainName']}/") == answer
    assert cloud.get(cloud.url_of("hello-service")) == answer


def test_the_aws_cli_makes_and_finds_a_service(cloud: Cloud) -> None:
    made = cloud.aws("vpc-lattice", "create-service", "--name", "by-the-cli")
    found = cloud.aws("vpc-lattice", "get-service", "--service-identifier", made["arn"])

    assert found["dnsEntry"] == made["dnsEntry"]
    assert "ResourceNotFoundException" in cloud.aws(
        "vpc-lattice", "get-service", "--service-identifier", f"svc-{17 * '0'}"
    )


def test_a_function_is_invoked_where_it_was_created(cloud: Cloud) -> None:
    create_function(cloud, "invoked", HELLO)

    answer = cloud.client("lambda").invoke(FunctionName="invoked", LogType="Tail")

    assert json.load(answer["Payload"])["statusCode"] == 200
    assert "said" in base64.b64decode(answer["LogResult"]).decode()


def test_a_function_that_is_not_there_is_not_found(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*: Function not found: nobody"):
        cloud.client("lambda").invoke(FunctionName="nobody")


def test_a_function_calls_aws_on_this_machine(cloud: Cloud) -> None:
    create_function(cloud, "buckets", BUCKETS)

    answer = cloud.client("lambda").invoke(FunctionName="buckets", Payload=b'{"name": "made-by-a-function"}')

    assert "made-by-a-function" in json.load(answer["Payload"])


def test_a_deployed_change_is_told(cloud: Cloud) -> None:
    cloud.client("vpc-lattice").create_service(name="told-service")

    told = cloud.next_event("deployed")
    while "told-service" not in [each["name"] for each in told["services"]]:
        told = cloud.next_event("deployed")


def test_what_sources_define_is_there_already(tmp_path: Path) -> None:
    pods = ("k8s", "--target", "app=http://127.0.0.1:1")
    with lattice_cloud(*(ROOT / "k8s" if each == "k8s" else each for each in pods), cwd=tmp_path) as running:
        listed = running.client("vpc-lattice").list_services()["items"]

    assert [each["name"] for each in listed] == ["eks-app-default"]


def test_a_taken_port_is_refused_by_name(cloud: Cloud) -> None:
    said = refusal_of("cloud", *FREE_PORTS, "--port", str(cloud.port))

    assert said.splitlines()[-1] == (
        f"lattice: Port {cloud.port} is in use by another program. "
        "Choose another with --port PORT; --port 0 uses a free port."
    )
