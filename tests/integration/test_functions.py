"""What a function may do to its process, and what others may not do to it."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lattice_events.local import children
from lattice_events.local.functions.invocation import Invocation
from lattice_events.local.output.records import (
    InvocationReport,
    InvokeRecord,
    InvokeResult,
    LogRecord,
    Record,
)
from tests.integration.invoking import CLIENTS, Told, function, runtime_api, write_code

# ── only the function's own process speaks its Runtime API ────────────────────────────────────

CALLS = [
    ("GET", "/2018-06-01/runtime/invocation/next"),
    ("POST", "/2018-06-01/runtime/invocation/id/response"),
    ("POST", "/2018-06-01/runtime/invocation/id/error"),
    ("POST", "/2018-06-01/runtime/init/error"),
]
NO_SECRETS = ["", "/wrong", "/", "//", "/%2e%2e", "/é"]


async def status_of(address: str, method: str, path: str, **headers: str) -> int:
    """The status of a call, made in another thread."""

    def call() -> int:
        connection = http.client.HTTPConnection(address, timeout=20)
        connection.putrequest(method, path.encode().decode("latin-1"), skip_host="Host" in headers)
        for name, value in {"Content-Length": "2", **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(b"{}")
        status = connection.getresponse().status
        connection.close()
        return status

    return await asyncio.to_thread(call)


def invocation() -> Invocation:
    made = Invocation(b"{}")
    made.id = "id"
    return made


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_who_lacks_the_secret_is_refused_by_the_runtime_api(method: str, path: str) -> None:
    async def scenario() -> None:
        told = Told()
        api = runtime_api(told)
        authority, _, secret = (await api.start()).partition("/")
        offered = invocation()
        api.offer(offered)
        try:
            for prefix in (*NO_SECRETS, f"/{secret[:-1]}", f"/{secret}x", f"/x/{secret}", f"//{secret}"):
                assert await status_of(authority, method, (prefix + path).replace("é", "%e9")) == 403
            touched = (told.is_ready, told.init_error.done(), offered.is_taken, told.outcome.done())
            assert touched == (False, False, False, False)
        finally:
            api.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_a_page_is_refused_even_with_the_secret(headers: dict[str, str]) -> None:
    async def scenario() -> None:
        told = Told()
        api = runtime_api(told)
        authority, _, secret = (await api.start()).partition("/")
        api.offer(invocation())
        try:
            path = f"/{secret}/2018-06-01/runtime/invocation/next"
            assert await status_of(authority, "GET", path, **headers) == 403
            assert await status_of(authority, "GET", path) == 200
        finally:
            api.close()

    asyncio.run(scenario())


def test_the_runtime_api_takes_the_largest_header_that_awslambdaric_sends() -> None:
    async def scenario() -> None:
        told = Told()
        api = runtime_api(told)
        authority, _, secret = (await api.start()).partition("/")
        offered = invocation()
        api.offer(offered)
        cause = {"Lambda-Runtime-Function-XRay-Error-Cause": "x" * (1024 * 1024)}
        try:
            assert await status_of(authority, "GET", f"/{secret}/2018-06-01/runtime/invocation/next") == 200
            path = f"/{secret}/2018-06-01/runtime/invocation/id/error"
            assert await status_of(authority, "POST", path, **cause) == 202
            assert (await told.outcome).error_type == "Unhandled"
        finally:
            api.close()

    asyncio.run(scenario())


SNOOP = """
    import os, subprocess, sys
    def handler(event, context):
        with open("/proc/self/environ", "rb") as initial, open("/proc/self/cmdline", "rb") as command:
            shown = initial.read() + command.read()
        inherited = subprocess.run(["env"], capture_output=True).stdout
        return {"address": os.environ["AWS_LAMBDA_RUNTIME_API"], "shown": (shown + inherited).decode()}
