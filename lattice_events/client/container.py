"""The credentials endpoint of a container: Lambda with SnapStart, ECS, EKS Pod Identity.

Source:
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import time
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from lattice_events.client.scope import split_url
from lattice_events.client.time_left import start_clock
from lattice_events.errors import ExpiredCredentialsError, MissingCredentialsError, SigningError
from lattice_events.sigv4 import Credentials

_RELATIVE, _FULL = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN, _TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
_ECS = "169.254.170.2"
_PLAIN_HTTP_HOSTS = (_ECS, "169.254.170.23", "fd00:ec2::23")
_ATTEMPTS = 3
_TIMEOUT_SECONDS = 2.0
_LONGEST_ANSWER_BYTES = 65_536
_WORD = re.compile("[!-~]+")  # what a URL, and a header of one token, may hold
_WHAT_TO_DO = (
    "Check the agent behind it: on EKS the Pod Identity association of the pod's service account, on ECS "
    "the task role."
)


def fetch_container_credentials() -> tuple[Credentials, float]:
    """Ask the endpoint for credentials, within the time of the call that they are for.

    Returns:
        The credentials, and when they expire, seconds since 1970.

    Raises:
        MissingCredentialsError: The endpoint is not one that may be asked, does not answer in time,
            refuses, or answers something else.
        ExpiredCredentialsError: It answers credentials that have expired.
    """
    url = _endpoint()
    headers = {"Accept": "application/json"}
    token = _authorization_token()
    if token:
        headers["Authorization"] = token
    request = Request(url, headers=headers)  # noqa: S310 - checked
    opener = build_opener(ProxyHandler({}), _NoRedirects())  # the token goes past proxies, and nowhere else
    seconds_left = start_clock()
    problem = "the call had no time left"
    for _ in range(_ATTEMPTS):
        # Half of what is left: the call itself needs some too.
        timeout = min(_TIMEOUT_SECONDS, seconds_left() / 2)
        if timeout <= 0:
            break
        try:
            with opener.open(request, timeout=timeout) as answer:
                return _read(answer.read(_LONGEST_ANSWER_BYTES))
        except HTTPError as error:
            problem = _refusal(error)
            if error.code < 500:
                break  # it would say the same again
        except OSError as error:
            problem = str(getattr(error, "reason", error))  # of URLError
        except HTTPException as error:
            problem = f"its answer is not HTTP ({type(error).__name__})"
    raise MissingCredentialsError(
        f"The container credentials endpoint {_shown(url)} failed: {problem.rstrip('.')}. {_WHAT_TO_DO}"
    )


def _refusal(error: HTTPError) -> str:
    """What an answer that is no success says."""
    said = str(error)
    with error:
        try:
            message = json.loads(error.read(_LONGEST_ANSWER_BYTES))["message"]
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return said
    return f"{said}: {message}"


class _NoRedirects(HTTPRedirectHandler):
    """An endpoint that redirects is not one: the answer is an error."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _endpoint() -> str:
    """The URL to ask, which may be plain HTTP only on this machine's own addresses."""
    relative = os.environ.get(_RELATIVE, "").strip()
    name = _RELATIVE if relative else _FULL
    url = f"http://{_ECS}/{relative.removeprefix('/')}" if relative else os.environ[_FULL].strip()
    parts = split_url(url) if _WORD.fullmatch(url) else None
    if parts is None:
        raise MissingCredentialsError(
            f"{name} is not an http or https URL: its host or port cannot be read, or it has a space, a line "
            "break or a character that is not ASCII."
        )
    host = parts.hostname or ""
    if parts.scheme == "https" or (
        parts.scheme == "http" and (host in _PLAIN_HTTP_HOSTS or _is_loopback(host))
    ):
        return url
    raise MissingCredentialsError(
        f"{name} names {_shown(url)}: a plain-HTTP endpoint must be on loopback or be that of ECS or EKS."
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
    name = _TOKEN_FILE if file else _TOKEN
    if file:
        try:
            token = Path(file).read_text(encoding="utf-8", errors="replace").strip()
        except OSError as error:
            raise MissingCredentialsError(f"{_TOKEN_FILE} cannot be read: {error}") from error
    else:
        token = os.environ.get(_TOKEN, "").strip()
    if not (token.isascii() and token.isprintable()):
        raise MissingCredentialsError(
            f"The token of {name} has a line break or another character that a header may not contain, so it is not sent."
        )
    return token or None


def _read(answer: bytes) -> tuple[Credentials, float]:
    """The credentials of an answer."""
    try:
        found: dict[str, Any] = json.loads(answer)
        credentials = Credentials(
            access_key_id=found["AccessKeyId"],
            secret_access_key=found["SecretAccessKey"],
            session_token=found.get("Token"),
        )
        expires_at = datetime.fromisoformat(found["Expiration"]).timestamp()
    except (ValueError, KeyError, TypeError, AttributeError, SigningError):
        # The cause is left out: it may hold the answer.
        raise MissingCredentialsError(
            "The container credentials endpoint did not answer with AccessKeyId, SecretAccessKey, "
            f"Token and Expiration. {_WHAT_TO_DO}"
        ) from None
    if expires_at <= time.time():
        raise ExpiredCredentialsError(
            f"The container credentials endpoint answered with credentials that expired at {found['Expiration']}. "
            f"Check the clock of this machine. {_WHAT_TO_DO}"
        )
    return credentials, expires_at


def _shown(url: str) -> str:
    """Scheme and host of an endpoint; its path and query may be secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"
