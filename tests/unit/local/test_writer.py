"""The writer: what is reported is written in order by another thread, and never without a word left out."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence

import pytest

from lattice_events.local.output.records import LogRecord
from lattice_events.local.output.standard_output import write_text
from lattice_events.local.output.writer import LeftOut, Writer, count_of, writing

Batch = Sequence[LogRecord | LeftOut]


class Reader:
    """An output that is read when the test says so."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()
        self.batches: list[Batch] = []

    def write(self, batch: Batch) -> None:
        self.has_begun.set()
        assert self.may_go_on.wait(120)
        self.batches.append(batch)

    @property
    def items(self) -> list[LogRecord | LeftOut]:
        return [item for batch in self.batches for item in batch]


def line(text: str) -> LogRecord:
    return LogRecord(source="f", text=text)


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.may_go_on.set()


def stuck(reader: Reader) -> Writer[LogRecord | LeftOut]:
    """A writer whose first record is being written, to an output that nobody reads."""
    writer = Writer(reader.write)
    writer.report(line("first"))
    assert reader.has_begun.wait(120)
    return writer


def test_what_was_reported_is_written_in_order_before_the_end(reader: Reader) -> None:
    reader.may_go_on.set()
    with writing(reader.write) as report:
        for number in range(20_000):
            report(line(str(number)))

    assert [int(item.text) for item in reader.items if isinstance(item, LogRecord)] == list(range(20_000))


def test_a_stuck_reader_costs_a_bounded_number_of_records_and_is_told_how_many_it_missed(
    reader: Reader,
) -> None:
    writer = stuck(reader)
    for number in range(100_000):
        writer.report(line(str(number)))
    reader.may_go_on.set()
    writer.close()

    *kept, left_out = reader.items
    assert isinstance(left_out, LeftOut)
    assert 10_000 < len(kept) <= 50_001
    assert len(kept) + left_out.records == 100_001


def test_large_records_are_bounded_by_their_bytes(reader: Reader) -> None:
    writer = stuck(reader)
    for number in range(1_000):  # 256 MB
        writer.report(line(f"{number:09}" + "x" * 256 * 1024))
    reader.may_go_on.set()
    writer.close()

    texts = [item.text for item in reader.items if isinstance(item, LogRecord)]
    assert sum(map(len, texts)) < 33 * 1024 * 1024
    assert count_of(reader.items) == 1_001


def test_what_comes_when_it_goes_on_is_written_behind_the_number_of_those_left_out(reader: Reader) -> None:
    writer = stuck(reader)
    for number in range(60_000):
        writer.report(line(str(number)))
    reader.may_go_on.set()
    while len(reader.batches) < 2:
        pass
    writer.report(line("last"))
    writer.close()

    assert [type(item) for item in reader.items[-2:]] == [LeftOut, LogRecord]
    assert reader.items[-1] == line("last")


def test_the_end_does_not_wait_for_a_reader_that_never_reads(
    reader: Reader, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lattice_events.local.output.writer._END_SECONDS", 0.01)
    writer = stuck(reader)
    writer.report(line("second"))
    writer.close()
    reader.may_go_on.set()
    writer._thread.join(120)

    assert capfd.readouterr().err == "lattice: 2 records were not written: the output is not read.\n"
    assert reader.items == [line("first")]


def test_many_threads_may_report(reader: Reader) -> None:
    reader.may_go_on.set()
    with writing(reader.write) as report:
        threads = [threading.Thread(target=lambda: deque(map(report, [line("x")] * 1_000))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(reader.items) == 8_000


@pytest.mark.parametrize("is_blocking", [True, False])
def test_a_text_is_written_whole_to_a_slow_pipe(is_blocking: bool) -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, is_blocking)
    text = "é" * 200_000
    with os.fdopen(read_end, encoding="utf-8") as pipe, os.fdopen(write_end, "w", encoding="utf-8") as stream:
        thread = threading.Thread(target=write_text, args=(stream, text))
        thread.start()
        assert pipe.read(len(text)) == text
        thread.join()
