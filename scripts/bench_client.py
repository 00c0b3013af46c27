"""A client function's cold start, and what a signed call adds to the HTTP library's own cost."""

import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import requests

from lattice_events.client import LatticeSession
from lattice_events.client.httpx import LatticeAuth
from lattice_events.sigv4 import Credentials
from lattice_events.testing import LatticeService
from lattice_events.testing.service import CREDENTIALS, REGION

ROOT = Path(__file__).parents[1]
ROUNDS = 15
LOOPS = 200
URL = "https://foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws/orders/7"
BOOTSTRAP = """
import sys, time, os
import awslambdaric.bootstrap
started = time.perf_counter()
{program}
print((time.perf_counter() - started) * 1000)
"""
OURS = """
from lattice_events.client import LatticeSession
session = LatticeSession(hosts={"127.0.0.1": "us-west-2"})
assert session.get(os.environ["SERVICE_URL"]).text == "OK"
"""
# As AWS's own Python sample for VPC Lattice does it: boto3's credentials, the Common Runtime, requests.
AWS_SAMPLE = """
import boto3
from botocore.awsrequest import AWSRequest
from botocore.crt.auth import CrtSigV4Auth
import requests
credentials = boto3.Session().get_credentials()
signer = CrtSigV4Auth(credentials, "vpc-lattice-svcs", "us-west-2")
request = AWSRequest("GET", os.environ["SERVICE_URL"] + "/", headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
request.context["payload_signing_enabled"] = False
signer.add_auth(request)
prepared = request.prepare()
assert requests.get(prepared.url, headers=prepared.headers).text == "OK"
"""


def first_call_ms(program: str, service: LatticeService) -> float:
    """Milliseconds of imports and a first signed call, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", BOOTSTRAP.format(program=program)],
        cwd=ROOT,
        env={
            "PATH": os.defpath,
            "SERVICE_URL": service.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
            "AWS_SESSION_TOKEN": CREDENTIALS.session_token or "",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


class Memory(requests.adapters.BaseAdapter):
    """A transport that answers from memory."""

    def send(self, request: Any, *_: Any, **__: Any) -> requests.Response:
        """The same answer each time."""
        response = requests.Response()
        response.status_code, response.raw = 200, io.BytesIO(b"OK")
        response.request, response.url = request, request.url
        return response

    def close(self) -> None:
        """Nothing is open."""


def in_memory() -> dict[str, Callable[[], object]]:
    """A call of `requests.Session` and of ours over the same transport."""
    known = Credentials(access_key_id="AK", secret_access_key="SK", session_token="t" * 900)
    bare, ours = requests.Session(), LatticeSession(credentials=lambda: known)
    for session in (bare, ours):
        session.mount("https://", Memory())
        session.trust_env = False
    return {
        "requests.Session": lambda: bare.get(URL, allow_redirects=False),
        "LatticeSession": lambda: ours.get(URL),
    }


# A process of its own, which checks no signature: what it does is not what is measured.
SERVER = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@contextmanager
def plain_server() -> Iterator[str]:
    """The URL of a server on loopback."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        finally:
            process.kill()


def kept_alive(url: str) -> dict[str, Callable[[], object]]:
    """A call on a kept connection to loopback."""
    options: dict[str, Any] = {"hosts": {"127.0.0.1": REGION}, "credentials": lambda: CREDENTIALS}
    bare, ours = requests.Session(), LatticeSession(**options)
    bare_httpx, our_httpx = httpx.Client(), httpx.Client(auth=LatticeAuth(**options))
    return {
        "requests.Session": lambda: bare.get(url),
        "LatticeSession": lambda: ours.get(url),
        "httpx.Client": lambda: bare_httpx.get(url),
        "httpx.Client with LatticeAuth": lambda: our_httpx.get(url),
    }


def medians_us(operations: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median microseconds of each, over interleaved rounds."""

    def once(operation: Callable[[], object]) -> float:
        started = time.perf_counter()
        for _ in range(LOOPS):
            operation()
        return (time.perf_counter() - started) / LOOPS * 1e6

    rounds = [{name: once(each) for name, each in operations.items()} for _ in range(ROUNDS)]
    return {name: round(statistics.median(each[name] for each in rounds), 1) for name in operations}


def main() -> int:
    with LatticeService(allow_anonymous=True) as service:
        for program in (OURS, AWS_SAMPLE):
            first_call_ms(program, service)  # writes the bytecode
        firsts = [(first_call_ms(OURS, service), first_call_ms(AWS_SAMPLE, service)) for _ in range(ROUNDS)]
        memory = medians_us(in_memory())
    with plain_server() as url:
        alive = medians_us(kept_alive(url))
    result = {
        "rounds": ROUNDS,
        "import_and_first_call_ms": {
            "LatticeSession": round(statistics.median(ours for ours, _ in firsts), 1),
            "boto3 + requests, as AWS's sample": round(statistics.median(peer for _, peer in firsts), 1),
            "ratio": round(statistics.median(ours / peer for ours, peer in firsts), 3),
        },
        "call_from_memory_us": {
            **memory,
            "added by signing": round(memory["LatticeSession"] - memory["requests.Session"], 1),
        },
        "kept_connection_us": {
            **alive,
            "ratio, requests": round(alive["LatticeSession"] / alive["requests.Session"], 2),
            "ratio, httpx": round(alive["httpx.Client with LatticeAuth"] / alive["httpx.Client"], 2),
        },
    }
    if "--json" in sys.argv[1:]:
        print(json.dumps(result))
        return 0
    for title, values in result.items():
        if isinstance(values, dict):
            print(title)
            for name, value in values.items():
                print(f"  {name:<46}{value:>9}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
