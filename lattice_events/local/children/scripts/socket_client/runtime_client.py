"""The four functions of awslambdaric's native client, over a bare socket.

It takes the place of the native module, which is for Linux only and costs more for each invocation. A result
and the poll for the next event leave in one piece, so that the event can come with the answer to the result.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import os
import sys

from bare_http import Connection  # type: ignore[import-not-found]  # run.py has its folder on the path

_BASE = "/2018-06-01/runtime/invocation"
_DEADLINE = "Lambda-Runtime-Deadline-Ms"
_ARN = "Lambda-Runtime-Invoked-Function-Arn"
_NAMES = (
    "Lambda-Runtime-Aws-Request-Id",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Client-Context",
    "Lambda-Runtime-Cognito-Identity",
    "Lambda-Runtime-Aws-Tenant-Id",
    "Lambda-Runtime-Invocation-Id",
    "Content-Type",
)
_BY_LOWER = {name.lower(): name for name in (*_NAMES, _ARN, _DEADLINE)}
_ABSENT: dict[str, str | int | None] = {**dict.fromkeys(_NAMES), _ARN: ""}  # as the native client has it


class _Client:
    """What `initialize_client` sets; the native client is one for the process, too."""

    connection = Connection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    user_agent = ""
    poll = b""
    has_posted = False  # a result whose answer was not read, and a poll behind it


class _Modules:
    """Which files the function has imported, for whoever starts it anew when one of them changes."""

    pipe = -1
    own: tuple[str, ...] = ()  # folders of the function
    count = 0
    told: frozenset[str] = frozenset()
    standard = os.path.dirname(os.__file__) + os.sep


def tell_modules(pipe: int, *folders: str) -> None:
    """Write into a pipe which files are imported from now on, but for those of Python and of installed packages."""
    _Modules.pipe = pipe
    _Modules.own = tuple(folder + os.sep for folder in folders if folder)
    _Modules.told = _imported()  # by ours


def _tell_new_modules() -> None:
    _Modules.count = len(sys.modules)
    new = _imported() - _Modules.told
    _Modules.told |= new
    try:
        os.write(_Modules.pipe, "".join(f"{file}\n" for file in new).encode(errors="surrogateescape"))
    except OSError:  # the function has closed what it did not open
        _Modules.pipe = -1


def _imported() -> frozenset[str]:
    known = [getattr(module, "__dict__", {}).get("__file__") for module in list(sys.modules.values())]
    return frozenset(file for file in known if isinstance(file, str) and _is_of_user(file))


def _is_of_user(file: str) -> bool:
    return file.startswith(_Modules.own) or not (file.startswith(_Modules.standard) or "-packages/" in file)


def initialize_client(user_agent: str) -> None:
    """Keep the user agent; the connection opens with the first call."""
    _Client.user_agent = f"User-Agent: {user_agent}\r\n"
    _Client.poll = _Client.connection.request("GET", f"{_BASE}/next", _Client.user_agent)


def next() -> tuple[bytes, dict[str, str | int | None]]:
    """Wait for the next invocation: its payload and headers.

    What Lambda has to say against the result before is told here, too: the process ends of it either way.
    """
    if _Modules.count != len(sys.modules) and _Modules.pipe >= 0:
        _tell_new_modules()
    if _Client.has_posted:
        _Client.has_posted = False
        status, _, _ = _Client.connection.receive()
        if not 200 <= status < 300:
            raise RuntimeError(f"Failed to post to the Runtime API: it answered {status}")
    else:
        _Client.connection.send(_Client.poll)
    status, lines, body = _Client.connection.receive(again=_Client.poll)
    if status != 200:
        raise RuntimeError(f"Failed to get next invocation: the Runtime API answered {status}")
    headers = _ABSENT.copy()
    for line in lines:
        name, _, value = line.partition(":")
        known = _BY_LOWER.get(name.lower())
        value = value.strip()
        if known is not None and value:
            headers[known] = value
    headers[_DEADLINE] = int(headers[_DEADLINE] or 0)
    return body, headers


def post_invocation_result(
    invoke_id: str, payload: bytes, content_type: str, invocation_id: str | None = None
) -> None:
    """Send what the handler returned."""
    _post(f"/{invoke_id}/response", payload, f"Content-Type: {content_type}\r\n{_naming(invocation_id)}")


def post_error(invoke_id: str, payload: str, xray_fault: str, invocation_id: str | None = None) -> None:
    """Send how the handler failed."""
    cause = xray_fault.replace("\n", "")
    telling = f"Lambda-Runtime-Function-XRay-Error-Cause: {cause}\r\n" if cause else ""
    headers = f"Content-Type: application/json\r\n{telling}{_naming(invocation_id)}"
    _post(f"/{invoke_id}/error", payload.encode(), headers)


def _naming(invocation_id: str | None) -> str:
    return f"Lambda-Runtime-Invocation-Id: {invocation_id}\r\n" if invocation_id else ""


def _post(path: str, payload: bytes, headers: str) -> None:
    """Post, and poll for the next invocation in the same breath."""
    connection = _Client.connection
    connection.send(
        connection.request("POST", f"{_BASE}{path}", headers + _Client.user_agent, payload), _Client.poll
    )
    _Client.has_posted = True
