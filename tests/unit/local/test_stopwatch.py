"""The durations of the access log."""

from __future__ import annotations

from lattice_events.local.stopwatch import Durations, Stopwatch


class Clock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_streamed_answer_is_time_from_the_target() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    clock.seconds += 1
    watch.sent()  # the headers
    clock.seconds += 2
    watch.sent()  # the body
    clock.seconds += 4
    watch.answered()
    clock.seconds += 8

    assert watch.read() == Durations(total_ms=15_000, to_target_ms=3_000, from_target_ms=8_000)


def test_a_target_that_stays_silent_takes_none_of_it() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    clock.seconds += 1
    watch.sent()
    clock.seconds += 60

    assert watch.read() == Durations(total_ms=61_000, to_target_ms=1_000, from_target_ms=0)


def test_what_no_target_gets_takes_no_time_to_one() -> None:
    """As observed of denied requests."""
    clock = Clock()
    watch = Stopwatch(clock)
    clock.seconds += 1

    assert watch.read() == Durations(total_ms=1_000, to_target_ms=0, from_target_ms=0)
