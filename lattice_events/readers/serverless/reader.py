"""Serverless projects as sources: the template that the Serverless CLI would deploy."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path as FilePath

from lattice_events.errors import ConfigurationError, Problem, Question
from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.advice import variable_option
from lattice_events.readers.common.sources import Found, Reader, ReadOptions, SettingsSource
from lattice_events.readers.common.unfinished import ended_by_signals, unfinished
from lattice_events.readers.serverless.cli import package
from lattice_events.readers.serverless.compose import NAMES as COMPOSE_NAMES
from lattice_events.readers.serverless.compose import find_compose, members
from lattice_events.readers.serverless.files import find_file, is_service, written
from lattice_events.readers.serverless.looked_up import with_looked_up
from lattice_events.readers.serverless.package import Findings, Package
from lattice_events.readers.serverless.places import Places
from lattice_events.readers.serverless.unknown import find_unknown, placeholder

_SETTINGS = ("custom", "lattice")
_OPTION = "--variable 'KIND:NAME=VALUE'"


def _claims(found: Found) -> FilePath | None:
    """A serverless.yml of any form, or a folder with one; several services in one serverless-compose.yml."""
    if found.path.is_dir():
        return find_compose(found.path) or find_file(found.path)  # in the order of the CLI
    return found.path if is_service(found) or found.path.name in COMPOSE_NAMES else None


def _load(found: Found, options: ReadOptions) -> list[TemplateSource]:
    """The packaged project, or those of a serverless-compose.yml."""
    file = _claims(found)
    assert file is not None  # else it would not be loaded
    if file.name not in COMPOSE_NAMES:
        return [_service(file, options)]
    loaded: dict[str, TemplateSource] = {}
    for member in members(file, Found(file).shown):
        stacks = {name: source.stack_name for name, source in loaded.items()}
        params = {**member.params_with(stacks), **options.params}
        loaded[member.name] = _service(member.file, replace(options, params=params))
    return list(loaded.values())


def _service(file: FilePath, options: ReadOptions) -> TemplateSource:
    """One service."""
    shown = Found(file).shown
    folder = file.resolve().parent
    places = Places(written(file, shown), folder)
    packaged = _package(file.resolve(), options, shown)
    _refuse_other(packaged, places)
    _refuse_unknown(packaged, places)
    settings = SettingsSource(value=packaged.settings, folder=folder, locate=places.locate, root=_SETTINGS)
    return TemplateSource(
        origin=shown,
        template=packaged.template,
        locate=partial(places.of_template, package=packaged),
        folder=folder,
        stack_name=packaged.stack_name,
        region=packaged.region,
        code=_code(packaged, folder, is_packaged=options.packaged),
        settings=settings,
        notes=tuple(_notes(packaged.findings, shown)),
        failures=_failures(packaged.findings),
    )


def _failures(findings: Findings) -> dict[str, str]:
    """What the CLI said when it could not get a value, by the placeholder that stands for it."""
    return {
        placeholder(name): f"the Serverless CLI says: {' '.join(reason.split())}"
        for name, reason in findings.failures.items()
    }


def _refuse_other(package: Package, places: Places) -> None:
    """Refuse the package of another service, where the name of this one can be told."""
    if package.name not in (places.service, "") and places.service:
        message = f"The package that --package names is of the service {package.name}, and this is {places.service}."
        raise ConfigurationError((Problem(message, places.locate(("service",))),))


def _refuse_unknown(package: Package, places: Places) -> None:
    """Ask for what is needed before the template is read."""
    needed = {_SETTINGS: package.settings, ("provider", "stackName"): package.stack_name}
    unknown = [each for path, value in needed.items() for each in find_unknown(value, path)]
    failures = _failures(package.findings)
    if unknown:
        raise ConfigurationError(
            Question(_question(name, failures.get(placeholder(name))), places.locate(path))
            for path, name in unknown
        )


def _question(name: str, failure: str | None) -> str:
    """Ask for the value of a ``KIND:NAME``."""
    asked = f"{name} ({failure})" if failure else name
    return (
        f"This value is needed but cannot be known: {asked}. Give it with {variable_option(name) or _OPTION}."
    )


def _package(file: FilePath, options: ReadOptions, shown: str) -> Package:
    """The package that was given, or one that the CLI makes now."""
    if options.package is not None:
        return Package.read(options.package, findings=Findings())
    with unfinished(), ended_by_signals():
        return with_looked_up(_packaged(file, options, shown))


def _packaged(file: FilePath, options: ReadOptions, shown: str) -> Package:
    """The package that the CLI makes, and no folder that nobody needs."""
    target = FilePath(tempfile.mkdtemp(prefix="lattice-package-"))
    remove = partial(shutil.rmtree, target, ignore_errors=True)
    try:
        made = package(file, target, options, shown=shown)
    except BaseException:
        remove()
        raise
    if made.findings.outside:
        atexit.register(remove)  # functions run from its archives
    else:
        remove()
    return made


def _code(package: Package, folder: FilePath, *, is_packaged: bool) -> Callable[[str], str | None]:
    """Where the code of a service's functions and layers is."""

    def code(logical_id: str) -> str | None:
        found = package.code(logical_id, folder, is_packaged=is_packaged)
        return os.path.abspath(found) if found else None

    return code


def _notes(findings: Findings, shown: str) -> Iterator[str]:
    """What stands for something else."""
    names: dict[str, list[str]] = {}
    for name, reason in findings.failures.items():
        names.setdefault(" ".join(reason.split()), []).append(name)
    for reason, failed in names.items():
        yield f"{shown}: the Serverless CLI could not get {', '.join(failed)} ({reason}); {_OPTION} gives a value."
    if findings.fallbacks:
        fallbacks = ", ".join(findings.fallbacks)
        yield f"{shown}: {fallbacks} cannot be known here, so the fallback in the file is used; {_OPTION} gives a value."


SERVERLESS = Reader(form="a Serverless project (a folder with a serverless.yml)", claims=_claims, load=_load)
