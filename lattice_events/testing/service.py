"""A VPC Lattice service on loopback for users' tests: it verifies signatures and plays a script."""

from __future__ import annotations

import socket
import struct
import threading
from collections import deque
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from lattice_events.headers import Headers
from lattice_events.request import Request
from lattice_events.sigv4 import Credentials, Verification, is_signed, verify
from lattice_events.testing.answer import Answer
from lattice_events.values import plain_integer

if TYPE_CHECKING:
    import ssl

    from lattice_events.client.requests import LatticeSession

REGION = "us-west-2"
CREDENTIALS = Credentials(access_key_id="ASIATESTS", secret_access_key="made-up", session_token="made-up==")  # noqa: S106 - no secrets


class LatticeService:
    """A loopback service that takes what VPC Lattice takes, and answers as it was told.

    A signed request whose signature is wrong gets the service's 403, an unsigned one too unless
    `allow_anonymous`. Any other request gets the next answer of `play`, or 200 when there is none.

    Attributes:
        url: ``http://127.0.0.1:PORT``, or ``https://`` with `tls`.
        requests: What came, in order.
        verifications: What the check of each one's signature said.
        connections: How many were made.
        credentials: Those that are known, the client's last; replace them to let it expire.
    """

    def __init__(self, *, allow_anonymous: bool = False, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port.

        Args:
            allow_anonymous: Answer unsigned requests as well.
            tls: Of a certificate for 127.0.0.1.
        """
        self.requests: list[Request] = []
        self.verifications: list[Verification] = []
        self.connections = 0
        self.credentials = [CREDENTIALS]
        self._allow_anonymous = allow_anonymous
        self._answers: deque[Answer] = deque()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def play(self, *answers: Answer | int) -> None:
        """Give these answers next, in this order; a number is a status.

        Raises:
            TypeError: Something is neither.
            ValueError: A number is no status.
        """
        self._answers.extend([each if isinstance(each, Answer) else _answer_with(each) for each in answers])

    @property
    def options(self) -> dict[str, Any]:
        """What a client needs to call this service: ``LatticeSession(**service.options)``."""
        return {"hosts": {"127.0.0.1": REGION}, "credentials": lambda: self.credentials[-1]}

    def session(self, **options: Any) -> LatticeSession:
        """A `LatticeSession` that signs for this service.

        Args:
            **options: See `LatticeSession`.
        """
        from lattice_events.client.requests import LatticeSession

        return LatticeSession(**self.options, **options)

    def environment(self, service: str) -> dict[str, str]:
        """Variables by which ``LatticeSession(service=…)`` finds this service.

        Args:
            service: The name that the code under test uses.
        """
        from lattice_events.variables import environment_name

        credentials = self.credentials[-1]
        return {
            environment_name(service): self.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_SESSION_TOKEN": credentials.session_token or "",
        }

    def close(self) -> None:
        """Stop listening, and leave nothing running."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        """The service itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _count_connection(self) -> None:
        """Note a connection."""
        with self._lock:
            self.connections += 1

    def _take(self, request: Request) -> Answer:
        """Note a request and find its answer."""
        known = {each.access_key_id: each for each in self.credentials}
        verification = verify(request, known.get, datetime.now(UTC), region=REGION)
        with self._lock:
            self.requests.append(request)
            self.verifications.append(verification)
            if is_signed(request) and not verification.accepted:
                return Answer(403, f"{verification.code}: {verification.problem}".encode())
            if not is_signed(request) and not self._allow_anonymous:
                return Answer.denied("service", principal="anonymous", path=request.path)
            return self._answers.popleft() if self._answers else Answer()


def _answer_with(status: object) -> Answer:
    """The answer that a number stands for."""
    number = plain_integer(status)
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(
            f"play takes statuses and Answer(status, body, headers=…), not {type(status).__name__}."
        )
    return Answer(number)


class _Server(ThreadingHTTPServer):
    """Carries the service to its handlers."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: LatticeService) -> None:
        self.service = service
        super().__init__(address, _Handler)

    def shutdown_request(self, request: Any) -> None:
        """Close without a farewell, so that a reset is one."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        """Begin a connection."""
        super().setup()
        self.server.service._count_connection()  # noqa: SLF001 - one module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # whatever the method
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        path, _, query_string = self.path.partition("?")
        request = Request(
            method=self.command,
            path=path,
            query_string=query_string,
            headers=Headers(self.headers.items()),
            body=self._read_body(),
        )
        answer = self.server.service._take(request)  # noqa: SLF001 - one module
        closing = self.server.service._closing  # noqa: SLF001 - likewise
        closing.wait(answer.wait_seconds)
        if answer.reset == "before":
            self._reset()
            return
        head = [f"HTTP/1.1 {answer.status} Scripted", f"content-length: {len(answer.body)}"]
        head += [f"{name}: {value}" for name, value in answer.headers]
        body = answer.body[: len(answer.body) // 2] if answer.reset else answer.body
        data = "\r\n".join([*head, "", ""]).encode() + (b"" if self.command == "HEAD" else body)
        if not answer.drip_seconds:
            self.wfile.write(data)
        else:
            for position in range(len(data)):
                if closing.wait(answer.drip_seconds):
                    return
                self.wfile.write(data[position : position + 1])
        if answer.reset:
            self._reset()

    def _read_body(self) -> bytes:
        """The body, by its length or in chunks."""
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _reset(self) -> None:
        """Let the connection end with a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
