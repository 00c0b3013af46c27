"""Popular signing libraries on the shapes of tests/integration/client/test_wire.py; the table of docs/call.md.

Each library is used as its own documentation shows, with the header that VPC Lattice wants preset,
which is as much as a careful user would do. A request counts if its signature verifies.
"""

import importlib.metadata
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.crt.auth
import httpx
import httpx_auth
import requests
from aws_requests_auth.aws_auth import AWSRequestsAuth
from requests_auth_aws_sigv4 import AWSSigV4
from requests_aws4auth import AWS4Auth

sys.path.insert(0, str(Path(__file__).parents[1]))
from lattice_events.client.httpx import LatticeAuth
from lattice_events.testing import LatticeService
from lattice_events.testing.service import CREDENTIALS, REGION
from tests.integration.client.test_wire import SHAPES, Shape, body_of

NAME = "vpc-lattice-svcs"
KEY = (CREDENTIALS.access_key_id, CREDENTIALS.secret_access_key)
TOKEN = CREDENTIALS.session_token
UNSIGNED = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}


def with_session(service: LatticeService, shape: Shape) -> None:
    """Ours."""
    with service.session(max_retries=0) as session:
        session.request(
            shape.method, service.url + shape.path, headers=dict(shape.headers), data=body_of(shape)
        )


def with_our_httpx(service: LatticeService, shape: Shape) -> None:
    """Ours, for httpx."""
    with httpx.Client(auth=LatticeAuth(**service.options)) as client:
        client.request(
            shape.method, service.url + shape.path, headers=dict(shape.headers), content=body_of(shape)
        )


def with_requests(make: Callable[[str], Any]) -> Callable[[LatticeService, Shape], None]:
    """An ``auth=`` of requests."""

    def send(service: LatticeService, shape: Shape) -> None:
        requests.request(
            shape.method,
            service.url + shape.path,
            headers={**dict(shape.headers), **UNSIGNED},
            data=body_of(shape),
            auth=make(urlsplit(service.url).netloc),
            timeout=10,
        )

    return send


def with_botocore(signer: Any) -> Callable[[LatticeService, Shape], None]:
    """AWS's own sample for VPC Lattice, with this signer."""

    def send(service: LatticeService, shape: Shape) -> None:
        request = botocore.awsrequest.AWSRequest(
            shape.method,
            service.url + shape.path,
            headers={**dict(shape.headers), **UNSIGNED},
            data=body_of(shape),
        )
        request.context["payload_signing_enabled"] = False
        signer(botocore.credentials.Credentials(*KEY, TOKEN), NAME, REGION).add_auth(request)
        prepared = request.prepare()
        requests.request(
            prepared.method, prepared.url, headers=prepared.headers, data=body_of(shape), timeout=10
        )

    return send


def with_httpx_auth(service: LatticeService, shape: Shape) -> None:
    """httpx-auth."""
    auth = httpx_auth.AWS4Auth(*KEY, REGION, NAME, security_token=TOKEN)
    with httpx.Client(auth=auth) as client:
        client.request(
            shape.method,
            service.url + shape.path,
            headers={**dict(shape.headers), **UNSIGNED},
            content=body_of(shape),
        )


LIBRARIES: dict[str, tuple[str, Callable[[LatticeService, Shape], None]]] = {
    "lattice-events, requests": ("", with_session),
    "lattice-events, httpx": ("", with_our_httpx),
    "botocore `SigV4Auth` + requests": ("botocore", with_botocore(botocore.auth.SigV4Auth)),
    "botocore `CrtSigV4Auth` + requests (AWS's sample)": ("botocore", with_botocore(botocore.crt.auth.CrtSigV4Auth)),
    "requests-aws4auth": (
        "requests-aws4auth",
        with_requests(lambda _: AWS4Auth(*KEY, REGION, NAME, session_token=TOKEN)),
    ),
    "requests-auth-aws-sigv4": (
        "requests-auth-aws-sigv4",
        with_requests(
            lambda _: AWSSigV4(
                NAME, region=REGION, aws_access_key_id=KEY[0], aws_secret_access_key=KEY[1], aws_session_token=TOKEN
            )
        ),
    ),
    "aws-requests-auth": (
        "aws-requests-auth",
        with_requests(lambda host: AWSRequestsAuth(*KEY, host, REGION, NAME, aws_token=TOKEN)),
    ),
    "httpx-auth": ("httpx-auth", with_httpx_auth),
}  # fmt: skip


def try_library(send: Callable[[LatticeService, Shape], None]) -> tuple[int, Counter[str]]:
    """How many shapes verify, and why the others do not."""
    taken, failures = 0, Counter[str]()
    for shape in SHAPES.values():
        with LatticeService() as service:
            try:
                send(service, shape)
            except Exception as error:  # noqa: BLE001 - whatever a library raises is a result here
                failures[type(error).__name__] += 1
                continue
            verification = service.verifications[-1]
            if verification.accepted:
                taken += 1
            else:
                failures[verification.differs or ""] += 1
    return taken, failures


def main() -> None:
    print(f"| library | taken, of {len(SHAPES)} | why not |")
    print("|---|---|---|")
    for name, (distribution, send) in LIBRARIES.items():
        taken, failures = try_library(send)
        version = f" {importlib.metadata.version(distribution)}" if distribution else ""
        why = ", ".join(f"{reason} {count}" for reason, count in failures.most_common())
        print(f"| {name}{version} | {taken} | {why} |", flush=True)


if __name__ == "__main__":
    main()
