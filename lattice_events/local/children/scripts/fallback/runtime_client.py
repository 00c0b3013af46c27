"""The four functions of awslambdaric's native client, over a bare socket.

awslambdaric ships its native module for Linux only; elsewhere this one takes its place.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import os
from collections.abc import Mapping

from bare_http import Connection  # type: ignore[import-not-found]  # run.py has its folder on the path

_BASE = "/2018-06-01/runtime/invocation"
_DEADLINE = "Lambda-Runtime-Deadline-Ms"
_NAMES = (
    "Lambda-Runtime-Aws-Request-Id",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Invoked-Function-Arn",
    "Lambda-Runtime-Client-Context",
    "Lambda-Runtime-Cognito-Identity",
    "Lambda-Runtime-Aws-Tenant-Id",
    "Content-Type",
)


class _Client:
    """What `initialize_client` sets; the native client is one for the process, too."""

    connection = Connection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    user_agent = ""


def initialize_client(user_agent: str) -> None:
    """Keep the user agent; the connection opens with the first call."""
    _Client.user_agent = user_agent


def next() -> tuple[bytes, dict[str, str | int | None]]:
    """Wait for the next invocation: its payload and headers."""
    fields = {"User-Agent": _Client.user_agent}
    status, headers, body = _Client.connection.call("GET", f"{_BASE}/next", headers=fields)
    if status != 200:
        raise RuntimeError(f"Failed to get next invocation: the Runtime API answered {status}")
    known: dict[str, str | int | None] = {name: headers.get(name.lower()) for name in _NAMES}
    known[_DEADLINE] = int(headers[_DEADLINE.lower()])
    return body, known


def post_invocation_result(
    invoke_id: str, payload: bytes, content_type: str, invocation_id: str | None = None
) -> None:
    """Send what the handler returned."""
    _post(f"{_BASE}/{invoke_id}/response", payload, {"Content-Type": content_type})


def post_error(invoke_id: str, payload: str, xray_fault: str, invocation_id: str | None = None) -> None:
    """Send how the handler failed."""
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Function-XRay-Error-Cause": xray_fault.replace("\n", ""),
    }
    _post(f"{_BASE}/{invoke_id}/error", payload.encode(), headers)


def _post(path: str, payload: bytes, headers: Mapping[str, str]) -> None:
    """Post, and complain about anything but 202 and 413, which the caller of the function sees."""
    fields = {"User-Agent": _Client.user_agent, **headers}
    status, _, _ = _Client.connection.call("POST", path, payload, fields)
    if status not in (202, 413):
        raise RuntimeError(f"Failed to post to the Runtime API: it answered {status}")
