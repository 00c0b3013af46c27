"""Signing one request: ours beside botocore, the Common Runtime and popular libraries, interleaved."""

import hashlib
import hmac
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.crt.auth
import httpx
import httpx_auth
import requests
from requests_aws4auth import AWS4Auth

from lattice_events import Headers, Request
from lattice_events.sigv4 import Credentials, sign_lattice, verify

try:
    import aws_sdk_signers
except ImportError:  # it needs Python 3.12
    aws_sdk_signers = None

ROUNDS = 15
LOOPS = 1000
HOST = "foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws"
URL = f"https://{HOST}/orders/7?x=1"
TOKEN = "t" * 900
HEADERS = {
    "accept": "*/*",
    "content-type": "application/json",
    "user-agent": "bench",
    "x-correlation": "1",
    "x-a": "b",
}
UNSIGNED = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}


def operations() -> dict[str, Callable[[], float]]:
    """What is timed; each tells the seconds that the signing itself took."""
    ours = Credentials(access_key_id="AK", secret_access_key="SK", session_token=TOKEN)
    theirs = botocore.credentials.Credentials("AK", "SK", TOKEN)
    pure = botocore.auth.SigV4Auth(theirs, "vpc-lattice-svcs", "us-west-2")
    crt = botocore.crt.auth.CrtSigV4Auth(theirs, "vpc-lattice-svcs", "us-west-2")
    aws4auth = AWS4Auth("AK", "SK", "us-west-2", "vpc-lattice-svcs", session_token=TOKEN)
    httpxauth = httpx_auth.AWS4Auth("AK", "SK", "us-west-2", "vpc-lattice-svcs", security_token=TOKEN)
    pairs = list(HEADERS.items())
    key, text = b"k" * 32, b"x" * 200
    canonical = b"c" * 1300

    def signed() -> Request:
        now = datetime.now(UTC)
        done = sign_lattice("GET", URL, headers=pairs, credentials=ours, region="us-west-2", now=now)
        return Request(method="GET", path="/orders/7", query_string="x=1", headers=Headers(done.headers))

    def timed(prepare: Callable[[], Any], sign: Callable[[Any], object]) -> float:
        request = prepare()
        started = time.perf_counter()
        sign(request)
        return time.perf_counter() - started

    def aws_request() -> Any:
        request = botocore.awsrequest.AWSRequest("GET", URL, headers={**HEADERS, **UNSIGNED})
        request.context["payload_signing_enabled"] = False
        return request

    def prepared() -> Any:
        return requests.Request("GET", URL, headers={**HEADERS, **UNSIGNED}).prepare()

    others = {"aws-sdk-signers": lambda: timed(*of_sdk_signers())} if aws_sdk_signers else {}
    return {
        "lattice_events": lambda: timed(
            lambda: None,
            lambda _: sign_lattice(
                "GET", URL, headers=pairs, credentials=ours, region="us-west-2", now=datetime.now(UTC)
            ),
        ),
        "lattice_events verify": lambda: timed(
            signed, lambda request: verify(request, {"AK": ours}.get, datetime.now(UTC), region="us-west-2")
        ),
        "bare crypto: one SHA-256, one HMAC": lambda: timed(
            lambda: None,
            lambda _: (hashlib.sha256(canonical).hexdigest(), hmac.digest(key, text, "sha256").hex()),
        ),
        "botocore SigV4Auth.add_auth": lambda: timed(aws_request, pure.add_auth),
        "botocore CrtSigV4Auth.add_auth (AWS's sample)": lambda: timed(aws_request, crt.add_auth),
        "requests-aws4auth": lambda: timed(prepared, aws4auth),
        "httpx-auth": lambda: timed(
            lambda: httpx.Request("GET", URL, headers=HEADERS),
            lambda request: next(httpxauth.auth_flow(request)),
        ),
        **others,
    }


@cache
def of_sdk_signers() -> tuple[Callable[[], Any], Callable[[Any], object]]:
    """How aws-sdk-signers makes a request, and signs it as VPC Lattice takes it."""
    signer = aws_sdk_signers.SigV4Signer()
    identity = aws_sdk_signers.AWSCredentialIdentity(
        access_key_id="AK", secret_access_key="SK", session_token=TOKEN
    )
    properties = {
        "region": "us-west-2",
        "service": "vpc-lattice-svcs",
        "payload_signing_enabled": False,
        "content_checksum_enabled": True,
    }

    def prepare() -> Any:
        fields = [aws_sdk_signers.Field(name=name, values=[value]) for name, value in HEADERS.items()]
        return aws_sdk_signers.AWSRequest(
            destination=aws_sdk_signers.URI(host=HOST, path="/orders/7", query="x=1"),
            method="GET",
            body=None,
            fields=aws_sdk_signers.Fields(fields),
        )

    return prepare, lambda request: signer.sign(request=request, identity=identity, properties=properties)


def main() -> int:
    timed = operations()
    for each in timed.values():
        each()
    rounds = [
        {name: sum(each() for _ in range(LOOPS)) / LOOPS * 1e6 for name, each in timed.items()}
        for _ in range(ROUNDS)
    ]
    ours = "lattice_events"
    result = {
        "rounds": ROUNDS,
        "us": {name: round(statistics.median(each[name] for each in rounds), 1) for name in timed},
        "times_as_fast_as": {
            name: round(statistics.median(each[name] / each[ours] for each in rounds), 2)
            for name in timed
            if name != ours
        },
    }
    if "--json" in sys.argv[1:]:
        print(json.dumps(result))
        return 0
    print(f"{'µs to sign a GET':<48}{'µs':>8}{'ours is … times as fast':>26}")
    for name, value in result["us"].items():
        print(f"{name:<48}{value:>8}{result['times_as_fast_as'].get(name, ''):>26}")
    if aws_sdk_signers is None:
        print("aws-sdk-signers is not installed: it needs Python 3.12, and .venv has another.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