"""


@pytest.mark.parametrize("client", CLIENTS)
def test_neither_environment_nor_command_line_tell_the_secret(client: str, tmp_path: Path) -> None:
    async def scenario() -> dict[str, Any]:
        async with function(write_code(tmp_path, SNOOP), client=client) as running:
            told: dict[str, Any] = json.loads((await running.invoke()).payload)
            (port,) = running.own_ports
            assert told["address"] == f"127.0.0.1:{port}"
            assert await status_of(told["address"], "GET", CALLS[0][1]) == 403
            return told

    told = asyncio.run(scenario())
    seen = [part for part in told["shown"].replace("\0", "\n").splitlines() if "127.0.0.1" in part]
    assert set(seen) == {f"AWS_LAMBDA_RUNTIME_API={told['address']}"}


def test_the_ports_of_runtime_apis_are_known_while_they_are_open(tmp_path: Path) -> None:
    async def scenario() -> None:
        code = write_code(tmp_path, "import time\ndef handler(event, context):\n    time.sleep(event)\n")
        async with function(code) as running:
            assert running.own_ports == set()
            await asyncio.gather(running.invoke(1), running.invoke(1))
            assert len(running.own_ports) == 2
        assert running.own_ports == set()

    asyncio.run(scenario())


def test_a_function_has_no_more_processes_than_it_may(tmp_path: Path) -> None:
    code = write_code(tmp_path, "import os\ndef handler(event, context):\n    return os.getpid()\n")

    async def scenario() -> set[bytes]:
        async with function(code, max_processes=1) as running:
            return {result.payload for result in await asyncio.gather(*(running.invoke() for _ in range(3)))}

    assert len(asyncio.run(scenario())) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [("f", "it is a container image"), ("arn:aws:lambda:r:1:function:g", "it is not defined")],
)
def test_a_function_that_cannot_run_here_fails_and_says_why(tmp_path: Path, name: str, reason: str) -> None:
    async def scenario() -> InvokeResult:
        async with function(tmp_path, obstacle="it is a container image") as running:
            return await running.functions.invoke(name, b"{}")

    result = asyncio.run(scenario())

    assert result.error_type == "Runtime.InvalidEntrypoint"
    assert f"the function {name} cannot run here: {reason}" in json.loads(result.payload)["errorMessage"]


# ── an error is answered as Lambda answers it, and the process stays warm ─────────────────────

FAILURES = """
    import os, sys
    def deep(depth):
        if depth:
            deep(depth - 1)
        raise KeyError("at the bottom")
    def endless():
        endless()
    KINDS = {"odd": type("Odd\\n\\x1b: é", (Exception,), {}), "none": type("", (Exception,), {})}
    def handler(event, context):
        kind, size = event
        if kind == "message":
            raise ValueError("x" * size)
        if kind == "letters":
            raise ValueError("漢" * size)
        if kind == "text":
            raise ValueError(size)
        if kind == "deep":
            deep(size)
        if kind == "endless":
            endless()
        if kind in KINDS:
            raise KINDS[kind]("why")
        if kind == "value":
            return {1, 2}
        if kind == "big":
            return "x" * size
        return os.getpid()
