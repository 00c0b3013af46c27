"""Requests that fail, each for a reason of its own: how each is made, and what must be said of it."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from lattice_events.sigv4 import Credentials, sign_lattice
from tests.integration.running import Running, lattice_dev

FOLDER = Path(__file__).parent / "causes"
REGION = "us-east-1"
FUNCTIONS = (
    "ShapelessFunction",
    "RaisingFunction",
    "SlowFunction",
    "UnimportableFunction",
    "ThrottledFunction",
)

Headers = Sequence[tuple[str, str]]
Sign = Callable[[str, str, Credentials], Headers]


class Cause(NamedTuple):
    """What is wrong with a request, and what is said of it.

    Attributes:
        name: As docs/inspector.md has it.
        status: Of the answer.
        says: The last line of the reason; ``…`` stands for what differs from run to run.
        service: That is called.
        path: Names the cause in the list.
        sign: Gives the headers; ``None`` for an unsigned request.
        caller: Who signs.
        method: Of the request.
    """

    name: str
    status: int
    says: str
    service: str
    path: str
    sign: Sign | None = None
    caller: str = "reader"
    method: str = "GET"

    @property
    def pattern(self) -> re.Pattern[str]:
        """What a text must have."""
        return re.compile(".+?".join(map(re.escape, self.says.split("…"))))


def rightly(method: str, url: str, credentials: Credentials, now: datetime | None = None) -> Headers:
    return sign_lattice(
        method, url, headers=[], credentials=credentials, region=REGION, now=now or datetime.now(UTC)
    ).headers


def by_a_slow_clock(method: str, url: str, credentials: Credentials) -> Headers:
    return rightly(method, url, credentials, datetime.now(UTC) - timedelta(minutes=20))


def with_real_credentials(method: str, url: str, _: Credentials) -> Headers:
    real = Credentials(
        access_key_id="ASIAIOSFODNN7EXAMPLE", secret_access_key="of-aws", session_token="of-aws"
    )
    return rightly(method, url, real)


def without_token(method: str, url: str, credentials: Credentials) -> Headers:
    return rightly(
        method,
        url,
        Credentials(access_key_id=credentials.access_key_id, secret_access_key=credentials.secret_access_key),
    )


def by_another_signer(
    *, payload: str | None = "UNSIGNED-PAYLOAD", service: str = "vpc-lattice-svcs", region: str = REGION
) -> Sign:
    """What botocore's signer makes of a request, which knows nothing of VPC Lattice."""

    def sign(method: str, url: str, credentials: Credentials) -> Headers:
        own = ReadOnlyCredentials(
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        )
        request = AWSRequest(method, url, headers={"x-amz-content-sha256": payload} if payload else {})
        request.context["payload_signing_enabled"] = payload != "UNSIGNED-PAYLOAD"
        SigV4Auth(own, service, region).add_auth(request)
        return [(name, str(value)) for name, value in request.headers.items()]

    return sign


