"""Shows what takes its time, with the seconds that it has taken."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.text import Text

from lattice_events.cli.foreground import is_in_background
from lattice_events.cli.lines import plain
from lattice_events.readers.common.sources import ReadOptions

if TYPE_CHECKING:  # it is loaded where there is a terminal
    from rich.progress import Progress as Live

_ERRORS = 2  # the descriptor of standard error
_END_SECONDS = 1.0


class Progress:
    """A line on standard error that changes, on a terminal of ours; elsewhere there is none.

    It is used from several threads: one reads, another prints, and a third ends the run.
    """

    def __init__(self) -> None:
        """Show nothing yet."""
        self._console = Console(stderr=True, highlight=False)
        self._is_shown = (
            os.isatty(_ERRORS) and not is_in_background(_ERRORS) and not self._console.is_dumb_terminal
        )
        self._live: Live | None = None
        self._lock = threading.Lock()
        self._is_over = False

    def __enter__(self) -> Self:
        """Nothing to do; the end counts."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away, whatever has happened."""
        self.end()

    def begin(self, what: str) -> None:
        """Say the first thing, elsewhere too."""
        if self._is_shown:
            self.say(what)
        else:
            self._console.print(Text(f"{what} …", style="dim"))

    def say(self, what: str) -> None:
        """Say what is done now."""
        with self._lock:
            if not self._is_shown or self._is_over:
                return
            if self._live is None:
                self._live = _live(self._console)
                self._live.add_task(plain(what))
                self._live.start()
                self._console.show_cursor()  # so that no signal can leave the terminal without one
            self._live.update(self._live.task_ids[0], description=plain(what))

    def end(self) -> None:
        """Take the line away for good: something else is printed from now on."""
        with self._lock:
            self._is_over = True
            live, self._live = self._live, None
        if live is not None:
            ending = threading.Thread(target=live.stop, daemon=True)
            ending.start()
            ending.join(_END_SECONDS)  # a terminal that Ctrl-S has stopped takes nothing


@contextmanager
def reading(options: ReadOptions, *, is_quiet: bool = False) -> Iterator[ReadOptions]:
    """Show on a terminal what is read by these options, until all of it has been."""
    with Progress() as progress:
        if not is_quiet:
            progress.say("Reading the configuration")
        yield replace(options, tell=options.tell if is_quiet else progress.say)


def _live(console: Console) -> Live:
    from rich.progress import Progress as Live
    from rich.progress import ProgressColumn, SpinnerColumn, Task, TextColumn
    from rich.table import Column

    class Seconds(ProgressColumn):
        """How long it has taken."""

        def render(self, task: Task) -> Text:
            seconds = int(task.elapsed or 0)
            return Text(f"{seconds} s" if seconds else "", style="dim")

    what = TextColumn(
        "{task.description} …",
        style="dim",
        markup=False,
        table_column=Column(no_wrap=True, overflow="ellipsis"),
    )
    return Live(
        SpinnerColumn(),
        what,
        Seconds(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