"""
# What awslambdaric makes of the exception is what Lambda's Invoke API returns: type and message of the body.
ERRORS = [
    pytest.param("message", 9_000, "ValueError", "x" * 9_000, id="9 KB message"),
    pytest.param("message", 200_000, "ValueError", "x" * 200_000, id="200 KB message"),
    pytest.param("message", 2_000_000, "ValueError", "x" * 2_000_000, id="2 MB message"),
    pytest.param("letters", 9_000, "ValueError", "漢" * 9_000, id="letters of three bytes"),
    pytest.param(
        "text", "a\r\nb\0c\x1b\t\x7f é 漢", "ValueError", "a\r\nb\0c\x1b\t\x7f é 漢", id="control bytes"
    ),
    pytest.param("text", "", "ValueError", "", id="no message"),
    pytest.param("deep", 120, "KeyError", "'at the bottom'", id="120 frames"),
    pytest.param("deep", 900, "KeyError", "'at the bottom'", id="900 frames"),
    pytest.param("endless", 0, "RecursionError", "maximum recursion depth exceeded", id="RecursionError"),
    pytest.param("odd", 0, "Odd\n\x1b: é", "why", id="an odd type"),
    pytest.param("none", 0, "", "why", id="a type without a name"),
    pytest.param("value", 0, "Runtime.MarshalError", "Unable to marshal response", id="no JSON"),
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("runtime", ["python3.11", "python3.12"])  # since 3.12 letters are sent as they are
@pytest.mark.parametrize(("kind", "size", "error_type", "message"), ERRORS)
def test_an_exception_is_answered_and_the_process_stays(
    tmp_path: Path, client: str, runtime: str, kind: str, size: Any, error_type: str, message: str
) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, FAILURES), client=client, runtime=runtime) as running:
            before = (await running.invoke(["pid", 0])).payload
            failed = await running.invoke([kind, size])
            document = json.loads(failed.payload)
            assert (document["errorType"], document["errorMessage"][: len(message)]) == (error_type, message)
            assert isinstance(document["stackTrace"], list)
            assert failed.error_type == (error_type or "Unhandled")
            assert (await running.invoke(["pid", 0])).payload == before

    asyncio.run(scenario())


@pytest.mark.parametrize("client", CLIENTS)
def test_what_is_over_six_megabytes_is_lambda_s_error_and_the_next_event_is_served(
    tmp_path: Path, client: str
) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, FAILURES), client=client) as running:
            too_large = await running.invoke(
                ["big", 7_000_000]
            )  # its 413 ends the native client, as in Lambda
            before = (await running.invoke(["pid", 0])).payload
            failure_too_large = await running.invoke(["message", 7_000_000])
            assert {too_large.error_type, failure_too_large.error_type} == {"Function.ResponseSizeTooLarge"}
            assert (await running.invoke(["pid", 0])).payload == before

    asyncio.run(scenario())


INIT_FAILURES = [
    pytest.param(f"raise ValueError('x' * {size})", "ValueError", "x" * size, id=f"{size} bytes")
    for size in (1, 9_000, 2_000_000)
] + [
    pytest.param("def f(): f()\nf()", "RecursionError", "maximum recursion", id="RecursionError"),
    pytest.param("raise ValueError('漢')", "ValueError", "漢", id="letters"),
    pytest.param("raise type('Odd\\n é', (Exception,), {})('x')", "Odd\n é", "x", id="an odd type"),
    pytest.param("import no_such", "Runtime.ImportModuleError", "Unable to import module 'app'", id="import"),
    pytest.param("def", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'", id="syntax"),
    pytest.param("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing", id="no handler"),
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("runtime", ["python3.11", "python3.12"])
@pytest.mark.parametrize(("source", "error_type", "message"), INIT_FAILURES)
def test_a_function_that_does_not_start_says_why(
    tmp_path: Path, client: str, runtime: str, source: str, error_type: str, message: str
) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, source), client=client, runtime=runtime) as running:
            failed = await running.invoke()
            document = json.loads(failed.payload)
            assert (failed.error_type, document["errorType"]) == (error_type, error_type)
            assert document["errorMessage"].startswith(message)

    asyncio.run(scenario())


# ── whatever ends a process, the invocation ends at once ──────────────────────────────────────

DYING = """
    import os, signal
    def handler(event, context):
        how, number = event
        if how == "exit":
            os._exit(number)
        try:
            signal.signal(number, signal.SIG_DFL)
        except OSError:
            pass  # nothing catches it anyhow
        os.kill(os.getpid(), number)
        return "alive"
