"""Work of a reader that must be put in order before the process may end: another program runs, a folder is put aside."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_open: list[None] = []


@contextmanager
def unfinished() -> Iterator[None]:
    """Have the process wait for this; whatever else is read may end with the process."""
    _open.append(None)
    try:
        yield
    finally:
        _open.pop()


def is_unfinished() -> bool:
    """Whether something has to be put in order."""
    return bool(_open)


class _Ended(BaseException):
    """A signal that ends the process."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the process only when this is put in order, where they would end it at once."""
    if (
        threading.current_thread() is not threading.main_thread()
    ):  # which has the signals; it asks `is_unfinished`
        yield
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    ours = [each for each, handler in before.items() if handler is signal.SIG_DFL]
    for each in ours:
        signal.signal(each, _end)
    try:
        yield
    except _Ended as ended:
        signal.signal(ended.args[0], signal.SIG_DFL)
        signal.raise_signal(ended.args[0])
    finally:
        for each in ours:
            signal.signal(each, signal.SIG_DFL)


def _end(number: int, _: FrameType | None) -> None:
    raise _Ended(number)
