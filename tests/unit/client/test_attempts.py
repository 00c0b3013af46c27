"""Attempts of a call, with a clock of the test's own."""

from __future__ import annotations

import pytest
import requests

from lattice_events.client import LatticeSession
from lattice_events.client.attempts import Call
from lattice_events.errors import UnreachableError


def test_a_failure_that_took_the_time_is_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([9.0, 9.0])  # before the first attempt, and when the second is decided on

    def send(*_: object) -> requests.Response:
        raise requests.ConnectTimeout

    monkeypatch.setattr("lattice_events.client.attempts.time.sleep", lambda _: None)
    call = Call(
        requests.Request("GET", "http://shop/").prepare(),
        send,
        signer=LatticeSession()._signer,
        region=None,
        is_anonymous=True,
        max_retries=1,
        seconds_left=lambda: next(clock, 0.0),
        timeout=None,
    )

    with pytest.raises(UnreachableError):
        call.run()
