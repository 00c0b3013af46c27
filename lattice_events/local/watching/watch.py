"""Watch folders, in a thread: what happens in them is told in batches, a moment after it has ended."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from lattice_events.local.watching.plan import Event

_QUIET_MS = 25  # after an event: an editor writes a file in several steps
_LONGEST_MS = 150  # for files that are written without end
Told = Callable[[set[Event]], None]


class CannotWatchError(Exception):
    """The machine lets nothing more be watched, or not there."""


class Watch:
    """Folders that are watched, each without what is below it."""

    def __init__(self, folders: Iterable[str], tell: Told, loop: asyncio.AbstractEventLoop) -> None:
        """Watch from now on; `tell` is called on the loop, whatever the thread.

        Raises:
            CannotWatchError: It cannot be done: a limit of the machine, say.
            FileNotFoundError: A folder has gone.
        """
        # Not `watch` or `awatch`, which do not tell when the watch stands; its import takes longer than the rest.
        from watchfiles._rust_notify import RustNotify

        self._loop = loop
        self._tell = tell
        self._ended = threading.Event()
        try:
            self._notify = RustNotify(sorted(folders), False, False, 0, False, True)
        except FileNotFoundError:
            raise
        except (OSError, RuntimeError) as error:
            raise CannotWatchError(str(error)) from error
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def close(self) -> None:
        """Watch no longer; what is on its way is not told."""
        self._ended.set()

    def _run(self) -> None:
        with self._notify:
            while not self._ended.is_set():
                events = self._notify.watch(_LONGEST_MS, _QUIET_MS, 0, self._ended)
                if isinstance(events, set):
                    with suppress(RuntimeError):  # the loop is closed
                        self._loop.call_soon_threadsafe(self._pass_on, events)

    def _pass_on(self, events: set[Event]) -> None:
        if not self._ended.is_set():
            self._tell(events)