"""
# Of Go's table of signals (https://cs.opensource.google/go/go/+/master:src/syscall/zerrors_linux_amd64.go).
SIGNAL_NAMES = {
    1: "hangup",
    2: "interrupt",
    3: "quit",
    4: "illegal instruction",
    6: "aborted",
    7: "bus error",
}
SIGNAL_NAMES |= {8: "floating point exception", 9: "killed", 10: "user defined signal 1", 13: "broken pipe"}
SIGNAL_NAMES |= {11: "segmentation fault", 12: "user defined signal 2", 14: "alarm clock", 15: "terminated"}
SIGNAL_NAMES |= {24: "CPU time limit exceeded", 29: "I/O possible", 31: "bad system call", 32: "signal 32"}
SIGNAL_NAMES |= {34: "signal 34", 35: "signal 35", 64: "signal 64"}
IGNORED = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
STOPPING = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}


@pytest.mark.skipif(sys.platform != "linux", reason="the numbers are Linux's")
def test_a_death_by_any_signal_ends_the_invocation_and_is_named(tmp_path: Path) -> None:
    numbers = [number for number in range(1, 65) if number not in {*STOPPING, 33}]  # glibc catches 33

    async def scenario() -> list[InvokeResult]:
        async with function(write_code(tmp_path, DYING), timeout_seconds=300) as running:
            return await asyncio.gather(*(running.invoke(["signal", number]) for number in numbers))

    for number, result in zip(numbers, asyncio.run(scenario()), strict=True):
        if number in IGNORED:
            assert result.payload == b'"alive"'
            continue
        assert result.error_type == "Runtime.ExitError"
        ending = f"Runtime exited with error: signal: {SIGNAL_NAMES.get(number, '')}"
        assert ending in json.loads(result.payload)["errorMessage"]


@pytest.mark.parametrize("client", CLIENTS)
def test_an_exit_with_any_status_ends_the_invocation_and_is_named(tmp_path: Path, client: str) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, DYING), client=client, timeout_seconds=300) as running:
            for status in (0, 1, 3, 127, 128, 137, 255):
                result = await running.invoke(["exit", status])
                ending = f"with error: exit status {status}" if status else "without providing a reason"
                assert json.loads(result.payload)["errorMessage"].endswith(f"Runtime exited {ending}")

    asyncio.run(scenario())


@pytest.mark.skipif(sys.platform != "linux", reason="the numbers are Linux's")
@pytest.mark.parametrize("number", [9, 15, 11, 32, 34, 64])
def test_the_guard_of_a_target_ends_as_its_command_does(number: int) -> None:
    read_end, write_end = os.pipe()
    command = [sys.executable, "-c", f"import os; os.kill(os.getpid(), {number})"]
    guard = Path(children.__file__).parent / "scripts" / "guard.py"
    done = subprocess.run(
        [sys.executable, guard, str(read_end), *command],
        pass_fds=(read_end,),
        start_new_session=True,
        capture_output=True,
    )
    os.close(read_end)
    os.close(write_end)
    assert (done.returncode, done.stderr) == (-number, b"")


@pytest.mark.parametrize("variables", [{"A": "a\0b"}, {"A\0": "b"}, {"A": "\ud800\0"}])
def test_a_variable_that_no_process_can_have_is_an_error_of_the_function(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, DYING), variables=variables) as running:
            failed = await running.invoke()
            assert failed.error_type == "Runtime.InvalidEntrypoint"
            assert running.own_ports == set()

    asyncio.run(scenario())


# ── a file of the function's that bears a name of the standard library ────────────────────────

# Loaded by Lambda's bootstrap before the function's code is on the path: that one stays.
BOOTSTRAP_HAS = ["token", "tokenize", "decimal", "logging", "json", "string", "textwrap", "threading"]
BOOTSTRAP_HAS += ["traceback", "linecache", "weakref", "numbers", "os", "re", "enum", "functools", "types"]
# Not loaded by then: the function's file is what its own import finds, in Lambda and here.
FUNCTION_HAS = ["queue", "select", "selectors", "socket", "http", "email", "ssl", "signal", "fcntl", "random"]
FUNCTION_HAS += [
    "calendar",
    "bisect",
    "base64",
    "datetime",
    "uuid",
    "platform",
    "secrets",
    "calls",
    "bare_http",
]
FUNCTION_HAS += ["run", "guard", "requests", "statistics", "struct", "glob", "csv", "asyncio", "test"]
NAMING = """
    import {name}
    def handler(event, context):
        if event == "fail":
            raise ValueError("x" * 9_000)
        return getattr({name}, "OWN", False)
