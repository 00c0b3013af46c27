"""The latest requests of a run, with what their functions wrote: bounded, and cheap to add to.

Nothing is worked out before somebody looks: a busy network makes thousands a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lattice_events.local.output.records import (
    InvocationReport,
    InvokeRecord,
    LogRecord,
    Observed,
    Record,
    RequestRecord,
)
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import Network

_REPORT_BYTES = 400  # of what Lambda says of an invocation, about
_LINE_BYTES = 100  # of a line without its text, as measured
_ENTRY_BYTES = 7000  # of an entry without head and bodies, likewise

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a history holds at most; the oldest goes first, and what is pinned last.

    Attributes:
        entries: Requests and invocations.
        bytes: Of memory, for all of them with their bodies, about.
        lines: Of one invocation.
        lines_bytes: Likewise, of one invocation.
        log_bytes: Of all lines together.
    """

    entries: int = 1000
    bytes: int = 64 * 1024 * 1024
    lines: int = 1000
    lines_bytes: int = 1024 * 1024
    log_bytes: int = 16 * 1024 * 1024


@dataclass(kw_only=True, slots=True)
class Entry:
    """One request, or one invocation that was no request's.

    Attributes:
        number: Counts up from 1, without gaps.
        id: The request's, which its client may have chosen, or the invocation's.
        record: What was reported of it.
        started_us: When it began, microseconds since 1970.
        bytes: How much memory it holds, about.
        observed: Of a request that the gateway took, with its bodies.
        is_pinned: Whether it stays as long as it can.
    """

    number: int
    id: str
    record: Exchange | RequestRecord | InvokeRecord
    started_us: int
    bytes: int = _ENTRY_BYTES
    observed: Observed | None = None
    is_pinned: bool = False


@dataclass(slots=True)
class _Lines:
    """What one invocation wrote, and what Lambda says of it when it has ended."""

    kept: list[LogRecord] = field(default_factory=list)
    bytes: int = 0
    left_out: int = 0
    report: InvocationReport | None = None


