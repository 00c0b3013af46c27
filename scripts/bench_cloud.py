"""`lattice cloud`: from the end of a stack's update to the first good answer, memory by redeploys, and a restart."""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from benching.report import add_report_options, at_least_one, machine, report
from botocore.config import Config

FREE_PORTS = ("--port", "0", "--gateway-port", "0", "--tls-port", "0", "--control-port", "0")
HANDLER = 'def handler(event, context):\n    return {"statusCode": 200, "body": "%d"}\n'
FUNCTIONS = 5
PACKAGE_BYTES = 4_600_000  # of the sample's


@contextmanager
def cloud(state: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any], float]]:
    """A running cloud, what it says at the start, and the seconds until it says it."""
    command = [sys.executable, "-m", "lattice_events", "cloud", "--json", *FREE_PORTS, "--state", str(state)]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        seconds = time.perf_counter() - began
        reading = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
        try:
            yield process, ready, seconds
        finally:
            process.terminate()
            reading.wait()


def package(number: int) -> bytes:
    """A package that differs from all others."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", HANDLER % number)
        archive.writestr("ballast.bin", os.urandom(PACKAGE_BYTES))
    return packed.getvalue()


def template(key: str) -> str:
    """Functions of one package; the first is behind a service."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    resources: dict[str, Any] = {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
        },
        "Service": {"Type": "AWS::VpcLattice::Service", "Properties": {"Name": "bench-service"}},
        "Group": {
            "Type": "AWS::VpcLattice::TargetGroup",
            "Properties": {"Type": "LAMBDA", "Targets": [{"Id": {"Fn::GetAtt": ["Function0", "Arn"]}}]},
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": "Function0"},
                "Action": "lambda:InvokeFunction",
                "Principal": "vpc-lattice.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": ["Group", "Arn"]},
            },
        },
        "Listener": {
            "Type": "AWS::VpcLattice::Listener",
            "Properties": {
                "ServiceIdentifier": {"Ref": "Service"},
                "Protocol": "HTTPS",
                "DefaultAction": {"Forward": {"TargetGroups": [{"TargetGroupIdentifier": {"Ref": "Group"}}]}},
            },
        },
    }
    for number in range(FUNCTIONS):
        resources[f"Function{number}"] = {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": f"bench-{number}",
                "Handler": "app.handler",
                "Runtime": "python3.12",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"S3Bucket": "bench", "S3Key": key},
            },
        }
    return json.dumps({"Resources": resources})


def answer(gateway_url: str) -> str:
    """What the service answers."""
    connection = http.client.HTTPConnection(gateway_url.removeprefix("http://"))
    connection.request("GET", "/", headers={"Host": "bench-service.localhost"})
    body = connection.getresponse().read().decode()
    connection.close()
    return body


def rss_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024


def client(service: str, ready: dict[str, Any]) -> Any:
    return boto3.client(
        service,
        endpoint_url=ready["endpoint_url"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(proxies={}),
    )


def deploy(number: int, ready: dict[str, Any]) -> tuple[float, float]:
    """Seconds of the stack's update, and from its end to the first answer of the new code."""
    s3, stacks = client("s3", ready), client("cloudformation", ready)
    key = f"{number % 5}.zip"  # deploying tools keep a few
    s3.put_object(Bucket="bench", Key=key, Body=package(number))
    keys = {"StackName": "bench", "TemplateBody": template(f"{number % 5}.zip")}
    began = time.perf_counter()
    (stacks.update_stack if number else stacks.create_stack)(**keys, Capabilities=["CAPABILITY_IAM"])
    ended = time.perf_counter()
    said = answer(ready["gateway_url"])
    if said != str(number):
        raise SystemExit(f"deploy {number} is answered {said!r}")
    return ended - began, time.perf_counter() - ended


def main() -> int:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deploys", type=at_least_one, default=100)
    add_report_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        state = Path(place, "state")
        with cloud(state) as (process, ready, start):
            client("s3", ready).create_bucket(Bucket="bench")
            empty = rss_mb(process.pid)
            seconds = [deploy(number, ready) for number in range(options.deploys)]
            full = rss_mb(process.pid)
        size = sum(each.stat().st_size for each in state.rglob("*"))
        with cloud(state) as (_, ready, restart):
            answer(ready["gateway_url"])
    figures = {
        "start, empty, seconds": start,
        "a stack's update, seconds (median)": statistics.median(each for each, _ in seconds),
        "its end to the first answer, seconds (median)": statistics.median(each for _, each in seconds),
        "its end to the first answer, seconds (longest)": max(each for _, each in seconds),
        "memory, empty, MB": empty,
        f"memory after {options.deploys} deploys, MB": full,
        f"--state after {options.deploys} deploys, MB": size / 1e6,
        f"start with {options.deploys} deploys, seconds": restart,
    }
    table = ["| | |", "|---|--:|", *(f"| {name} | {value:.2f} |" for name, value in figures.items())]
    report("cloud", machine(), figures, "\n".join(table), options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
