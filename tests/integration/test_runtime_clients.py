"""Our client of the Runtime API beside awslambdaric's native one: the same events, the same answers, on a bare socket."""

from __future__ import annotations

import asyncio
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lattice_events.local.children.environment import SCRIPTS
from lattice_events.local.output.records import InvokeResult
from tests.integration.invoking import CLIENTS, function, write_code

ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
RUNTIMES = ["python3.11", "python3.12"]
ECHO = """
    import decimal, os, sys
    TRACE = "_X_AMZN_TRACE_ID"
    def handler(event, context):
        if isinstance(event, dict) and "raise" in event:
            raise ValueError(event["raise"])
        if isinstance(event, dict) and "return" in event:
            return event["return"]
        if event == "bytes":
            return b"\\xff\\0\\r\\n"
        if event == "big":
            return "x" * 3_000_000
        if event == "odd":
            return {1, 2}
        if event == "surrogate":
            return "\\ud800"
        if event == "failing surrogate":
            raise ValueError("\\ud800")
        if event == "exit":
            os._exit(7)
        if event == "leave":
            sys.exit(9)
        told = context.client_context
        return {
            "event": repr(event), "id": context.aws_request_id, "arn": context.invoked_function_arn,
            "deadline": context._epoch_deadline_time_in_ms, "trace": os.environ.get(TRACE, "none"),
            "custom": told and told.custom, "tenant": context.tenant_id,
            "identity": context.identity.cognito_identity_id,
        }
"""
HEADERS = {
    "Lambda-Runtime-Aws-Request-Id": "id",
    "Lambda-Runtime-Deadline-Ms": "4000000000000",
    "Lambda-Runtime-Invoked-Function-Arn": "arn",
    "Content-Type": "application/json",
}


@dataclass(frozen=True)
class Sent:
    """A request as far as the Runtime API's reference describes it."""

    line: bytes
    headers: frozenset[tuple[bytes, bytes]]
    body: bytes


@dataclass
class BareApi:
    """A Runtime API that answers what the test says, to a child under one of the clients."""

    listener: socket.socket
    child: subprocess.Popen[bytes]
    received: dict[socket.socket, bytes] = field(default_factory=dict)
    asking: socket.socket | None = None

    def read(self) -> Sent | int:
        """The next request, whichever connection it comes on; the exit status when the child has ended."""
        while True:
            for connection, data in self.received.items():
                if (sent := _complete(data)) is not None:
                    self.asking, self.received[connection] = connection, data[sent[1] :]
                    return sent[0]
            if not self._receive():
                return self.child.wait(60)

    def answer(self, data: bytes) -> None:
        """Answer the request that was read last; empty closes the connection."""
        assert self.asking
        if data:
            self.asking.sendall(data)
        else:
            self.received.pop(self.asking, None)
            self.asking.close()

    def _receive(self) -> bool:
        """Take what comes; false when the child has ended."""
        with selectors.DefaultSelector() as selector:
            ended = os.pidfd_open(self.child.pid)
            watched: list[Any] = [self.listener, *self.received, ended]
            for each in watched:
                selector.register(each, selectors.EVENT_READ)
            ready: list[Any] = [key.fileobj for key, _ in selector.select(60)]
            os.close(ended)
        for each in ready:
            if each is self.listener:
                self.received[self.listener.accept()[0]] = b""
            elif isinstance(each, socket.socket):
                if data := each.recv(65536):
                    self.received[each] += data
                else:
                    del self.received[each]
                    each.close()
        return bool(ready) and not (len(ready) == 1 and isinstance(ready[0], int))


def _complete(data: bytes) -> tuple[Sent, int] | None:
    """A whole request at the beginning of data, and its length."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return None
    line, *fields = head.split(b"\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(b":") for each in fields)}
    length = int(headers.pop(b"content-length", b"0"))
    if len(rest) < length:
        return None
    for name in (b"accept", b"host"):
        headers.pop(name, None)
    return Sent(line, frozenset(headers.items()), rest[:length]), len(head) + 4 + length


@contextmanager
def child(folder: Path, client: str, runtime: str) -> Iterator[BareApi]:
    """A function's child process and the API that it polls."""
    death_pipe, life = os.pipe()
    address_pipe, write_end = os.pipe()
    modules_pipe, modules_end = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        os.write(write_end, f"{address}/secret".encode())
        os.close(write_end)
        variables = {"AWS_LAMBDA_RUNTIME_API": address, "LAMBDA_TASK_ROOT": str(folder), "PATH": os.defpath}
        variables |= {"AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}", "LATTICE_EVENTS_RUNTIME_CLIENT": client}
        process = subprocess.Popen(
            [
                sys.executable,
                SCRIPTS / "run.py",
                *map(str, (death_pipe, address_pipe, modules_end)),
                "app.handler",
                "",
            ],
            env=variables,
            pass_fds=(death_pipe, address_pipe, modules_end),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        os.close(address_pipe)
        api = BareApi(listener, process)
        try:
            yield api
        finally:
            for each in api.received:
                each.close()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            for descriptor in (life, death_pipe, modules_pipe, modules_end):
                os.close(descriptor)


def event(payload: bytes = b"{}", *, but: Mapping[str, str | bytes | None] | None = None) -> bytes:
    """An answer to a poll; `but` gives headers of other values, or without."""
    fields: dict[str, str | bytes | None] = {**HEADERS, **(but or {})}
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(payload)]
    for name, value in fields.items():
        if value is not None:
            lines.append(name.encode() + b": " + (value if isinstance(value, bytes) else value.encode()))
    return b"\r\n".join([*lines, b"", b""]) + payload


