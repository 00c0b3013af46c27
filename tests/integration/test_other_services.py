"""Functions beside other AWS services on this machine: moto's server stands for DynamoDB and CloudWatch Logs."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.integration.running import BIN, PATIENCE_SECONDS, clean_environment, lattice_dev

REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": REGION}
CODE = """
import boto3

table = boto3.resource("dynamodb").Table("orders")

def handler(event, context):
    table.put_item(Item={"id": "7", "item": event["path"]})
    return {"statusCode": 200, "body": table.get_item(Key={"id": "7"})["Item"]["item"]}
"""
TEMPLATE = """
Resources:
  OrdersFunction:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: orders, Runtime: python3.12, Handler: app.handler, Timeout: 60, Role: "arn:aws:iam::123456789012:role/none", Code: {ZipFile: unused}}
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Type: LAMBDA, Config: {LambdaEventStructureVersion: V2}, Targets: [{Id: !GetAtt OrdersFunction.Arn}]}
  Network:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties: {Name: shop, AuthType: NONE}
  Orders:
    Type: AWS::VpcLattice::Service
    Properties: {Name: orders, AuthType: NONE}
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Orders, ServiceNetworkIdentifier: !Ref Network}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties: {ServiceIdentifier: !Ref Orders, Protocol: HTTPS, Port: 443, DefaultAction: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref Group}]}}}
"""


@pytest.fixture(scope="module")
def moto_port() -> Iterator[int]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


def client(service: str, port: int) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )


@pytest.fixture(scope="module")
def table_port(moto_port: int) -> int:
    client("dynamodb", moto_port).create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return moto_port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL"])
def test_a_function_reaches_a_table_on_this_machine(
    host: str, variable: str, table_port: int, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text(CODE)
    (tmp_path / "shop.yaml").write_text(TEMPLATE)
    endpoint = f"{variable}=http://{host}:{table_port}"

    with lattice_dev(
        tmp_path / "shop.yaml", f"--code=OrdersFunction={tmp_path}", "--env", endpoint
    ) as running:
        answer = running.get(running.service("orders")["url"] + "/milk")

    assert answer == (200, "/milk")


# ── what the AWS CLI prints of CloudWatch Logs ────────────────────────────────────────────────────

RECORDS = [
    {"requestMethod": "GET", "requestPath": "/a b", "responseCode": 403, "authDeniedReason": "Service"},
    {"requestMethod": "GET", "requestPath": "/c", "responseCode": 404, "userAgent": 'é "x"'},
]


@pytest.fixture(scope="module")
def log_port(moto_port: int) -> int:
    logs = client("logs", moto_port)
    logs.create_log_group(logGroupName="lattice")
    logs.create_log_stream(logGroupName="lattice", logStreamName="one")
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": json.dumps(record)} for record in RECORDS]
    logs.put_log_events(logGroupName="lattice", logStreamName="one", logEvents=events)
    return moto_port


@pytest.mark.parametrize(
    "arguments",
    [
        ("filter-log-events",),
        ("filter-log-events", "--output", "text"),
        ("filter-log-events", "--query", "events[].message"),
        ("filter-log-events", "--query", "events[].message", "--output", "text"),
        ("get-log-events", "--log-stream-name", "one"),
        ("get-log-events", "--log-stream-name", "one", "--output", "text"),
        ("get-log-events", "--log-stream-name", "one", "--query", "events"),
    ],
    ids=" ".join,
)
def test_logs_reads_what_the_aws_cli_prints(arguments: tuple[str, ...], log_port: int) -> None:
    command = [str(BIN / "aws"), "logs", *arguments, "--log-group-name", "lattice"]
    command += ["--endpoint-url", f"http://127.0.0.1:{log_port}"]
    printed = run(command, env=clean_environment() | KEYS)

    told = run([str(BIN / "lattice"), "logs", "--json"], env=clean_environment(), input=printed.stdout)

    assert [json.loads(line)["record"] for line in told.stdout.splitlines()] == RECORDS, printed
    assert told.stderr.startswith("2 records, 2 shown\n")


def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, **options)
