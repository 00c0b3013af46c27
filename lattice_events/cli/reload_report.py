"""What is told of a reload: what was read or started anew, or why everything goes on as before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from lattice_events.cli.lines import line, plain
from lattice_events.local.run.ready import Ready, service_url


@dataclass(frozen=True, kw_only=True)
class Reloaded:
    """A reload.

    Attributes:
        files: That changed, as the user calls them; empty when the user asked for it.
        functions: Whose next requests are served by new processes.
        services: Names of the services that are new or have another URL.
        gone: Names of the services that are no more.
        notes: What should be said once of what was read.
        problems: Why something goes on as before; each says what, and where.
        duration_ms: Since the change was seen.
        is_silent: Whether nothing needs to be told unless something is new.
    """

    files: Sequence[str] = ()
    functions: Sequence[str] = ()
    services: Sequence[str] = ()
    gone: Sequence[str] = ()
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()
    duration_ms: float = 0.0
    is_silent: bool = True

    @property
    def is_worth_telling(self) -> bool:
        """Whether anything is another, or a file was saved that might have made it so."""
        news = (self.functions, self.services, self.gone, self.notes, self.problems)
        return any(news) or not self.is_silent


def difference(before: Ready, now: Ready, notes: Sequence[str], told: Reloaded) -> Reloaded:
    """What is told, with what is new in a network."""
    urls = {each.name: service_url(each) for each in before.network.services}
    others = {each.name: service_url(each) for each in now.network.services}
    return replace(
        told,
        services=[name for name, url in others.items() if urls.get(name) != url],
        gone=[name for name in urls if name not in others],
        notes=[each for each in notes if each not in before.notes],
    )


def reload_lines(told: Reloaded) -> Iterator[RenderableType]:
    """For a person: ``Reloaded: handlers/app.py → hello (112 ms)``, or what is wrong and that the old one goes on."""
    files = _some(told.files) or "everything"
    if told.problems:
        yield line((f"Not reloaded: {files}", "bold red"))
        for text in told.problems:
            for each in text.splitlines():
                yield line((f"       {each}", "red"))
        yield line(("       What was there before goes on; save the file again when it is right.", "dim"))
    if told.functions or not told.problems:
        what = f" → {_some(told.functions)}" if told.functions else ""
        time = (f" ({told.duration_ms:.0f} ms)", "dim")
        yield Text.assemble((plain(f"Reloaded: {files}{what}"), "bold green"), time)
    for title, names in (("service", told.services), ("gone   ", told.gone)):
        for name in names:
            yield line((f"       {title} ", "dim"), name)
    for note in told.notes:
        yield line(("note  ", "yellow"), note)


def reload_fields(told: Reloaded) -> dict[str, Any]:
    """For a script."""
    return {
        "event": "reload",
        "ok": not told.problems,
        "files": list(told.files),
        "functions": list(told.functions),
        "services": list(told.services),
        "gone": list(told.gone),
        "notes": list(told.notes),
        "problems": list(told.problems),
        "duration_ms": round(told.duration_ms),
    }


_SHOWN = 5


def _some(names: Sequence[str]) -> str:
    """The first of several names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
