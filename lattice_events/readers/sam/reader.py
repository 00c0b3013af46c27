"""SAM templates as sources, and what ``sam build`` makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from lattice_events.errors import MissingExtraError, Problem
from lattice_events.readers.cloudformation.reader import TemplateSource, template_source
from lattice_events.readers.common.documents import Document, Path, mapping
from lattice_events.readers.common.noted import is_file
from lattice_events.readers.common.sources import (
    DEFAULT_REGION,
    Context,
    Found,
    Reader,
    ReadOptions,
)
from lattice_events.readers.sam.code import Code
from lattice_events.readers.sam.places import Places
from lattice_events.readers.sam.samconfig import SamConfig, read_samconfig
from lattice_events.readers.sam.template import is_sam

if TYPE_CHECKING:
    from lattice_events.readers.sam.translation import Refusal, Translation

_BUILT = (".aws-sam", "build")


def _claims(found: Found) -> FilePath | None:
    """A file whose one document names SAM's transform, or a folder that ``sam build`` made."""
    if found.path.is_dir():
        return _built_template(found.path.absolute())
    if len(found.documents) != 1 or not isinstance(found.documents[0].value, dict):
        return None
    value = found.documents[0].value
    return found.path if "Resources" in value and is_sam(value) else None


def _built_template(folder: FilePath) -> FilePath | None:
    """The template of ``.aws-sam`` or ``.aws-sam/build``."""
    if folder.name == _BUILT[0]:
        folder /= _BUILT[1]
    file = folder / "template.yaml"
    return file if folder.parts[-2:] == _BUILT and is_file(file) else None


def _load(found: Found, options: ReadOptions) -> list[TemplateSource]:
    """The translated template."""
    file = _claims(found)
    assert file is not None  # else it would not be loaded
    if file != found.path:
        found = Found(file)
    folder = file.absolute().parent
    return [sam_source(found.documents[0], folder, options, config=read_samconfig(folder))]


def sam_source(
    document: Document, folder: FilePath, options: ReadOptions, *, config: SamConfig, is_alone: bool = False
) -> TemplateSource:
    """The translated template that a document is; see `TemplateSource`.

    Raises:
        MissingExtraError: The translator is not installed.
    """
    region = options.region or config.region or DEFAULT_REGION
    written = replace(
        template_source(document, folder, is_alone=is_alone),
        region=config.region,
        stack_name=config.stack_name,
        parameters=config.parameters,
    ).expanded(Context(options=options, region=region))  # the transform of loops comes before SAM's
    translation = _translated(written, {**config.parameters, **options.params}, region)
    places = Places(written=written.template, written_locate=written.locate, translated=translation.template)
    code = Code(
        paths=translation.code,
        written=written.template,
        translated=translation.template,
        folder=folder,
        layers=options.layers,
    )
    return replace(
        written,
        template=translation.template,
        locate=places.locate,
        code=written.code if is_alone else code.of,
        notes=(*written.notes, *_notes(written.origin, translation)),
        problems=(*written.problems, *(_problem(each, written) for each in translation.refusals)),
    )


def _translated(source: TemplateSource, parameters: Mapping[str, str], region: str) -> Translation:
    try:
        from lattice_events.readers.sam.translation import translate
    except ImportError as error:
        raise MissingExtraError("sam", needed_for=f"The SAM template {source.origin}") from error
    return translate(source.template, parameters=parameters, region=region)


def _problem(refusal: Refusal, source: TemplateSource) -> Problem:
    """What the translator refuses, at the resource or the section that it names."""
    is_resource = refusal.logical_id in mapping(source.template.get("Resources"))
    path: Path = ("Resources", refusal.logical_id) if is_resource else (refusal.logical_id,)
    return Problem(f"SAM cannot translate this: {refusal.message}", source.locate(path))


def _notes(origin: str, translation: Translation) -> list[str]:
    """What SAM would make and is not here."""
    if not translation.left_out:
        return []
    kinds = ", ".join(translation.left_out)
    return [f"{origin}: What SAM makes of {kinds} is left out; functions and layers are there."]


SAM = Reader(
    form="a SAM template (with Transform: AWS::Serverless-2016-10-31)",
    claims=_claims,
    load=_load,
    keys=("Resources",),
)