class History:
    """Keeps entries, and lines by the invocation that wrote them; any thread may report."""

    def __init__(self, limits: Limits | None = None, *, clock: Callable[[], float] = time.time) -> None:
        """Start empty; `apply` gives the network that decides.

        Args:
            limits: What is kept.
            clock: Seconds since 1970.
        """
        self._network = Network(region="", account="")
        self._limits = limits or Limits()
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[int, Entry] = {}
        self._pinned: dict[int, Entry] = {}
        self._numbers: dict[str, int] = {}
        self._lines: dict[str, _Lines] = {}
        self._bytes = self._log_bytes = 0
        self._number = 0
        self._revision = 0

    def apply(self, network: Network) -> None:
        """Requests from now on are decided by this network."""
        self._network = network
        self._revision += 1

    # ── adding ────────────────────────────────────────────────────────────────────────────────

    def exchanged(self, observed: Observed) -> None:
        """Keep a request with its bodies."""
        exchange = observed.exchange
        decision = exchange.decision
        with self._lock:
            self._number += 1
            entry = Entry(
                number=self._number,
                id=decision.request_id if decision else str(self._number),
                record=exchange,
                started_us=exchange.started_us,
                bytes=_bytes_of(observed),
                observed=observed,
            )
            self._add(entry)

    def report(self, record: Record) -> None:
        """Keep what else is reported; of an `Exchange`, `exchanged` knows more."""
        if isinstance(record, Exchange):
            return
        with self._lock:
            if isinstance(record, LogRecord):
                self._add_line(record)
            elif isinstance(record, InvocationReport):
                self._add_report(record)
            else:
                self._number += 1
                id_ = record.invocation_id if isinstance(record, InvokeRecord) else record.request_id
                started_us = int(self._clock() * 1_000_000 - record.duration_ms * 1000)
                self._add(Entry(number=self._number, id=id_, record=record, started_us=started_us))

    def _add(self, entry: Entry) -> None:
        self._entries[entry.number] = entry
        self._numbers[entry.id] = entry.number
        self._bytes += entry.bytes
        limits = self._limits
        while len(self._entries) + len(self._pinned) > limits.entries or self._bytes > limits.bytes:
            self._forget(_first((self._entries or self._pinned).values()))

    def _add_line(self, line: LogRecord) -> None:
        if line.invocation_id is None:
            return
        lines = self._lines.setdefault(line.invocation_id, _Lines())
        size = _LINE_BYTES + line.text.__sizeof__()
        if len(lines.kept) >= self._limits.lines or lines.bytes + size > self._limits.lines_bytes:
            lines.left_out += 1
            return
        lines.kept.append(line)
        self._add_bytes(lines, size)

    def _add_report(self, report: InvocationReport) -> None:
        lines = self._lines.setdefault(report.invocation_id, _Lines())
        lines.report = report
        self._add_bytes(lines, _REPORT_BYTES)

    def _add_bytes(self, lines: _Lines, size: int) -> None:
        lines.bytes += size
        self._log_bytes += size
        limits = self._limits
        while self._log_bytes > limits.log_bytes or len(self._lines) > 2 * limits.entries:
            self._forget_lines(_first(self._lines))  # those of an invocation that runs have no entry yet

    # ── forgetting ────────────────────────────────────────────────────────────────────────────

    def _forget(self, entry: Entry) -> None:
        (self._pinned if entry.is_pinned else self._entries).pop(entry.number)
        if self._numbers.get(entry.id) == entry.number:
            del self._numbers[entry.id]
        self._bytes -= entry.bytes
        self._forget_lines(entry.record.invocation_id)

    def _forget_lines(self, invocation_id: str | None) -> None:
        lines = self._lines.pop(invocation_id or "", None)
        self._log_bytes -= lines.bytes if lines else 0

    def clear(self) -> None:
        """Forget what is not pinned."""
        with self._lock:
            for entry in tuple(self._entries.values()):
                self._forget(entry)
            self._revision += 1

    def pin(self, entry: Entry, *, is_pinned: bool) -> None:
        """Keep an entry as long as there is room, or let it go like others; nothing for one that is gone."""
        with self._lock:
            here, there = (self._entries, self._pinned) if is_pinned else (self._pinned, self._entries)
            if here.pop(entry.number, None) is None:
                return
            entry.is_pinned = is_pinned
            there[entry.number] = entry
            if not is_pinned:
                self._entries = dict(sorted(self._entries.items()))
            self._revision += 1

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    @property
    def network(self) -> Network:
        """That decides now."""
        return self._network

    @property
    def latest(self) -> int:
        """The number of the newest entry that ever was; 0 before there is one."""
        return self._number

    @property
    def revision(self) -> int:
        """Counts whatever else changes what is seen: pins, what was cleared, another network."""
        return self._revision

    @property
    def bytes(self) -> int:
        """How much memory everything holds, about."""
        return self._bytes + self._log_bytes

    def entries(self) -> list[Entry]:
        """Every entry, the newest first."""
        with self._lock:
            every = [*self._entries.values(), *self._pinned.values()]
        return sorted(every, key=lambda entry: -entry.number)

    def find(self, name: str) -> Entry | None:
        """The entry of a request's id, the newest of several, or of a number."""
        with self._lock:
            number = self._numbers.get(name) or (int(name) if name.isdecimal() and len(name) < 16 else 0)
            return self._entries.get(number) or self._pinned.get(number)

    def lines_of(self, entry: Entry) -> tuple[Sequence[LogRecord], int]:
        """What its function wrote, and how many further lines were not kept."""
        with self._lock:
            lines = self._lines_of(entry)
            return tuple(lines.kept), lines.left_out

    def report_of(self, entry: Entry) -> InvocationReport | None:
        """What Lambda says of its invocation; ``None`` for one without a function, or that runs."""
        with self._lock:
            return self._lines_of(entry).report

    def _lines_of(self, entry: Entry) -> _Lines:
        return self._lines.get(entry.record.invocation_id or "", _Lines())


def _bytes_of(observed: Observed) -> int:
    """How much memory a request holds, about."""
    exchange, body, received, response = observed[:4]
    kept = exchange.bytes_received if body is not None else _head_bytes(exchange)
    kept += len(received) if received else 0
    return _ENTRY_BYTES + kept + (len(response.body) if response else 0)


def _head_bytes(exchange: Exchange) -> int:
    """Of a request whose body went by, the rest."""
    return sum(len(name) + len(value) for name, value in exchange.request.headers.items())


def _first(things: Iterable[T]) -> T:
    return next(iter(things))