_VISITOR = "arn:aws:sts::123456789012:assumed-role/visitor/visitor"
_HASH = hashlib.sha256().hexdigest()  # of an empty body
CAUSES = (
    Cause(
        "The payload is signed",
        403,
        "Signed payloads are not supported",
        "ledger",
        "/payload",
        by_another_signer(payload=_HASH),
    ),
    Cause(
        "The signer leaves `x-amz-content-sha256` out",
        403,
        "Missing the 'x-amz-content-sha256' in canonical headers.",
        "ledger",
        "/hash",
        by_another_signer(payload=None),
    ),
    Cause(
        "The signature is for another service name",
        403,
        "Credential should be scoped to DATE/us-east-1/vpc-lattice-svcs/aws4_request, not …/us-east-1/execute-api/aws4_request.",
        "ledger",
        "/name",
        by_another_signer(service="execute-api"),
    ),
    Cause(
        "The signature is for another Region",
        403,
        "Credential should be scoped to DATE/us-east-1/vpc-lattice-svcs/aws4_request, not …/eu-west-1/vpc-lattice-svcs/aws4_request.",
        "ledger",
        "/region",
        by_another_signer(region="eu-west-1"),
    ),
    Cause(
        "The clock is twenty minutes slow",
        403,
        "Signature expired: … is too long ago.",
        "ledger",
        "/clock",
        by_a_slow_clock,
    ),
    Cause(
        "The credentials are real ones, or of an earlier run",
        403,
        "No caller here has the access key ASIAIOSFODNN7EXAMPLE: real credentials mean nothing to this network, and those that it makes up are new with every run. lattice credentials NAME prints those of a caller.",
        "ledger",
        "/real",
        with_real_credentials,
    ),
    Cause(
        "The session token is missing",
        403,
        "The header x-amz-security-token is not there, or is not that of the access key …: key, secret and token belong together, and are new with every run.",
        "ledger",
        "/token",
        without_token,
    ),
    Cause(
        "The request is not signed",
        403,
        "denied by the auth policy of the service ledger: an anonymous caller may not GET /unsigned",
        "ledger",
        "/unsigned",
    ),
    Cause(
        "No statement of the service's auth policy matches",
        403,
        "no statement allows it; the nearest, CallersRead, lacks Condition.StringEquals vpc-lattice-svcs:RequestMethod: is POST, wanted GET",
        "ledger",
        "/post",
        rightly,
        method="POST",
    ),
    Cause(
        "A Deny statement of it matches",
        403,
        "denied by NoDeletes",
        "ledger",
        "/delete",
        rightly,
        method="DELETE",
    ),
    Cause(
        "The service network's auth policy does not allow it",
        403,
        "denied by the auth policy of the service network guests: arn:aws:sts::123456789012:assumed-role/reader/reader may not GET /guests",
        "lounge",
        "/guests",
        rightly,
    ),
    Cause(
        "The caller's role has no permission",
        403,
        f"denied by the IAM policies of arn:aws:iam::123456789012:role/visitor: {_VISITOR} may not GET /visitor",
        "ledger",
        "/visitor",
        rightly,
        caller="visitor",
    ),
    Cause("The handler raises", 502, "KeyError: 'coffee'", "open", "/raising"),
    Cause(
        "The handler returns no response",
        502,
        "statusCode is missing; the object has message.",
        "open",
        "/shapeless/object",
    ),
    Cause(
        "The response has more than 6 MB",
        502,
        "Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "open",
        "/shapeless/large",
    ),
    Cause(
        "The function runs out of time",
        502,
        "Sandbox.Timedout: RequestId: … Error: Task timed out after 1.00 seconds",
        "open",
        "/slow",
    ),
    Cause(
        "The function lacks a package",
        502,
        "Runtime.ImportModuleError: Unable to import module 'unimportable': No module named 'of_no_layer'",
        "open",
        "/unimportable",
    ),
    Cause(
        "Lambda throttles the function",
        502,
        "Lambda throttles the function: its reserved concurrency is 0, and as many invocations run",
        "open",
        "/throttled",
    ),
    Cause(
        "The server of a pod is not up",
        503,
        "http://127.0.0.1:…: no connection: nothing listens there",
        "pod-default",
        "/pod",
    ),
)


@contextmanager
def failing() -> Iterator[Running]:
    """`lattice dev` on the network in which requests fail; nothing listens for its pod."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        arguments = [f"--code={name}={FOLDER / 'code'}" for name in FUNCTIONS]
        with lattice_dev(
            FOLDER / "template.yaml",
            FOLDER / "pod.yaml",
            *arguments,
            f"--target=default/pod=http://127.0.0.1:{port}",
        ) as running:
            yield running


def send(running: Running, cause: Cause, credentials: Credentials) -> int:
    """Make a request fail; its status."""
    url = f"{running.service(cause.service)['url']}{cause.path}"
    headers = cause.sign(cause.method, url, credentials) if cause.sign else ()
    given = [argument for name, value in headers for argument in ("-H", f"{name}: {value}")]
    return running.get(url, "-X", cause.method, *given)[0]
