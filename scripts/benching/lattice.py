"""`lattice dev` from outside: its command line on the network of this folder."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benching.processes import (
    ROOT,
    Address,
    BenchError,
    clean_environment,
    free_port,
    log_of,
    running,
    wait_until_it_answers,
)

NETWORK = Path(__file__).parent / "network"
LATTICE = ROOT / ".venv" / "bin" / "lattice"


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """A running network: its process, and how its function `hello` signs a call of the service `signed`."""

    process: subprocess.Popen[bytes]
    port: int
    credentials: dict[str, str]
    signed_host: str

    def address(self, service: str, path: str = "/") -> Address:
        return Address(port=self.port, host=f"{service}.localhost:{self.port}", path=path)


@contextmanager
def lattice_dev(
    name: str,
    target_port: int,
    *options: str,
    program: Path = LATTICE,
    environment: dict[str, str] | None = None,
    on_terminal: bool = False,
) -> Iterator[Lattice]:
    """The network of `network/`, whose HTTP target is on `target_port`."""
    port = free_port()
    command = [program, "dev", NETWORK / "template.yaml", "--region", "us-west-2", f"--port={port}"]
    command += ["--tls-port=0", "--control-port=0", f"--target=app=http://127.0.0.1:{target_port}"]
    command += [f"--code={each}Function={NETWORK}" for each in ("Hello", "Echo")]
    with tempfile.TemporaryDirectory() as folder:
        variables = {"XDG_RUNTIME_DIR": folder}  # this run is the only one that is found
        variables |= environment or {}
        with running(name, [*command, *options], environment=variables, on_terminal=on_terminal) as process:
            hello = Address(port=port, host=f"hello.localhost:{port}")
            wait_until_it_answers(name, hello, process)
            found = re.search(r"http://(signed-[\w.-]+)", log_of(name).read_text())
            if found is None:
                raise BenchError(f"{name} did not print the URL of the service signed; see {log_of(name)}.")
            credentials = _credentials(program, variables)
            yield Lattice(process=process, port=port, credentials=credentials, signed_host=found[1])


def _credentials(program: Path, variables: dict[str, str]) -> dict[str, str]:
    done = subprocess.run(
        [program, "credentials", "hello", "--json"],
        env=clean_environment() | variables,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BenchError(f"lattice credentials failed: {done.stderr}")
    said: dict[str, str] = json.loads(done.stdout)
    return said


def signed_requests(network: Lattice, count: int) -> list[bytes]:
    """GETs to the service `signed` as `hello`, each of another path, signed now."""
    host = network.signed_host
    return [_written(host, number, _signature(network, f"http://{host}/{number}")) for number in range(count)]


def unsigned_requests(network: Lattice, count: int) -> list[bytes]:
    """The same to the service `hello`, without a signature."""
    return [_written(network.address("hello").host, number, {}) for number in range(count)]


def _written(host: str, number: int, headers: dict[str, str]) -> bytes:
    fields = [f"{name}: {value}" for name, value in {"Host": host, **headers}.items()]
    return "\r\n".join([f"GET /{number} HTTP/1.1", *fields, "", ""]).encode("ascii")


def _signature(network: Lattice, url: str) -> dict[str, str]:
    """botocore's, so that nothing of ours signs what ours verifies."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    known = network.credentials
    request = AWSRequest("GET", url, headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
    request.context["payload_signing_enabled"] = False
    credentials = Credentials(
        known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"], known["AWS_SESSION_TOKEN"]
    )
    SigV4Auth(credentials, "vpc-lattice-svcs", known["AWS_REGION"]).add_auth(request)
    return dict(request.headers.items())
