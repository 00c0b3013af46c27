"""What a history keeps, for how long, and how it is found."""

from __future__ import annotations

from lattice_events.local.inspector.history import History, Limits
from lattice_events.local.output.records import InvokeRecord, LogRecord, RequestRecord
from tests.recorded import observed

MEGABYTE = 1024 * 1024


def numbers(history: History) -> list[int]:
    return [entry.number for entry in history.entries()]


def filled(count: int, limits: Limits | None = None) -> History:
    history = History(limits)
    for index in range(1, count + 1):
        history.exchanged(observed(id_=f"id-{index}", invocation_id=f"i-{index}"))
    return history


def log(history: History, text: str, invocation: str | None = "i-1") -> None:
    history.report(LogRecord(source="hello", text=text, invocation_id=invocation))


def test_the_newest_comes_first_and_the_oldest_goes_first() -> None:
    history = filled(5, Limits(entries=3))

    assert numbers(history) == [5, 4, 3]
    assert history.latest == 5
    assert history.find("id-2") is None
    assert history.find("2") is None


def test_an_entry_is_found_by_its_id_or_its_number() -> None:
    history = filled(2)

    assert history.find("id-1") is history.find("1") is history.entries()[1]
    assert [history.find(name) for name in ("", "3", "-1", "0", "9" * 400, "x", "١٢٣")] == [None] * 7


def test_of_one_id_that_a_client_sends_twice_both_are_kept_and_the_newer_is_found() -> None:
    history = History(Limits(entries=2))
    for _ in range(2):
        history.exchanged(observed(id_="same"))
    two = history.bytes
    assert (history.find("same"), numbers(history)) == (history.entries()[0], [2, 1])

    history.exchanged(observed(id_="other"))

    assert (history.find("same"), numbers(history)) == (history.entries()[1], [3, 2])
    assert history.bytes == two


def test_a_pinned_entry_goes_last_and_keeps_its_place() -> None:
    history = filled(3, Limits(entries=3))
    first, last = history.entries()[2], history.entries()[0]
    history.pin(first, is_pinned=True)
    history.exchanged(observed(id_="id-4"))
    assert numbers(history) == [4, 3, 1]
    history.pin(last, is_pinned=True)
    history.exchanged(observed(id_="id-5"))
    assert numbers(history) == [5, 3, 1]

    history.pin(first, is_pinned=False)
    history.exchanged(observed(id_="id-6"))

    assert numbers(history) == [6, 5, 3]


def test_pins_do_not_fill_a_history_for_ever() -> None:
    history = filled(2, Limits(entries=2))
    for entry in history.entries():
        history.pin(entry, is_pinned=True)

    history.exchanged(observed(id_="id-3"))

    assert numbers(history) == [2, 1]
    assert history.latest == 3


def test_clearing_keeps_pins_and_counts_on() -> None:
    history = filled(3)
    history.pin(history.entries()[1], is_pinned=True)
    revision = history.revision

    history.clear()
    history.exchanged(observed(id_="id-4"))

    assert numbers(history) == [4, 2]
    assert history.revision == revision + 1


def test_a_pin_of_what_is_gone_changes_nothing() -> None:
    history = filled(1)
    gone = history.entries()[0]
    history.clear()

    history.pin(gone, is_pinned=True)

    assert (numbers(history), history.bytes, gone.is_pinned) == ([], 0, False)


def test_bodies_of_six_megabytes_fit_into_the_memory_that_is_allowed() -> None:
    history = History(Limits(bytes=20 * MEGABYTE))
    for index in range(10):
        history.exchanged(observed(id_=str(index), body=b"x" * 6 * MEGABYTE))

    assert numbers(history) == [10, 9, 8]
    assert history.bytes <= 20 * MEGABYTE


def test_an_entry_that_is_too_large_by_itself_is_not_kept() -> None:
    history = History(Limits(bytes=MEGABYTE))

    history.exchanged(observed(body=b"x" * MEGABYTE))

    assert (numbers(history), history.bytes, history.latest) == ([], 0, 1)


def test_lines_go_with_their_invocation() -> None:
    history = filled(1)
    log(history, "hello")
    entry = history.entries()[0]
    assert [line.text for line in history.lines_of(entry)[0]] == ["hello"]

    history.clear()

    assert (history.lines_of(entry), history.bytes) == (((), 0), 0)


def test_of_too_many_lines_the_first_are_kept_and_the_others_counted() -> None:
    history = History(Limits(lines=3))
    for index in range(5):
        log(history, str(index))
    history.exchanged(observed(invocation_id="i-1"))

    kept, left_out = history.lines_of(history.entries()[0])

    assert ([line.text for line in kept], left_out) == (["0", "1", "2"], 2)


def test_long_lines_have_a_limit_of_their_own_and_push_no_request_out() -> None:
    history = filled(3, Limits(bytes=MEGABYTE, lines_bytes=10_000, log_bytes=25_000))
    for index in range(100):
        log(history, "x" * 9_000, f"other-{index}")
        log(history, "x" * 9_000, f"other-{index}")

    assert numbers(history) == [3, 2, 1]
    assert history.bytes < 25_000 + 3 * 10_000


def test_memory_counts_a_character_as_wide_as_it_is() -> None:
    wide, narrow = History(), History()

    log(wide, "𝕏" * 1000)
    log(narrow, "x" * 1000)

    assert wide.bytes - narrow.bytes > 2900


def test_lines_outside_of_an_invocation_are_not_kept() -> None:
    history = History()

    log(history, "importing", None)

    assert history.bytes == 0


def test_what_is_no_exchange_began_before_it_was_told() -> None:
    history = History(clock=lambda: 1000.0)
    history.report(InvokeRecord(function="f", invocation_id="i", duration_ms=500.0))
    refused = RequestRecord(method="GET", host="h", path="/", status=400, duration_ms=0.0, request_id="r")
    history.report(refused)
    history.report(observed().exchange)

    assert [(each.id, each.started_us) for each in history.entries()] == [
        ("r", 1_000_000_000),
        ("i", 999_500_000),
    ]


def test_a_thousand_requests_are_kept_and_no_more() -> None:
    history = filled(1500)

    assert numbers(history) == list(range(1500, 500, -1))
