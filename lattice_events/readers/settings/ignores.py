"""The findings of `lattice check` that settings ignore."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.definitions.ignores import Ignore, InFile, InFolder, Scope, read_ignores
from lattice_events.readers.common.documents import mapping
from lattice_events.readers.common.sources import SettingsSource

KEY = "ignore"


def settings_ignores(source: SettingsSource, *, is_chosen: bool = False) -> Iterator[Ignore]:
    """What settings ignore: in their template; in their folder, of a file; everywhere, where the user names that file."""
    folder = source.folder.anchor if is_chosen else str(source.folder)
    scope: Scope = InFolder(folder) if source.is_program else InFile()
    written = mapping(source.value).get(KEY)
    for path, rule, reason in read_ignores(written) if isinstance(written, (list, dict, str)) else ():
        yield Ignore(rule=rule, reason=reason, place=source.locate((*source.root, KEY, *path)), scope=scope)