"""


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", [*BOOTSTRAP_HAS, *FUNCTION_HAS])
def test_a_file_with_a_name_of_the_standard_library_does_what_it_does_in_lambda(
    tmp_path: Path, client: str, name: str
) -> None:
    code = write_code(tmp_path, NAMING.format(name=name), **{name: "OWN = True"})

    async def scenario() -> None:
        async with function(code, client=client) as running:
            answer = await running.invoke()
            assert (answer.error_type, answer.payload) == (
                None,
                b"true" if name in FUNCTION_HAS else b"false",
            )
            assert (await running.invoke("fail")).error_type == "ValueError"
            assert not (await running.invoke()).cold

    asyncio.run(scenario())


EVERY_NAME = sorted(name for name in sys.stdlib_module_names if name != "__main__")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("def handler(event, context): return 'fine'", None),
        ("raise ValueError('at import')", "ValueError"),
        ("import no_such", "Runtime.ImportModuleError"),
    ],
)
def test_files_with_every_name_of_the_standard_library_break_no_report(
    tmp_path: Path, client: str, source: str, error_type: str | None
) -> None:
    broken = dict.fromkeys(EVERY_NAME, "raise SystemExit('the file of the function was loaded')")

    async def scenario() -> None:
        async with function(write_code(tmp_path, source, **broken), client=client) as running:
            assert (await running.invoke()).error_type == error_type

    asyncio.run(scenario())


def test_an_invocation_whose_caller_hangs_up_is_told_of_when_it_ends(tmp_path: Path) -> None:
    code = "def handler(event, context):\n    print('said')\n"

    async def scenario() -> list[Record]:
        async with function(write_code(tmp_path, code)) as running:
            calling = asyncio.create_task(running.invoke())
            await asyncio.sleep(0)  # it begins
            await asyncio.sleep(0)
            calling.cancel()
            async with asyncio.timeout(60):
                while not any(isinstance(each, InvokeRecord) for each in running.records):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            return running.records

    said, report, ended = asyncio.run(scenario())

    assert isinstance(said, LogRecord)
    assert isinstance(report, InvocationReport)
    assert isinstance(ended, InvokeRecord)
    assert (said.text, ended.error_type, ended.invocation_id) == ("said", None, said.invocation_id)


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"errorType":' * 100_000, b"\xff", b"", b"null", b"[]"])
@pytest.mark.parametrize("path", ["init/error", "invocation/id/error"])
def test_the_runtime_api_takes_an_error_that_is_no_document(path: str, body: bytes) -> None:
    async def scenario() -> None:
        told = Told()
        api = runtime_api(told)
        authority, _, secret = (await api.start()).partition("/")
        offered = invocation()
        api.offer(offered)
        try:
            assert await status_of(authority, "GET", f"/{secret}/2018-06-01/runtime/invocation/next") == 200
            reader, writer = await asyncio.open_connection(*authority.split(":"))
            head = f"POST /{secret}/2018-06-01/runtime/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            assert (await asyncio.wait_for(reader.read(), 60)).startswith(b"HTTP/1.1 202 ")
            writer.close()
            posted = told.init_error if path == "init/error" else told.outcome
            assert posted.result().error_type == "Unhandled"
        finally:
            api.close()

    asyncio.run(scenario())


def test_a_client_that_is_not_there_is_told(tmp_path: Path) -> None:
    async def invoke() -> str:
        async with function(write_code(tmp_path, "def handler(*_): return 1"), client="natve") as running:
            return (await running.invoke()).payload.decode()

    assert "LATTICE_EVENTS_RUNTIME_CLIENT is 'natve': use native, or socket, the default" in asyncio.run(
        invoke()
    )
