"""SAM templates as sources, and what ``sam build`` makes of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from lattice_events.errors import MissingExtraError, Problem
from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.documents import Document, Locate, Path, mapping
from lattice_events.readers.common.sources import (
    DEFAULT_REGION,
    Found,
    Reader,
    ReadOptions,
    SettingsSource,
)
from lattice_events.readers.sam.places import Places
from lattice_events.readers.sam.samconfig import SamConfig, read_samconfig
from lattice_events.readers.sam.template import is_local_application, is_sam

if TYPE_CHECKING:
    from lattice_events.readers.sam.translation import Refusal, Translation

_SETTINGS = ("Metadata", "lattice")
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
    return file if folder.parts[-2:] == _BUILT and file.is_file() else None


def _load(found: Found, options: ReadOptions) -> list[TemplateSource]:
    """The translated template."""
    file = _claims(found)
    assert file is not None  # else it would not be loaded
    if file != found.path:
        found = Found(file)
    folder = file.absolute().parent
    config = read_samconfig(folder)
    return [_source(found.documents[0], folder, config, options)]


def _source(document: Document, folder: FilePath, config: SamConfig, options: ReadOptions) -> TemplateSource:
    parameters = {**config.parameters, **options.params}
    region = options.region or config.region or DEFAULT_REGION
    translation = _translated(document, parameters, region)
    locate = Places(document=document, translated=translation.template).locate
    settings = mapping(document.value.get("Metadata")).get("lattice")
    return TemplateSource(
        origin=document.file,
        template=_with_stacks(translation.template),
        locate=locate,
        folder=folder,
        region=config.region,
        stack_name=config.stack_name,
        code=_code(translation.code, folder),
        parameters=config.parameters,
        notes=tuple(_notes(document, translation)),
        problems=tuple(_problem(each, document, locate) for each in translation.refusals),
        settings=SettingsSource(value=settings, folder=folder, locate=document.locate, root=_SETTINGS)
        if settings
        else None,
    )


def _translated(document: Document, parameters: Mapping[str, str], region: str) -> Translation:
    try:
        from lattice_events.readers.sam.translation import translate
    except ImportError as error:
        raise MissingExtraError("sam", needed_for=f"The SAM template {document.file}") from error
    return translate(document.value, parameters=parameters, region=region)


def _code(written: Mapping[str, Any], folder: FilePath) -> Callable[[str], str | None]:
    """Where the code of a template's functions and layers is: what is not here is somewhere in S3."""

    def code(logical_id: str) -> str | None:
        given = written.get(logical_id)
        path = folder / given if isinstance(given, str) else None
        return str(path) if path is not None and os.path.exists(path) else None

    return code


def _with_stacks(template: Mapping[str, Any]) -> dict[str, Any]:
    """A template whose applications are nested stacks, which they become."""
    resources = {name: _stack(each) for name, each in template["Resources"].items()}
    return {**template, "Resources": resources}


def _stack(resource: Any) -> Any:
    if not is_local_application(resource):
        return resource
    properties = resource["Properties"]
    kept = {key: value for key, value in properties.items() if key in ("Parameters", "Tags")}
    stack = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {**kept, "TemplateURL": properties["Location"]},
    }
    return {**resource, **stack}


def _problem(refusal: Refusal, document: Document, locate: Locate) -> Problem:
    """What the translator refuses, at the resource or the section that it names."""
    is_resource = refusal.logical_id in mapping(document.value["Resources"])
    path: Path = ("Resources", refusal.logical_id) if is_resource else (refusal.logical_id,)
    return Problem(f"SAM cannot translate this: {refusal.message}", locate(path))


def _notes(document: Document, translation: Translation) -> list[str]:
    """What SAM would make and is not here."""
    if not translation.left_out:
        return []
    kinds = ", ".join(translation.left_out)
    return [f"{document.file}: What SAM makes of {kinds} is left out; functions and layers are there."]


SAM = Reader(form="a SAM template (with Transform: AWS::Serverless-2016-10-31)", claims=_claims, load=_load)