def conversation(folder: Path, client: str, runtime: str, answers: list[bytes]) -> list[Sent | int]:
    """What the child sends, and its exit status if it ends, when it gets these answers."""
    with child(write_code(folder, ECHO), client, runtime) as api:
        said = [api.read()]
        for answer in answers:
            if isinstance(said[-1], int):
                break
            api.answer(answer)
            said.append(api.read())
        return said


TRACE = "Lambda-Runtime-Trace-Id"
CONTEXT = "Lambda-Runtime-Client-Context"
IDENTITY = "Lambda-Runtime-Cognito-Identity"
POSTED = [
    pytest.param(event(), id="plain"),
    pytest.param(event(b'{"a": [1, 2.5, "\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80"]}'), id="unicode event"),
    pytest.param(event(b""), id="no event"),
    pytest.param(event(b"{"), id="broken event"),
    pytest.param(event(b'"\\u0000"'), id="NUL"),
    pytest.param(event(b'{"raise": "a\\u0000b\\r\\n\\u001b \xc3\xa9\xe6\xbc\xa2"}'), id="odd message"),
    pytest.param(event(b'{"raise": ""}'), id="no message"),
    pytest.param(event(b'"failing surrogate"'), id="message of half a letter"),
    pytest.param(event(b'{"return": "\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80\\u0000\\n"}'), id="unicode result"),
    pytest.param(event(b'{"return": ""}'), id="empty text"),
    pytest.param(event(b'{"return": null}'), id="null"),
    pytest.param(event(b'{"return": NaN}'), id="NaN"),
    pytest.param(event(b'"bytes"'), id="bytes"),
    pytest.param(event(b'"big"'), id="3 MB result"),
    pytest.param(event(b'{"raise": "' + b"x" * 2_000_000 + b'"}'), id="2 MB event and error"),
    pytest.param(event(b'"odd"'), id="no JSON"),
    pytest.param(event(b'"surrogate"'), id="result of half a letter"),
    pytest.param(event(b'"exit"'), id="exit"),
    pytest.param(event(b'"leave"'), id="sys.exit"),
    pytest.param(event(but={TRACE: "Root=1-2-3;Parent=4;Sampled=1"}), id="trace"),
    pytest.param(event(but={TRACE: ""}), id="empty trace"),
    pytest.param(event(but={TRACE: " \t Root=1 \t "}), id="trace with spaces"),
    pytest.param(event(but={TRACE: "é漢"}), id="trace of other letters"),
    pytest.param(event(but={CONTEXT: '{"custom": {"a": "\\u00e9"}}'}), id="client context"),
    pytest.param(event(but={CONTEXT: '{"custom": {"a": "é"}}'}), id="client context in UTF-8"),
    pytest.param(event(but={CONTEXT: "{"}), id="broken client context"),
    pytest.param(
        event(but={IDENTITY: '{"cognitoIdentityId": "c", "cognitoIdentityPoolId": "p"}'}), id="identity"
    ),
    pytest.param(event(but={"Lambda-Runtime-Aws-Tenant-Id": "tenant"}), id="tenant"),
    pytest.param(event(but={"Lambda-Runtime-Invocation-Id": "other"}), id="id of an invocation"),
    pytest.param(event(b"text", but={"Content-Type": "text/plain"}), id="other content type"),
    pytest.param(event(but={"Lambda-Runtime-Invoked-Function-Arn": None}), id="no ARN"),
    pytest.param(event(but={"Lambda-Runtime-Deadline-Ms": "1"}), id="deadline of the past"),
    pytest.param(event().lower().replace(b"http/1.1 200 ok", b"HTTP/1.1 200 OK"), id="lower case"),
]


@pytest.mark.skipif(sys.platform != "linux", reason="the native client is for Linux only")
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("given", POSTED)
def test_both_clients_send_the_same(tmp_path: Path, given: bytes, runtime: str) -> None:
    native, ours = (conversation(tmp_path, client, runtime, [given, ACCEPTED, event()]) for client in CLIENTS)

    assert ours == native


def answered(status: int) -> bytes:
    return b"HTTP/1.1 %d Status\r\nContent-Length: 2\r\n\r\n{}" % status


