"""What one invocation costs with nothing around it: a Runtime API on a bare socket, and one awslambdaric.

    python floor.py FOLDER HANDLER SECONDS [FOLDER_OF_ANOTHER_CLIENT…]

The child talks to this process alone. With further folders on its path it loads its `runtime_client` from there.
"""

import json
import os
import socket
import subprocess
import sys
import time

EVENT = {
    "version": "2.0",
    "path": "/",
    "method": "GET",
    "headers": {"host": ["hello.localhost"], "accept": ["*/*"]},
    "body": None,
    "isBase64Encoded": False,
    "requestContext": {"region": "us-west-2", "timeEpoch": "1700000000000000", "serviceArn": "arn:aws:x"},
}
ARN = "arn:aws:lambda:us-west-2:123456789012:function:hello"


class Wire:
    """The requests of one child, which keeps its connection or opens another."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._connection: socket.socket | None = None
        self._received = b""

    def read_request(self) -> bytes:
        while True:
            whole = self._cut()
            if whole is not None:
                return whole
            data = self._connection.recv(65536) if self._connection else b""
            if not data:
                self._connection, _ = self._listener.accept()
                self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._received = b""
            self._received += data

    def send(self, data: bytes) -> None:
        assert self._connection
        self._connection.sendall(data)

    def _cut(self) -> bytes | None:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return None
        lower = head.lower()
        length = 0
        if b"content-length:" in lower:
            length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
        elif b"transfer-encoding: chunked" in lower:
            end = rest.find(b"0\r\n\r\n")
            if end < 0:
                return None
            length = end + 5
        if len(rest) < length:
            return None
        self._received = rest[length:]
        return head


def event_message(number: int) -> bytes:
    body = json.dumps(EVENT).encode()
    return (
        f"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {number:08x}-0000-4000-8000-000000000000\r\n"
        f"Lambda-Runtime-Deadline-Ms: {int(time.time() * 1000) + 10_000}\r\n"
        f"Lambda-Runtime-Invoked-Function-Arn: {ARN}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


def invoke(wire: Wire, number: int) -> float:
    """Answer the child's `next`, and wait for its response: the seconds between."""
    asked = wire.read_request()
    if b"/next " not in asked.split(b"\r\n")[0]:
        raise SystemExit(f"the child sent {asked!r} instead of asking for its next event")
    started = time.perf_counter()
    wire.send(event_message(number))
    answered = wire.read_request()
    took = time.perf_counter() - started
    if b"/response " not in answered.split(b"\r\n")[0]:
        raise SystemExit(f"the child sent {answered!r} instead of a response")
    wire.send(ACCEPTED)
    return took


def measure(wire: Wire, seconds: float, pid: int) -> dict[str, float]:
    for number in range(200):
        invoke(wire, number)
    took: list[float] = []
    before = cpu_seconds(pid)
    started = time.perf_counter()
    while time.perf_counter() < started + seconds:
        took.append(invoke(wire, len(took)))
    whole = time.perf_counter() - started
    spent = cpu_seconds(pid) - before
    took.sort()
    return {
        "requests": len(took),
        "seconds": whole,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[int(len(took) * 0.99)] * 1000,
        "child_us": spent / len(took) * 1e6,
    }


def cpu_seconds(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    folder, handler, seconds, *clients = sys.argv[1:]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        environment = os.environ | {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{listener.getsockname()[1]}",
            "PYTHONPATH": os.pathsep.join([*clients, folder]),
            "AWS_REGION": "us-west-2",
            "AWS_LAMBDA_FUNCTION_NAME": "hello",
        }
        with subprocess.Popen([sys.executable, "-m", "awslambdaric", handler], env=environment) as child:
            try:
                print("REPORT " + json.dumps(measure(Wire(listener), float(seconds), child.pid)))
            finally:
                child.kill()


if __name__ == "__main__":
    main()
