"""The four functions of awslambdaric's native client, over http.client.

awslambdaric ships its native module for Linux only; elsewhere this one takes its place.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import http.client
import os
from collections.abc import Mapping

_BASE = "/2018-06-01/runtime/invocation"


class _Client:
    """One kept-alive connection to the Runtime API."""

    def __init__(self) -> None:
        self.user_agent = ""
        self.connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Make one call; a kept-alive connection that was closed meanwhile is opened anew."""
        fields = {"User-Agent": self.user_agent, **(headers or {})}
        try:
            self.connection.request(method, path, body, fields)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()
            self.connection.request(method, path, body, fields)
            response = self.connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())


_client = _Client()


def initialize_client(user_agent: str) -> None:
    """Keep the user agent; the connection opens with the first call."""
    _client.user_agent = user_agent


def next() -> tuple[bytes, dict[str, str]]:
    """Wait for the next invocation: its payload and headers."""
    status, body, headers = _client.call("GET", f"{_BASE}/next")
    if status != 200:
        raise RuntimeError(f"Failed to get next invocation: the Runtime API answered {status}")
    return body, headers


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
    status, _, _ = _client.call("POST", path, payload, headers)
    if status not in (202, 413):
        raise RuntimeError(f"Failed to post to the Runtime API: it answered {status}")
