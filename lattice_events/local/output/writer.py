"""Write what is reported off the path of what reports it: a bounded queue, and a thread that empties it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

from lattice_events.local.output.standard_output import warn
from lattice_events.network.exchange import Exchange

_MAX_RECORDS = 50_000  # that wait: a second of the busiest network
_MAX_BYTES = 32 * 1024 * 1024
_RECORD_BYTES = 512  # of a record without its text, about
_MAX_HEAD_BYTES = 64 * 1024  # an `Exchange` holds a request, but not its body
_GATHER_SECONDS = 0.01  # the next batch collects for so long; a person sees that as at once
_END_SECONDS = 2.0  # what is still queued has them, when the run ends


class LeftOut(NamedTuple):
    """Records that were not kept, since those before them could not be written in time."""

    records: int


T = TypeVar("T")


class Writer(Generic[T]):
    """Takes records, and hands them in batches, in their order, to what formats and writes them.

    Whoever reports only appends. When the output is not read, records wait; when too many or too large ones
    wait, further ones are counted, and the number stands in their place.
    """

    def __init__(self, write: Callable[[Sequence[T | LeftOut]], None]) -> None:
        """Start the thread.

        Args:
            write: May block, and ends the run itself if it fails.
        """
        self._write = write
        self._lock = threading.Lock()
        self._waiting: list[T | LeftOut] = []
        self._waiting_bytes = 0
        self._in_hand: list[T | LeftOut] = []
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def report(self, record: T) -> None:
        """Queue a record; it never waits, from whatever thread."""
        size = _size_of(record)
        with self._lock:
            if len(self._waiting) >= _MAX_RECORDS or self._waiting_bytes + size > _MAX_BYTES:
                self._leave_out()
            else:
                self._waiting.append(record)
                self._waiting_bytes += size
        if not self._wake.is_set():
            self._wake.set()

    def _leave_out(self) -> None:
        """Count one that is not kept."""
        last = self._waiting[-1] if self._waiting else None
        if isinstance(last, LeftOut):
            self._waiting[-1] = LeftOut(last.records + 1)
        else:
            self._waiting.append(LeftOut(1))

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            self._write_waiting()
            self._closing.wait(_GATHER_SECONDS)
        self._write_waiting()

    def _write_waiting(self) -> None:
        with self._lock:
            batch, self._waiting, self._waiting_bytes = self._waiting, [], 0
        self._in_hand = batch
        if batch:
            self._write(batch)
        self._in_hand = []

    def close(self) -> None:
        """Write what is queued, but do not wait for ever: say how many records could not be written."""
        self._closing.set()
        self._wake.set()
        self._thread.join(_END_SECONDS)
        with self._lock:
            left, self._waiting = [*self._in_hand, *self._waiting], []
        if left:
            warn(f"{count_of(left):,} records were not written: the output is not read.")


def count_of(records: Sequence[object]) -> int:
    """How many records were reported, those that were left out among them."""
    return sum(each.records if isinstance(each, LeftOut) else 1 for each in records)


def _size_of(record: object) -> int:
    """How much memory a record holds, about."""
    if isinstance(record, Exchange):
        return _RECORD_BYTES + min(record.bytes_received, _MAX_HEAD_BYTES)
    return _RECORD_BYTES + sys.getsizeof(getattr(record, "text", None))


@contextmanager
def writing(write: Callable[[Sequence[T | LeftOut]], None]) -> Iterator[Callable[[T], None]]:
    """Somebody to report to, until what was reported is written."""
    writer = Writer(write)
    try:
        yield writer.report
    finally:
        writer.close()
