"""HTTP calls of the Runtime API over a bare socket.

Standalone, and it imports what every interpreter has loaded anyhow: a module of the standard library that
this loads is one that a file of the same name in the function's code can no longer be (see run.py).
"""

import _socket  # `socket` loads others
from collections.abc import Mapping

_CHUNK_BYTES = 64 * 1024


class Connection:
    """A kept-alive connection to an address such as ``127.0.0.1:1234/prefix``; one call at a time.

    The other end is `lattice dev`, so an answer always says how long it is.
    """

    def __init__(self, address: str) -> None:
        """Prepare; the connection opens with the first call."""
        self._authority, _, prefix = address.partition("/")
        self._prefix = prefix and f"/{prefix}"
        self._socket: _socket.socket | None = None

    def call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Make one call; a connection that was closed meanwhile is opened anew.

        Returns:
            The status, the headers by name in lower case, and the body.
        """
        lines = [f"{method} {self._prefix}{path} HTTP/1.1", f"Host: {self._authority}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        lines += [f"Content-Length: {len(body)}", "", ""]
        message = "\r\n".join(lines).encode(errors="backslashreplace") + body
        try:
            return self._exchange(message)
        except ConnectionError:
            self.close()
            return self._exchange(message)

    def close(self) -> None:
        """Close the connection; another call opens it anew."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, message: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._socket is None:
            host, _, port = self._authority.rpartition(":")
            self._socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
            self._socket.connect((host, int(port)))
        self._socket.sendall(message)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        first, *lines = received[:end].decode(errors="surrogateescape").split("\r\n")
        fields = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in fields}
        length = end + 4 + int(headers.get("content-length", 0))
        while len(received) < length:
            received += self._receive()
        return int(first.split(" ")[1]), headers, bytes(received[end + 4 :])

    def _receive(self) -> bytes:
        assert self._socket is not None
        chunk = self._socket.recv(_CHUNK_BYTES)
        if not chunk:
            raise ConnectionResetError("the Runtime API closed the connection")
        return chunk
