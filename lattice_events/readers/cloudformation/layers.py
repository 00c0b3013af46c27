"""Layers of a function: the folders and archives that Lambda would unpack below ``/opt``.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from lattice_events.definitions.types import LAYER
from lattice_events.readers.cloudformation.intrinsics import NO_VALUE
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.fragment import RunNote
from lattice_events.readers.common.noted import exists
from lattice_events.readers.common.properties import WrongPropertyError


def layers_of(reading: Reading, function: str) -> tuple[str, ...]:
    """What is here of a function's layers, in their order; one that is elsewhere is a note.

    Raises:
        WrongPropertyError: What the command line names is not there.
    """
    found = []
    for index, name in enumerate(_names(reading, function)):
        folder = _folder(reading, name)
        if folder is None:
            reading.fragment.notes.append(
                RunNote(
                    f"{reading.template.locate(('Resources', function, 'Properties', 'Layers', index))}: The layer {name} "
                    f"of {reading.references.name(function)} is not here, so it runs without; --layer {name}=FOLDER gives it."
                )
            )
        elif not exists(folder):
            raise WrongPropertyError(f"The layer {name} is not there: {folder}.", ("Layers", index))
        else:
            found.append(folder)
    return tuple(found)


def _names(reading: Reading, function: str) -> Iterator[str]:
    """What each layer is called: by its logical id, if it is of this template, else as it is written."""
    own = {reading.references.arn(name): name for name in reading.template.names_of(LAYER)}
    for written in _written(reading, function):
        try:
            value = reading.template.resolver.resolve(written)
        except UnresolvableError as error:
            yield error.name
            continue
        for each in value if isinstance(value, list) else [value]:
            if each is not NO_VALUE:
                yield own.get(str(each), str(each))


def _written(reading: Reading, function: str) -> list[Any]:
    """Each layer, unresolved, so that one that is not known leaves the others alone."""
    value = reading.template.written(("Resources", function, "Properties", "Layers"))
    return value if isinstance(value, list) else [] if value is None else [value]


def _folder(reading: Reading, name: str) -> str | None:
    """Where a layer is: named by its logical id, name or ARN on the command line, or beside the template."""
    options = reading.options
    is_own = reading.template.kind(name) == LAYER
    arn = reading.references.arn(name) if is_own else name
    parts = arn.split(":")  # arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION
    names = [name, arn, ":".join(parts[:7]), *parts[6:7]]
    given = next((options.layers[each] for each in names if each in options.layers), None)
    if given is not None:
        return os.path.abspath(given)
    return options.code(name) if is_own else None
