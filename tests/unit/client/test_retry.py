"""The retry decision, as a table."""

from __future__ import annotations

import math
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.client.retry import LONGEST_SECONDS, Outcome, decide_delay, parse_retry_after
from tests.conftest import examples


def status(code: int, retry_after_seconds: float | None = None) -> Outcome:
    return Outcome("answered", code, retry_after_seconds)


NOT_CONNECTED, BROKEN = Outcome("not connected"), Outcome("broken")


@pytest.mark.parametrize(
    ("outcome", "method", "is_tried_again"),
    [
        (status(200), "GET", False),
        (status(403), "GET", False),
        (status(429), "GET", True),
        (status(500), "GET", False),
        (status(502), "PUT", True),
        (status(503), "delete", True),
        (status(504), "HEAD", True),
        (status(503), "POST", False),
        (status(429), "PATCH", False),
        (BROKEN, "GET", True),
        (BROKEN, "POST", False),
        (NOT_CONNECTED, "GET", True),
        (NOT_CONNECTED, "POST", True),
    ],
)
def test_what_is_tried_again(outcome: Outcome, method: str, *, is_tried_again: bool) -> None:
    delay = decide_delay(outcome, method=method, attempt=0, max_retries=1, seconds_left=9, random=0.5)

    assert (delay is not None) is is_tried_again


def test_the_first_retries_are_the_last_when_there_are_no_more() -> None:
    def decide(attempt: int, max_retries: int) -> float | None:
        return decide_delay(
            status(503), method="GET", attempt=attempt, max_retries=max_retries, seconds_left=9, random=0
        )

    assert decide(0, 0) is None
    assert decide(1, 2) == 0
    assert decide(2, 2) is None


def test_a_body_that_was_read_from_a_stream_is_sent_again_only_if_nothing_was_sent() -> None:
    def decide(outcome: Outcome) -> float | None:
        return decide_delay(
            outcome,
            method="PUT",
            attempt=0,
            max_retries=1,
            seconds_left=9,
            random=0,
            body_can_be_sent_again=False,
        )

    assert decide(status(503)) is None
    assert decide(BROKEN) is None
    assert decide(NOT_CONNECTED) == 0


def test_retry_after_is_the_least_delay_and_must_fit() -> None:
    def decide(retry_after: float, left: float) -> float | None:
        return decide_delay(
            status(503, retry_after), method="GET", attempt=0, max_retries=1, seconds_left=left, random=1
        )

    assert decide(3, 10) == 3
    assert decide(0, 10) == 0.05
    assert decide(3, 2) is None
    assert decide(20, math.inf) == 20
    assert decide(21, math.inf) is None


@examples(5_000)
@given(attempt=st.integers(0, 50), random=st.floats(0, 1), left=st.floats(0, 10) | st.just(math.inf))
def test_a_delay_is_bounded_and_fits(attempt: int, random: float, left: float) -> None:
    delay = decide_delay(
        NOT_CONNECTED, method="GET", attempt=attempt, max_retries=99, seconds_left=left, random=random
    )

    assert delay is None or 0 <= delay <= min(LONGEST_SECONDS, left)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("3", 3.0),
        ("soon", None),
        ("-1", None),
        ("9" * 400, 999_999_999.0),
        (formatdate(1_000_060, usegmt=True), 60.0),
        (formatdate(999_000, usegmt=True), 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str | None, seconds: float | None) -> None:
    assert parse_retry_after(text, 1_000_000.0) == seconds
