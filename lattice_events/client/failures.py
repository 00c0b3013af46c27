"""The errors of calls that got no answer, with what to check: VPC Lattice's own silence has few causes.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/troubleshooting.html
    https://repost.aws/articles/ARg-3LGvekQsuXfI6oqtSWqA
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lattice_events.client.time_left import SecondsLeft
from lattice_events.errors import CallError, DeadlineExceededError, UnreachableError

Found = TypeVar("Found")

_SILENT = "Check that the function's VPC is associated with the service network, that the service is too, that the function's security group allows traffic to the VPC Lattice prefix list, and that the association's security group allows traffic from the function."
_NO_NAME = (
    "The name does not resolve: check its spelling, that the VPC has DNS support, and for a custom domain "
    "name its CNAME or alias record."
)
_PROXY = "The proxy of the environment did not connect: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
_TLS = (
    "TLS failed: for a custom domain name check that the service has its certificate, and that the client "
    "trusts the authority."
)


def not_connected(host: str, error: BaseException, request_id: str | None) -> UnreachableError:
    """The error of a call that made no connection."""
    text = f"{type(error).__name__} {error}"  # of requests: it holds what urllib3 and the system said
    if text.startswith("ProxyError"):
        hint = _PROXY
    elif "CERTIFICATE" in text.upper() or "SSL" in text.upper():
        hint = _TLS
    elif "resolve" in text or "getaddrinfo" in text or "Name or service" in text:
        hint = _NO_NAME
    else:
        hint = _SILENT
    return UnreachableError(f"{host} cannot be reached.", request_id=request_id, hint=hint)


def broken(host: str, request_id: str | None) -> CallError:
    """The error of a call whose connection broke before the answer was complete."""
    return CallError(
        f"The connection to {host} broke before the answer was complete.",
        request_id=request_id,
        hint="The target may have crashed: check its log and the access log of the service.",
    )


def deadline_exceeded(host: str, request_id: str | None) -> DeadlineExceededError:
    """The error of a call that did not end in time."""
    return DeadlineExceededError(
        f"{host} did not answer within the time of the call.",
        request_id=request_id,
        hint="Give the function a longer timeout, or check what the target waits for.",
    )


def credentials_too_slow(host: str, request_id: str | None) -> DeadlineExceededError:
    """The error of a call whose time went by before it could be signed."""
    return DeadlineExceededError(
        f"Finding AWS credentials took all the time of the call; {host} was not asked.",
        request_id=request_id,
        hint="Check where they come from: the function given as credentials, or the container endpoint, STS, SSO or process that is set up. Or give the function a longer timeout.",
    )


def find_in_time(
    find: Callable[[], Found], *, seconds_left: SecondsLeft, host: str, request_id: str | None
) -> Found:
    """Credentials, for a call that still has time.

    Raises:
        DeadlineExceededError: It has none; the error says who took it.
    """
    if seconds_left() <= 0:
        raise deadline_exceeded(host, request_id)
    found = find()
    if seconds_left() <= 0:
        raise credentials_too_slow(host, request_id)
    return found
