"""Run `lattice cloud` as a user would, in a process of its own, and deploy to it."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.integration.running import BIN, PATIENCE_SECONDS, ROOT, Running, clean_environment, lattice

FREE_PORTS = ("--port", "0", "--gateway-port", "0", "--tls-port", "0", "--control-port", "0")
REGION = "eu-west-1"
_ASSUMED_BY_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


class Cloud(Running):
    """A running `lattice cloud`."""

    @property
    def endpoint_url(self) -> str:
        return str(self.ready["endpoint_url"])

    @property
    def port(self) -> int:
        return int(self.endpoint_url.rpartition(":")[2])

    @property
    def environment(self) -> dict[str, str]:
        """For a command that deploys: the shell's, with what `lattice cloud` says to export."""
        exported: dict[str, str] = self.ready["environment"]
        return clean_environment() | exported

    def client(
        self, service: str, *, region: str = REGION, secret: str = "local", token: str | None = None
    ) -> Any:
        """A real client of an AWS API."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=region,
            aws_access_key_id="local",
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(proxies={}, retries={"total_max_attempts": 1}, read_timeout=PATIENCE_SECONDS),
        )

    def aws(self, *arguments: str) -> Any:
        """What the real AWS CLI prints, as JSON; its error if it fails."""
        done = subprocess.run(
            [BIN / "aws", *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=PATIENCE_SECONDS,
        )
        return json.loads(done.stdout) if done.returncode == 0 else done.stderr

    def url_of(self, service: str) -> str:
        """A service's URL for curl, without a proxy."""
        return f"http://{service}.localhost:{self.ready['gateway_url'].rpartition(':')[2]}/"


@contextmanager
def lattice_cloud(*arguments: str | Path, cwd: Path = ROOT, **variables: str) -> Iterator[Cloud]:
    """`lattice cloud` on free ports."""
    command = ["cloud", "--json", *FREE_PORTS, "--region", REGION, *arguments]
    with lattice(command, Cloud, cwd=cwd, variables=variables) as running:
        yield running


def zipped(source: str) -> bytes:
    """A package with ``app.py``."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    return packed.getvalue()


def create_function(cloud: Cloud, name: str, source: str) -> str:
    """A function with a role of its own; its ARN."""
    role = cloud.client("iam").create_role(
        RoleName=f"{name}-role", AssumeRolePolicyDocument=json.dumps(_ASSUMED_BY_LAMBDA)
    )
    made = cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
    )
    return str(made["FunctionArn"])


def create_service(cloud: Cloud, name: str, function_arn: str) -> dict[str, Any]:
    """A service whose requests all go to a function."""
    lattice_api = cloud.client("vpc-lattice")
    service: dict[str, Any] = lattice_api.create_service(name=name)
    group = lattice_api.create_target_group(
        name=f"{name}-group", type="LAMBDA", config={"lambdaEventStructureVersion": "V2"}
    )
    lattice_api.register_targets(targetGroupIdentifier=group["id"], targets=[{"id": function_arn}])
    cloud.client("lambda").add_permission(
        FunctionName=function_arn,
        StatementId=name,
        Action="lambda:InvokeFunction",
        Principal="vpc-lattice.amazonaws.com",
        SourceArn=group["arn"],
    )
    lattice_api.create_listener(
        serviceIdentifier=service["id"],
        name="https",
        protocol="HTTPS",
        defaultAction={"forward": {"targetGroups": [{"targetGroupIdentifier": group["id"]}]}},
    )
    return service
