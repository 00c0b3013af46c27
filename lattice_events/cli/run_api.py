"""Ask the API of a running network: see docs/inspector.md."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.local.run.registry import Running, find_running

_ANSWER_SECONDS = 5 * 60  # a replay waits for its function
_STREAM_SECONDS = 60  # which is silent for a quarter of that at most


class RunApi:
    """The API of one run."""

    def __init__(self, running: Running, *, answer_seconds: float = _ANSWER_SECONDS) -> None:
        """Ask this run, and wait so long for an answer."""
        self._running = running
        self._answer_seconds = answer_seconds

    @classmethod
    def find(cls, *, answer_seconds: float = _ANSWER_SECONDS) -> RunApi:
        """That of the newest run.

        Raises:
            ConfigurationError: There is none.
        """
        runs = find_running()
        if not runs:
            raise ConfigurationError(
                "No network is running: start one with lattice dev, or lattice cloud, as the same user."
            )
        return cls(runs[0], answer_seconds=answer_seconds)

    def requests(self, query: Mapping[str, str | int]) -> Any:
        """Lines of the list, the newest first, and what else that says."""
        return self._ask("GET", f"requests?{urlencode(query)}")

    def request(self, id_: str) -> Any:
        """Everything about a request."""
        return self._ask("GET", f"requests/{quote(id_, safe='')}")

    def functions(self) -> Any:
        """How each function does."""
        return self._ask("GET", "functions")

    def network(self) -> Any:
        """The graph of the network, and where its parts are defined."""
        return self._ask("GET", "network")

    def policies(self) -> Any:
        """Every service network and service with its auth policy, and who may be named as a caller."""
        return self._ask("GET", "policies")

    def try_policies(self, asked: Mapping[str, Any]) -> Any:
        """What other policies would change for recorded requests."""
        return self._ask("POST", "policies/test", body=json.dumps(asked))

    def replay(self, id_: str, edits: Mapping[str, Any]) -> Any:
        """Send a request again; the line of the new one."""
        return self._ask("POST", f"requests/{quote(id_, safe='')}/replay", body=json.dumps(edits))

    def test_policies(self, asked: Mapping[str, Any]) -> Any:
        """Which recorded requests other policies would let in, or not."""
        return self._ask("POST", "policies/test", body=json.dumps(asked))

    def least_policy(self, asked: Mapping[str, Any]) -> Any:
        """The least policy that allows recorded requests."""
        return self._ask("POST", "policies/least", body=json.dumps(asked))

    def faults(self) -> Any:
        """The faults, and what a new one may be."""
        return self._ask("GET", "faults")

    def add_fault(self, fault: Mapping[str, Any]) -> Any:
        """Add a fault; how it is."""
        return self._ask("POST", "faults", body=json.dumps(fault))

    def remove_fault(self, id_: str) -> Any:
        """Take a fault away; how it was."""
        return self._ask("DELETE", f"faults/{quote(id_, safe='')}")

    def clear_faults(self) -> Any:
        """Take every fault away; the faults."""
        return self._ask("DELETE", "faults")

    def changes(self) -> Iterator[Any]:
        """What the stream tells, until the run ends."""
        connection = self._connect(_STREAM_SECONDS)
        try:
            response = self._send(connection, "GET", "stream", None)
            for line in response:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def _ask(self, method: str, path: str, *, body: str | None = None) -> Any:
        connection = self._connect(self._answer_seconds)
        try:
            response = self._send(connection, method, path, body)
            told = json.loads(response.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            url = self._running.control_url
            raise ConfigurationError(
                f"The run at {url} (process {self._running.pid}) does not answer: {error}."
            ) from error
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ConfigurationError(map(Problem, str(told.get("error") or told).splitlines()))
        return told

    def _connect(self, seconds: float) -> http.client.HTTPConnection:
        parts = urlsplit(self._running.control_url)
        return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)

    def _send(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: str | None
    ) -> http.client.HTTPResponse:
        headers = {"X-Lattice-Token": self._running.api_token, "Content-Type": "application/json"}
        connection.request(method, f"/api/v1/{path}", body=body, headers=headers)
        return connection.getresponse()
