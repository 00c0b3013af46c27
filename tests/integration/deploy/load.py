"""Constant load on a service, by several clients that sign."""

from __future__ import annotations

import json
import ssl
import subprocess
import threading
from collections import Counter
from typing import Self

import httpx

from lattice_events.client.httpx import LatticeAuth
from lattice_events.sigv4 import Credentials
from tests.integration.running import BIN, PATIENCE_SECONDS, clean_environment

CLIENTS = 2


class Load:
    """What clients got so far: how often which status and body."""

    def __init__(self, url: str, *, caller: str, hosts: dict[str, str]) -> None:
        variables = variables_of(caller)
        credentials = Credentials(
            access_key_id=variables["AWS_ACCESS_KEY_ID"],
            secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
            session_token=variables["AWS_SESSION_TOKEN"],
        )
        self._url = url
        self._auth = LatticeAuth(hosts=hosts, credentials=lambda: credentials)
        self._proxy = variables["HTTPS_PROXY"]
        self._verify = ssl.create_default_context(cafile=variables["SSL_CERT_FILE"])
        self._changed = threading.Condition()
        self._is_over = False
        self.answers: Counter[tuple[int, str]] = Counter()
        self._threads = [threading.Thread(target=self._call_on, daemon=True) for _ in range(CLIENTS)]

    def _call_on(self) -> None:
        with httpx.Client(auth=self._auth, proxy=self._proxy, verify=self._verify, timeout=60) as client:
            while not self._is_over:
                try:
                    response = client.get(self._url)
                    answer = (response.status_code, response.text)
                except Exception as error:  # noqa: BLE001 - a failed request is what the test counts
                    answer = (0, repr(error))
                with self._changed:
                    self.answers[answer] += 1
                    self._changed.notify_all()

    def wait_for(self, count: int) -> Counter[tuple[int, str]]:
        """Wait for further answers; those."""
        with self._changed:
            before = self.answers.copy()
            enough = before.total() + count
            assert self._changed.wait_for(lambda: self.answers.total() >= enough, PATIENCE_SECONDS)
            return self.answers - before

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)


def variables_of(caller: str) -> dict[str, str]:
    """The environment of a caller of the running network: its credentials and the way to the services."""
    done = subprocess.run(
        [BIN / "lattice", "credentials", caller, "--proxy", "--json"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    variables: dict[str, str] = json.loads(done.stdout)
    return variables
