"""The latest requests of a run, with what their functions wrote: bounded, and cheap to add to.

Nothing is worked out before somebody looks: a busy network makes thousands a second.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.local.output.records import InvokeRecord, LogRecord, Record, RequestRecord
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import Network

_LOG_LINE_BYTES = 200  # of a line without its text, about
_ENTRY_BYTES = 2000  # of an entry without bodies, about


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a history holds at most; the oldest goes first, and what is pinned last.

    Attributes:
        entries: Requests and invocations.
        bytes: Of all bodies and lines together, about.
        lines: Of one invocation.
    """

    entries: int = 1000
    bytes: int = 64 * 1024 * 1024
    lines: int = 1000


@dataclass(kw_only=True, slots=True)
class Entry:
    """One request, or one invocation that was no request's.

    Attributes:
        number: Counts up from 1, without gaps.
        record: What was reported of it.
        network: That it was decided by.
        assumptions: Likewise.
        sent: The event, or the body that an HTTP target got; ``None`` for one that was streamed, or not sent.
        received: What the target gave back, likewise.
        is_pinned: Whether it stays as long as it can.
    """

    number: int
    record: Exchange | RequestRecord | InvokeRecord
    network: Network
    assumptions: Assumptions
    sent: bytes | None = None
    received: bytes | None = None
    is_pinned: bool = False

    @property
    def id(self) -> str:
        """The request's id, or the invocation's."""
        record = self.record
        if isinstance(record, Exchange):
            return record.decision.request_id if record.decision else str(self.number)
        return record.request_id if isinstance(record, RequestRecord) else record.invocation_id

    @property
    def bytes(self) -> int:
        """How much memory it holds, about."""
        return _ENTRY_BYTES + len(self.sent or b"") + len(self.received or b"")


@dataclass(slots=True)
class _Lines:
    """What one invocation wrote."""

    kept: list[LogRecord] = field(default_factory=list)
    bytes: int = 0
    left_out: int = 0


class History:
    """Keeps entries, and lines by the invocation that wrote them; any thread may report."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Start empty; `apply` gives the network that decides."""
        self._network = Network(region="", account="")
        self._assumptions = DEFAULTS
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._lines: OrderedDict[str, _Lines] = OrderedDict()
        self._bytes = 0
        self._number = 0

    def apply(self, network: Network, assumptions: Assumptions) -> None:
        """Requests from now on are decided by this network."""
        self._network = network
        self._assumptions = assumptions

    def exchanged(self, exchange: Exchange, sent: bytes | None, received: bytes | None) -> None:
        """Keep a request with what its target got and gave back."""
        with self._lock:
            self._add(exchange, sent, received)

    def report(self, record: Record) -> None:
        """Keep what else is reported; of an `Exchange`, `exchanged` knows more."""
        if isinstance(record, Exchange):
            return
        with self._lock:
            if isinstance(record, LogRecord):
                self._add_line(record)
            else:
                self._add(record, None, None)

    def _add(
        self, record: Exchange | RequestRecord | InvokeRecord, sent: bytes | None, received: bytes | None
    ) -> None:
        self._number += 1
        entry = Entry(
            number=self._number,
            record=record,
            network=self._network,
            assumptions=self._assumptions,
            sent=sent,
            received=received,
        )
        self._entries[entry.id] = entry
        self._bytes += entry.bytes
        self._make_room()

    def _add_line(self, line: LogRecord) -> None:
        if line.invocation_id is None:
            return
        lines = self._lines.setdefault(line.invocation_id, _Lines())
        if len(lines.kept) >= self._limits.lines:
            lines.left_out += 1
            return
        size = _LOG_LINE_BYTES + len(line.text)
        lines.kept.append(line)
        lines.bytes += size
        self._bytes += size
        self._make_room()

    def _make_room(self) -> None:
        """Let the oldest go until everything fits; lines go with their invocation, or before all else if they have none."""
        while len(self._lines) > 2 * self._limits.entries:
            self._forget_lines(next(iter(self._lines)))
        while len(self._entries) > self._limits.entries or self._bytes > self._limits.bytes:
            oldest = next((each for each in self._entries.values() if not each.is_pinned), None)
            oldest = oldest or next(iter(self._entries.values()), None)
            if oldest is None:
                if not self._lines:
                    return
                self._forget_lines(next(iter(self._lines)))
            else:
                del self._entries[oldest.id]
                self._bytes -= oldest.bytes
                self._forget_lines(invocation_of(oldest) or "")

    def _forget_lines(self, invocation_id: str) -> None:
        lines = self._lines.pop(invocation_id, None)
        self._bytes -= lines.bytes if lines else 0

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    @property
    def latest(self) -> int:
        """The number of the newest entry that ever was; 0 before there is one."""
        return self._number

    def entries(self) -> list[Entry]:
        """Every entry, the newest first."""
        with self._lock:
            return list(reversed(self._entries.values()))

    def find(self, id_: str) -> Entry | None:
        """The entry of a request's id."""
        with self._lock:
            return self._entries.get(id_)

    def lines_of(self, entry: Entry) -> tuple[Sequence[LogRecord], int]:
        """What its function wrote, and how many further lines were not kept."""
        with self._lock:
            lines = self._lines.get(invocation_of(entry) or "", _Lines())
            return tuple(lines.kept), lines.left_out

    def pin(self, entry: Entry, *, is_pinned: bool) -> None:
        """Keep an entry as long as there is room, or let it go like others."""
        with self._lock:
            entry.is_pinned = is_pinned

    def clear(self) -> None:
        """Forget what is not pinned."""
        with self._lock:
            for entry in [each for each in self._entries.values() if not each.is_pinned]:
                del self._entries[entry.id]
                self._bytes -= entry.bytes
                self._forget_lines(invocation_of(entry) or "")


def invocation_of(entry: Entry) -> str | None:
    """The id of the invocation that answered, if one did."""
    return entry.record.invocation_id