def ending(folder: Path, client: str, runtime: str, answers: list[bytes]) -> list[Sent | int]:
    """What the child posts when it gets these answers, and the exit status with which it ends."""
    with child(write_code(folder, ECHO), client, runtime) as api:
        said = [api.read()]
        for each in answers:
            api.answer(each)
            said.append(api.read())
        while not isinstance(said[-1], int):
            said.append(api.read())
        return [each for each in said if isinstance(each, int) or each.line.startswith(b"POST")]


REFUSALS = [answered(status) for status in (400, 403, 404, 410, 413, 500)] + [b""]


@pytest.mark.skipif(sys.platform != "linux", reason="the native client is for Linux only")
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each[9:12] or "closed")
@pytest.mark.parametrize("payload", [b"{}", b'{"raise": "why"}'], ids=["result", "error"])
def test_both_clients_post_once_and_end_when_the_post_is_refused(
    tmp_path: Path, payload: bytes, refusal: bytes, runtime: str
) -> None:
    answers = [event(payload), refusal]
    native, ours = (ending(tmp_path, client, runtime, answers) for client in CLIENTS)

    assert ours == native
    assert (len(ours), ours[-1]) == (2, 1)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("status", [403, 410, 500])
def test_both_clients_end_when_a_poll_is_refused(
    tmp_path: Path, client: str, status: int, runtime: str
) -> None:
    (ended,) = ending(tmp_path, client, runtime, [answered(status)])

    assert ended  # the native one by a segmentation fault


@pytest.mark.skipif(sys.platform != "linux", reason="the native client is for Linux only")
@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("accepted", [answered(200), answered(202), b"HTTP/1.1 204 None\r\n\r\n"])
def test_both_clients_poll_again_where_a_kept_connection_closes(
    tmp_path: Path, accepted: bytes, runtime: str
) -> None:
    answers = [event(), accepted, b"", event(), ACCEPTED]
    native, ours = (conversation(tmp_path, client, runtime, answers) for client in CLIENTS)

    assert ours == native


# ── in a run, on either event loop ────────────────────────────────────────────────────────────


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Run a coroutine on an event loop."""
    factory = pytest.importorskip("uvloop").new_event_loop if request.param == "uvloop" else None

    def run(scenario: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(scenario)

    return run


GONE_AFTER_ITS_POST = """
    import os
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
    post = LambdaRuntimeClient.post_invocation_result
    def post_and_exit(*arguments):
        post(*arguments)
        os._exit(3)
    LambdaRuntimeClient.post_invocation_result = post_and_exit
    def handler(event, context):
        return event
"""


@pytest.mark.parametrize("client", CLIENTS)
def test_a_process_that_exits_after_its_result_costs_no_other_invocation(
    tmp_path: Path, client: str, run: Callable[..., Any]
) -> None:
    async def scenario() -> list[bytes]:
        code = write_code(tmp_path, GONE_AFTER_ITS_POST)
        async with function(code, client=client, max_processes=1) as running:
            one_by_one = [await running.invoke(number) for number in range(5)]
            at_once = await asyncio.gather(*(running.invoke(number) for number in range(5)))
            return [each.payload for each in (*one_by_one, *at_once)]

    assert run(scenario()) == [str(number).encode() for number in (*range(5), *range(5))]


TELLING = """
    import os
    def handler(event, context):
        print(event)
        return [event, os.getpid()]
"""


@pytest.mark.parametrize("client", CLIENTS)
def test_a_kill_costs_the_invocation_in_flight_and_no_other(
    tmp_path: Path, client: str, run: Callable[..., Any]
) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, TELLING), client=client, max_processes=3) as running:
            kills = 0

            async def work(numbers: range) -> list[InvokeResult]:
                nonlocal kills
                results = []
                for number in numbers:
                    results.append(result := await running.invoke(number))
                    if number % 20 == 19 and result.error_type is None:
                        with suppress(ProcessLookupError):  # another kill was faster
                            os.kill(json.loads(result.payload)[1], signal.SIGKILL)
                            kills += 1
                return results

            done = await asyncio.gather(*(work(range(start, start + 60)) for start in range(0, 480, 60)))
            results = [each for part in done for each in part]
            failed = [each for each in results if each.error_type is not None]
            assert kills > 0
            assert len(failed) <= kills
            assert {each.error_type for each in failed} <= {"Runtime.ExitError"}
            for number, result in enumerate(results):
                if result.error_type is None:
                    assert (json.loads(result.payload)[0], result.log_tail) == (number, f"{number}\n")

    run(scenario())


LISTENING = """
    import os, signal
    signal.signal(signal.SIGUSR1, lambda number, frame: print("signalled", flush=True))
    def handler(event, context):
        return os.getpid()
"""


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_an_idle_process_runs_its_handlers_of_signals(tmp_path: Path, runtime: str) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, LISTENING), runtime=runtime) as running:
            os.kill(int((await running.invoke()).payload), signal.SIGUSR1)
            async with asyncio.timeout(60):
                while "signalled" not in running.lines:  # noqa: ASYNC110 - there is nothing to await
                    await asyncio.sleep(0.01)

    asyncio.run(scenario())
