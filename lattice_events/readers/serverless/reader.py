"""Serverless projects as sources: the template that the Serverless CLI would deploy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FilePath

from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.sources import Found, Reader, ReadOptions, SettingsSource
from lattice_events.readers.serverless.cli import FILE_NAMES, ServerlessService, find_file, load_serverless

_SETTINGS = ("custom", "lattice")


def _claims(found: Found) -> FilePath | None:
    """A serverless.yml, or a folder with one."""
    if found.path.is_dir():
        return find_file(found.path)
    return found.path if found.path.name in FILE_NAMES else None


def _load(found: Found, options: ReadOptions) -> list[TemplateSource]:
    """The packaged project."""
    file = _claims(found)
    assert file is not None  # else it would not be loaded
    shown = Found(file).shown
    service = load_serverless(file.resolve(), options, shown=shown)
    settings = SettingsSource(
        value=service.custom.get("lattice"),
        folder=service.folder,
        locate=service.source.locate,
        root=_SETTINGS,
    )
    return [
        TemplateSource(
            origin=shown,
            template=service.template,
            locate=service.locate,
            folder=service.folder,
            stack_name=service.stack_name,
            region=service.region,
            code=_code(service, is_packaged=options.packaged),
            settings=settings,
        )
    ]


def _code(service: ServerlessService, *, is_packaged: bool) -> Callable[[str], str | None]:
    """Where the code of a service's functions is."""

    def code(logical_id: str) -> str | None:
        if not is_packaged:
            return str(service.folder)
        archive = service.archives.get(logical_id)
        return str(archive.absolute()) if archive else None

    return code


SERVERLESS = Reader(form="a Serverless project (a folder with a serverless.yml)", claims=_claims, load=_load)
