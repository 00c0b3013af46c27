"""The credentials endpoint of a container: Lambda with SnapStart, ECS, EKS Pod Identity.

Source:
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import ipaddress
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from lattice_events.errors import MissingCredentialsError
from lattice_events.sigv4 import Credentials

_RELATIVE, _FULL = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN, _TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
_ECS = "169.254.170.2"
_PLAIN_HTTP_HOSTS = (_ECS, "169.254.170.23", "fd00:ec2::23")
_ATTEMPTS = 3
_TIMEOUT_SECONDS = 2.0
_LONGEST_ANSWER_BYTES = 65_536


def fetch_container_credentials() -> tuple[Credentials, float]:
    """Ask the endpoint for credentials.

    Returns:
        The credentials, and when they expire, seconds since 1970.

    Raises:
        MissingCredentialsError: The endpoint is not one that may be asked, does not answer, or
            answers something else.
    """
    url = _endpoint()
    headers = {"Accept": "application/json"}
    token = _authorization_token()
    if token:
        headers["Authorization"] = token
    opener = build_opener(ProxyHandler({}), _NoRedirects())  # the token goes past proxies, and nowhere else
    problem: Exception | None = None
    for _ in range(_ATTEMPTS):
        try:
            with opener.open(Request(url, headers=headers), timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - checked
                return _read(answer.read(_LONGEST_ANSWER_BYTES))
        except HTTPError as error:
            error.close()
            problem = error
        except OSError as error:
            problem = error
    raise MissingCredentialsError(
        f"The container credentials endpoint {_shown(url)} failed: {problem}"
    ) from problem


class _NoRedirects(HTTPRedirectHandler):
    """An endpoint that redirects is not one: the answer is an error."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _endpoint() -> str:
    """The URL to ask, which may be plain HTTP only on this machine's own addresses."""
    relative = os.environ.get(_RELATIVE)
    if relative:
        return f"http://{_ECS}/{relative.removeprefix('/')}"
    url = os.environ[_FULL]
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or (
        parts.scheme == "http" and (host in _PLAIN_HTTP_HOSTS or _is_loopback(host))
    ):
        return url
    raise MissingCredentialsError(
        f"{_FULL} names {_shown(url)}: a plain-HTTP endpoint must be on loopback or be that of ECS or EKS."
    )


def _is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _authorization_token() -> str | None:
    """The endpoint's own token, read anew each time, since EKS replaces the file."""
    file = os.environ.get(_TOKEN_FILE)
    if file:
        try:
            token = Path(file).read_text().strip()
        except OSError as error:
            raise MissingCredentialsError(f"{_TOKEN_FILE} cannot be read: {error}") from error
    else:
        token = os.environ.get(_TOKEN, "")
    if "\r" in token or "\n" in token:
        raise MissingCredentialsError("The container authorization token has a line break; it is not used.")
    return token or None


def _read(answer: bytes) -> tuple[Credentials, float]:
    """The credentials of an answer."""
    try:
        found: dict[str, Any] = json.loads(answer)
        credentials = Credentials(
            access_key_id=found["AccessKeyId"],
            secret_access_key=found["SecretAccessKey"],
            session_token=found.get("Token") or None,
        )
        return credentials, datetime.fromisoformat(found["Expiration"]).timestamp()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MissingCredentialsError(
            "The container credentials endpoint answered something else than AccessKeyId, SecretAccessKey, "
            "Token and Expiration."
        ) from error


def _shown(url: str) -> str:
    """Scheme and host of an endpoint; its path and query may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"
