"""What a key has to say."""

from __future__ import annotations

from dataclasses import dataclass

from lattice_events.local.output.records import Notice


@dataclass(frozen=True, kw_only=True)
class KeyNote(Notice):
    """A dim line.

    Attributes:
        clears: Whether the screen is empty but for it.
    """

    source: str = "lattice"
    clears: bool = False
