"""HTTP requests to the Runtime API over a bare socket.

Standalone, and it imports what every interpreter has loaded anyhow: a module of the standard library that
this loads is one that a file of the same name in the function's code can no longer be (see run.py).
"""

import _socket  # `socket` loads others

_CHUNK_BYTES = 64 * 1024


class Connection:
    """A kept-alive connection to an address such as ``127.0.0.1:1234/prefix``; answers come in order.

    The other end is `lattice dev`, so an answer always says how long it is.
    """

    def __init__(self, address: str) -> None:
        """Prepare; the connection opens with the first request."""
        self._authority, _, prefix = address.partition("/")
        self._prefix = prefix and f"/{prefix}"
        self._socket: _socket.socket | None = None
        self._received = b""

    def request(self, method: str, path: str, headers: str, body: bytes = b"") -> bytes:
        """The bytes of a request; each of `headers` ends with its line break."""
        head = f"{method} {self._prefix}{path} HTTP/1.1\r\nHost: {self._authority}\r\n{headers}"
        if method != "GET":
            head = f"{head}Content-Length: {len(body)}\r\n"
        return f"{head}\r\n".encode(errors="backslashreplace") + body

    def send(self, *requests: bytes) -> None:
        """Send requests in one piece; `receive` gives the answer to each."""
        message = b"".join(requests)
        try:
            self._connect().sendall(message)
        except OSError:  # closed while the function ran; an incomplete request counts for nothing
            self.close()
            self._connect().sendall(message)

    def receive(self, again: bytes = b"") -> tuple[int, list[str], bytes]:
        """The next answer: its status, its header lines, and its body.

        Args:
            again: The request, if it can be sent anew where the connection closes before the answer.
        """
        try:
            return self._read()
        except ConnectionError:
            self.close()
            if not again:
                raise
        self.send(again)
        return self._read()

    def close(self) -> None:
        """Close the connection; another request opens it anew."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            self._received = b""

    def _connect(self) -> "_socket.socket":
        if self._socket is None:
            host, _, port = self._authority.rpartition(":")
            self._socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
            self._socket.connect((host, int(port)))
        return self._socket

    def _read(self) -> tuple[int, list[str], bytes]:
        received = self._received
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive_chunk()
        first, *lines = received[:end].decode(errors="surrogateescape").split("\r\n")
        length = end + 4 + _length(lines)
        if len(received) < length:
            received = self._read_rest(received, length)
        self._received = received[length:]
        return int(first[9:12]), lines, received[end + 4 : length]

    def _read_rest(self, received: bytes, length: int) -> bytes:
        """What was received and the rest of a body, in one piece."""
        whole = bytearray(received)
        while len(whole) < length:
            whole += self._receive_chunk()
        return bytes(whole)

    def _receive_chunk(self) -> bytes:
        chunk = self._connect().recv(_CHUNK_BYTES)
        if not chunk:
            raise ConnectionResetError("the Runtime API closed the connection")
        return chunk


def _length(lines: list[str]) -> int:
    """How long a body is, as its head says."""
    for line in lines:
        if line[:15].lower() == "content-length:":
            return int(line[15:])
    return 0
