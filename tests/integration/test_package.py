"""The sample as it would be deployed: packaged without AWS, linted, and run from the zip."""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lattice_events.local.functions.invocation import Invocation
from tests.files import load_event
from tests.integration.invoking import Told, runtime_api
from tests.integration.running import BIN, ROOT, clean_environment, package_sample


def test_packaging_a_second_time_needs_no_index(sample_package: Path, tmp_path: Path) -> None:
    done = package_sample(tmp_path, PIP_NO_INDEX="1")

    assert done.returncode == 0, done.stdout + done.stderr


def test_cfn_lint_has_nothing_to_say(sample_package: Path) -> None:
    template = sample_package / "cloudformation-template-update-stack.json"
    done = subprocess.run(
        [BIN / "cfn-lint", "--regions", "ap-northeast-1", "--", template], capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (0, "")


@pytest.fixture(scope="module")
def unpacked(sample_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip in an empty folder."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(sample_package / "sample.zip") as archive:
        archive.extractall(folder)
    return folder


def test_the_zip_is_small_and_has_what_runs_only(sample_package: Path, unpacked: Path) -> None:
    size = (sample_package / "sample.zip").stat().st_size
    print(f"sample.zip: {size:,} bytes")

    assert size < 6_000_000  # Powertools, FastAPI and requests, for arm64
    assert not (unpacked / "lattice_events" / "local").exists()
    assert not (unpacked / "tests").exists()
    assert (unpacked / "lattice_events" / "client" / "requests.py").exists()


# The zip first, then the standard library, then the runtime client; no site-packages.
ISOLATED = """
import os, sys
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
sys.path.append(os.environ["CLIENT"])
from awslambdaric.__main__ import main
main(["", sys.argv[1]])
"""


def copy_distributions(target: Path, *names: str) -> None:
    """Copy installed distributions, native parts and all."""
    for name in names:
        for file in importlib.metadata.files(name) or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and source.is_file():
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target / file)


async def run_from_zip(unpacked: Path, handler: str, event: Any, **variables: str) -> Any:
    """The answer of a function that has the zip and the runtime client on its path, and nothing else."""
    client = unpacked.parent / "runtime-client"
    copy_distributions(client, "awslambdaric", "simplejson", "snapshot-restore-py")
    told = Told()
    api = runtime_api(told)
    address = await api.start()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", ISOLATED, handler),
        cwd=unpacked,
        env={
            "AWS_LAMBDA_RUNTIME_API": address,
            "LAMBDA_TASK_ROOT": str(unpacked),
            "CLIENT": str(client),
            "AWS_REGION": "ap-northeast-1",
            "AWS_ACCESS_KEY_ID": "AK",
            "AWS_SECRET_ACCESS_KEY": "SK",
            "PATH": os.defpath,
            **variables,
        },
    )
    api.offer(Invocation(json.dumps(event).encode()))
    try:
        outcome = await asyncio.wait_for(told.outcome, 30)
    finally:
        process.kill()
        await process.wait()
        api.close()
    assert outcome.error_type is None, outcome.payload
    return json.loads(outcome.payload)


def test_the_zip_tells_the_first_story(unpacked: Path) -> None:
    answer = asyncio.run(run_from_zip(unpacked, "handlers/hello.hello", load_event("v2")))

    assert (answer["statusCode"], answer["body"]) == (200, "Hello Foo Lambda!!")


@pytest.fixture
def eks_app() -> Iterator[str]:
    """The pod's own server, in a process as it runs in the cluster."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", PORT_TELLER, ROOT / "k8s" / "server.py"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.terminate()
    process.wait()
    process.stdout.close()


# Runs the server on port 0 and says which port it got.
PORT_TELLER = """
import runpy, sys
names = runpy.run_path(sys.argv[1])
from http.server import ThreadingHTTPServer
server = ThreadingHTTPServer(("127.0.0.1", 0), names["Handler"])
print(server.server_address[1])
server.serve_forever()
"""


def test_the_zip_tells_the_second_story(unpacked: Path, eks_app: str) -> None:
    answer = asyncio.run(
        run_from_zip(unpacked, "handlers/eks_client.client", {}, LATTICE_SERVICE_EKS_APP_DEFAULT_URL=eks_app)
    )

    assert (answer["statusCode"], answer["body"]) == (200, "from EKS: Hello Bar EKS Pod!!")


def test_deploy_refuses_placeholders_by_name_before_aws_is_called() -> None:
    done = subprocess.run(
        ["node", ROOT / "scripts" / "placeholders.js", "--param", "vpcId=vpc-0123456789abcdef0"],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 2
    assert '--param="serviceNetworkArn=…"' in done.stderr
    assert "vpcId" not in done.stderr


def test_deploy_goes_on_when_every_parameter_is_given() -> None:
    given = (
        "serviceNetworkArn=arn",
        "eksAppUrl=https://x",
        "vpcId=v",
        "subnetIdA=a",
        "subnetIdB=b",
        "latticePrefixListId=p",
    )
    params = [argument for each in given for argument in ("--param", each)]
    done = subprocess.run(
        ["node", ROOT / "scripts" / "placeholders.js", *params],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, "")
