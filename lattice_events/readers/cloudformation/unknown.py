"""What a getter raises for a property that cannot be known here."""

from __future__ import annotations

from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.common.documents import Path


class UnknownValueError(Exception):
    """A property cannot be known here.

    Attributes:
        parts: What cannot be known in it, each with its key path in the template.
    """

    def __init__(self, *parts: tuple[Path, UnresolvableError]) -> None:
        """Name what cannot be known."""
        super().__init__(", ".join(str(error) for _, error in parts))
        self.parts = parts
