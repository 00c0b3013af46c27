"""The sockets of the endpoint: werkzeug's threads, a request each."""

from __future__ import annotations

import socket
import threading
from typing import Any
from urllib.parse import urlsplit

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from lattice_events.cloud.endpoint.wsgi import App
from lattice_events.loopback import port_problem

_LOOPBACK = "127.0.0.1"
_SILENCE_SECONDS = 60  # of a client, in the middle of its request
_BACKLOG = 1024


class _Handler(MotoRequestHandler):
    """Says nothing of its own, and does not wait for ever."""

    timeout = _SILENCE_SECONDS
    protocol_version = "HTTP/1.1"

    def run_wsgi(self) -> None:
        """Answer a request whose target and length can be read."""
        try:
            urlsplit(self.path)
        except ValueError:  # a host in brackets that is no address
            self.send_error(400, "The request target is not a URL")
        else:
            if len(self.headers.get_all("Content-Length", [])) > 1:
                self.send_error(400, "The request has two lengths")
            else:
                super().run_wsgi()

    def log(self, *_: Any) -> None:
        """Be silent: the application tells."""

    def log_request(self, *_: Any) -> None:
        """Be silent, and read nothing of the request."""

    def version_string(self) -> str:
        """What the header ``Server`` says."""
        return "lattice cloud"


class Server:
    """Listens from the start, and serves once it is told what."""

    def __init__(self, port: int, *, option: str) -> None:
        """Listen on a loopback port; 0 takes a free one.

        Raises:
            ConfigurationError: The port is taken or not allowed.
        """
        self._socket = _listening(port, option)
        self.port: int = self._socket.getsockname()[1]
        self._server: Any = None
        self._thread: threading.Thread | None = None

    def start(self, app: App) -> None:
        """Serve."""
        self._server = make_server(
            _LOOPBACK, self.port, app, threaded=True, request_handler=_Handler, fd=self._socket.fileno()
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no further requests; those in flight end with the process."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._socket.close()


def _listening(port: int, option: str) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_LOOPBACK, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise port_problem(error, port, option=option) from error
    return listener
