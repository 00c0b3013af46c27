"""Files of settings: a ``lattice.yaml`` beside the sources, or the one that ``--settings`` names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from lattice_events.errors import ManifestError, Problem
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.common.sources import (
    Context,
    Found,
    Reader,
    ReadOptions,
    SettingsSource,
    Source,
)

NAMES = ("lattice.yaml", "lattice.yml", "lattice.json")


@dataclass(frozen=True, kw_only=True)
class SettingsFile(Source):
    """A file of settings: it defines nothing, and says how to play what others define."""

    settings: SettingsSource

    @classmethod
    def read_all(cls, sources: Sequence[SettingsFile], context: Context) -> Fragment:  # noqa: ARG003
        """Nothing."""
        return Fragment()


def _claims(found: Found) -> FilePath | None:
    """A file of one of the names that no reader before this one claims."""
    return found.path if found.path.name in NAMES and found.path.is_file() else None


def _load(found: Found, _: ReadOptions) -> list[SettingsFile]:
    return [SettingsFile(origin=found.shown, settings=load_settings(found))]


def load_settings(found: Found) -> SettingsSource:
    """The settings of a file of any name.

    Raises:
        ManifestError: It cannot be read, or has several documents.
    """
    if len(found.documents) > 1:
        raise ManifestError((Problem("Settings are one document, not several.", found.shown),))
    folder = found.path.absolute().parent
    for document in found.documents:
        return SettingsSource(value=document.value, folder=folder, locate=document.locate)
    return SettingsSource(value=None, folder=folder, locate=lambda _: found.shown)


SETTINGS = Reader(form="settings (lattice.yaml)", claims=_claims, load=_load)
