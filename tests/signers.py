"""Signers as people write them, right and wrong, for requests and for httpx."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import requests
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

HOST = "orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws"
URL = f"https://{HOST}/orders/a%20b"
REGION = "us-west-2"
UNSIGNED = {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
# The environment does not have them: who watches must see them where botocore has them.
SESSION = Credentials("ASIASIGNERS", "made-up-secret", "made-up-token")

Signer = Callable[[str, str, Any], dict[str, str]]


def _sign(auth: Any, method: str, url: str, body: Any, preset: dict[str, str]) -> dict[str, str]:
    """The headers that one of botocore's signers adds."""
    request = AWSRequest(method, url, headers=preset, data=body)
    request.context["payload_signing_enabled"] = not preset
    auth.add_auth(request)
    return dict(request.headers.items())


def right(method: str, url: str, body: Any) -> dict[str, str]:
    """As AWS's own sample does it."""
    return _sign(SigV4Auth(SESSION, "vpc-lattice-svcs", REGION), method, url, body, UNSIGNED)


def signs_the_payload(method: str, url: str, body: Any) -> dict[str, str]:
    """As older samples do it, whose class now signs the body."""
    return _sign(S3SigV4Auth(SESSION, "vpc-lattice-svcs", REGION), method, url, body, {})


def leaves_out_the_payload_header(method: str, url: str, body: Any) -> dict[str, str]:
    """Botocore's signer, used as for other services."""
    return _sign(SigV4Auth(SESSION, "vpc-lattice-svcs", REGION), method, url, body, {})


def names_another_service(method: str, url: str, body: Any) -> dict[str, str]:
    """Signs for API Gateway."""
    return _sign(SigV4Auth(SESSION, "execute-api", REGION), method, url, body, UNSIGNED)


def leaves_the_token_unsigned(method: str, url: str, body: Any) -> dict[str, str]:
    """Adds the session token when everything has been signed."""
    keys = Credentials(SESSION.access_key, SESSION.secret_key)
    auth = SigV4Auth(keys, "vpc-lattice-svcs", REGION)
    return _sign(auth, method, url, body, UNSIGNED) | {"X-Amz-Security-Token": SESSION.token}


def encodes_twice(method: str, url: str, body: Any) -> dict[str, str]:
    """Encodes a path that is encoded."""
    parts = urlsplit(url)
    return right(method, urlunsplit(parts._replace(path=quote(parts.path))), body)


WRONG: dict[str, tuple[Signer, str]] = {
    "signed payload": (signs_the_payload, "InvalidSignatureException: Signed payloads are not supported"),
    "no payload header": (
        leaves_out_the_payload_header,
        "IncompleteSignatureException: Missing the 'x-amz-content-sha256' in canonical headers.",
    ),
    "another service": (
        names_another_service,
        "Credential should be scoped to DATE/us-west-2/vpc-lattice-svcs/aws4_request",
    ),
    "unsigned token": (leaves_the_token_unsigned, "x-amz-security-token is sent and not signed"),
    "double encoding": (encodes_twice, "The path was encoded once more before it was signed"),
}


class ForRequests(requests.auth.AuthBase):
    """One of them as requests takes it."""

    def __init__(self, sign: Signer) -> None:
        self._sign = sign

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._sign(str(request.method), str(request.url), request.body))
        return request


class ForHttpx(httpx.Auth):
    """One of them as httpx takes it, sync and async."""

    requires_request_body = True

    def __init__(self, sign: Signer) -> None:
        self._sign = sign

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers.update(self._sign(request.method, str(request.url), request.content))
        yield request
