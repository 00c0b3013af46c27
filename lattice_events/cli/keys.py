"""Keys of the terminal while a run is up: each does something at once, and the terminal is given back whatever happens.

The terminal is taken while the run is in the foreground: a job in the background must not read what is typed for the
shell, and would be stopped for it (SIGTTIN). Nothing that is printed changes: Ctrl-C, Ctrl-Z and Ctrl-S are as before.
"""

from __future__ import annotations

import asyncio
import os
import signal
import termios
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from lattice_events.cli.foreground import is_in_foreground

_INPUT, _OUTPUT = 0, 1
_LOOK_SECONDS = 1.0  # how often a job in the background looks whether it has been brought forward
_LOCAL_MODES, _CHARACTERS = 3, 6  # places in what termios gives

Actions = Mapping[str, Callable[[], object]]


@contextmanager
def listening(actions: Actions) -> Iterator[None]:
    """Do what keys stand for, until the run ends; nothing where there is no terminal."""
    if not (os.isatty(_INPUT) and os.isatty(_OUTPUT)):
        yield
        return
    keyboard = _Keyboard(actions)
    keyboard.open()
    try:
        yield
    finally:
        keyboard.close()


def has_keyboard() -> bool:
    """Whether somebody sits at a terminal, sees what is printed, and has not sent this to the background."""
    return os.isatty(_INPUT) and os.isatty(_OUTPUT) and is_in_foreground(_INPUT)


class _Keyboard:
    """Has the terminal while this process is in its foreground."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self._loop = asyncio.get_running_loop()
        self._before: list[Any] | None = None  # how the terminal was, while it is ours
        self._next_look: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Take the terminal, and be told when it is to be given back."""
        for number in (signal.SIGTSTP, signal.SIGQUIT):
            self._loop.add_signal_handler(number, self._obey, number)
        self._loop.add_signal_handler(signal.SIGCONT, self._look)
        self._look()

    def close(self) -> None:
        """Leave everything as it was."""
        for number in (signal.SIGTSTP, signal.SIGQUIT, signal.SIGCONT):
            self._loop.remove_signal_handler(number)
        if self._next_look is not None:
            self._next_look.cancel()
        self._give_back()

    def _look(self) -> None:
        """Take the terminal in the foreground; in the background, leave it to the shell and look again later."""
        if self._next_look is not None:
            self._next_look.cancel()
            self._next_look = None
        if is_in_foreground(_INPUT):
            self._take()
        else:
            self._give_back()
            self._next_look = self._loop.call_later(_LOOK_SECONDS, self._look)

    def _take(self) -> None:
        """Have keys come one by one, and unseen; also again, after a shell has changed that."""
        try:
            found = termios.tcgetattr(_INPUT)
        except termios.error:  # it has gone
            return
        if self._before is None:
            self._before = found
            termios.tcflush(_INPUT, termios.TCIFLUSH)  # typed before anybody was told of keys
            self._loop.add_reader(_INPUT, self._read)
        characters = list(found[_CHARACTERS])
        characters[termios.VMIN], characters[termios.VTIME] = 1, 0
        modes = found[_LOCAL_MODES] & ~(termios.ICANON | termios.ECHO)
        ours = [*found[:_LOCAL_MODES], modes, *found[_LOCAL_MODES + 1 : _CHARACTERS], characters]
        termios.tcsetattr(
            _INPUT, termios.TCSANOW, ours
        )  # it does not wait for output that Ctrl-S has stopped

    def _give_back(self) -> None:
        if self._before is None:
            return
        self._loop.remove_reader(_INPUT)
        if is_in_foreground(_INPUT):  # else a shell has it, and has made it its own
            with suppress(termios.error):  # it has gone
                termios.tcsetattr(_INPUT, termios.TCSANOW, self._before)
        self._before = None

    def _obey(self, number: signal.Signals) -> None:
        """Do what a signal of the terminal does to any program, with the terminal in order: stop, or end."""
        self._give_back()
        self._loop.remove_signal_handler(number)
        signal.raise_signal(number)  # from which SIGTSTP returns when the user goes on with the job
        self._loop.add_signal_handler(number, self._obey, number)
        self._look()

    def _read(self) -> None:
        """Act on a key. What comes in one piece is no key: a paste, an arrow."""
        if not is_in_foreground(_INPUT):
            self._look()
            return
        try:
            typed = os.read(_INPUT, 1024).decode(errors="replace")
        except OSError:  # as when a terminal is closed
            typed = ""
        if not typed:
            self._loop.remove_reader(_INPUT)
        elif len({*typed}) == 1 and typed[0].lower() in self._actions:
            self._actions[typed[0].lower()]()
