"""What each key does while a run is up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lattice_events.cli.key_note import KeyNote
from lattice_events.cli.keys import has_keyboard, listening
from lattice_events.cli.stopping import in_thread
from lattice_events.local.run.run import Run

# A program of its own: what a browser prints is not seen, and one of the terminal (w3m) finds none.
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"

Tell = Callable[[KeyNote], object]


@contextmanager
def run_keys(
    run: Run, *, stop: Callable[[], object], tell: Tell, reload: Callable[[], object] | None = None
) -> Iterator[None]:
    """Have keys for a run, and say which.

    Args:
        run: That is up.
        stop: Ends it.
        tell: Told what keys have to say.
        reload: Reads everything again; ``None`` where nothing is to be read.
    """
    names = {"r": "reload", "o": "open the inspector", "c": "clear", "q": "quit", "?": "keys"}
    if reload is None:
        del names["r"]
    hint = "   ".join(f"{key} {does}" for key, does in names.items())

    def begin_to_reload() -> None:
        tell(KeyNote(text="Reading everything again …"))
        assert reload
        reload()

    actions: dict[str, Callable[[], object]] = {
        "o": lambda: _open(run, tell),
        "c": lambda: tell(KeyNote(text=hint, clears=True)),
        "q": stop,
        "?": lambda: tell(KeyNote(text=hint)),
        "h": lambda: tell(KeyNote(text=hint)),
        "\n": lambda: tell(KeyNote(text="")),  # as people part what was before from what comes
    }
    if reload is not None:
        actions["r"] = begin_to_reload
    if has_keyboard():
        tell(KeyNote(text=f"{hint}\n"))
    with listening(actions):
        yield


def _open(run: Run, tell: Tell) -> None:
    """Open the inspector's page in the user's browser."""
    tell(KeyNote(text="Opening the inspector …"))
    url = run.new_page_url()
    variables = {name: value for name, value in os.environ.items() if name != "TERM"}

    def start() -> None:
        done = subprocess.run(  # noqa: S603 - Python itself
            [sys.executable, "-I", "-c", _OPEN, url],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=variables,
            start_new_session=True,
        )
        if done.returncode != 0:
            tell(KeyNote(text="No browser was found here: open the URL of the line inspect."))

    in_thread(start)
