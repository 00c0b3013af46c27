"""Finished packages of the Serverless CLI as sources: a ``.serverless``, without the CLI and the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FilePath

from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.files import read_yaml
from lattice_events.readers.common.noted import exists, is_file
from lattice_events.readers.common.sources import Found, Reader, ReadOptions, SettingsSource
from lattice_events.readers.serverless.files import find_file
from lattice_events.readers.serverless.package import STATE, TEMPLATE, Findings, Package

_SETTINGS = ("service", "custom", "lattice")


def _claims(found: Found) -> FilePath | None:
    """A folder with a package, or the template in it."""
    folder = found.path if found.path.is_dir() else found.path.parent
    is_named = found.path.is_dir() or found.path.name == TEMPLATE
    return folder / TEMPLATE if is_named and _is_package(folder) else None


def _is_package(folder: FilePath) -> bool:
    return all(is_file(folder / name) for name in (TEMPLATE, STATE))


def _load(found: Found, _: ReadOptions) -> list[TemplateSource]:
    """The template of the package, with the settings and the code that lie beside it."""
    file = _claims(found)
    assert file is not None  # else it would not be loaded
    folder = file.parent.absolute()
    package = Package.read(folder, findings=Findings())
    document, state = read_yaml(file), read_yaml(file.parent / STATE)
    service = folder.parent if find_file(folder.parent) else folder
    settings = SettingsSource(value=package.settings, folder=service, locate=state.locate, root=_SETTINGS)
    return [
        TemplateSource(
            origin=document.file,
            template=package.template,
            locate=document.locate,
            folder=folder,
            stack_name=package.stack_name,
            region=package.region,
            code=_code(package, service),
            settings=settings,
        )
    ]


def _code(package: Package, service: FilePath) -> Callable[[str], str | None]:
    """The archive of a function, the folder of a layer; else the service's folder, if the package lies in it."""

    def code(logical_id: str) -> str | None:
        found = package.code(logical_id, service, is_packaged=True)
        if found is not None and exists(found):
            return str(found)
        return str(service) if service != package.folder else None

    return code


SERVERLESS_PACKAGE = Reader(
    form="a finished package of the Serverless CLI (.serverless)", claims=_claims, load=_load
)
