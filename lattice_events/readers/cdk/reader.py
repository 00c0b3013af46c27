"""CDK apps as sources: the templates of a ``cdk.out``, with the code that lies beside them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import ManifestError
from lattice_events.readers.cdk.assembly import MANIFEST, Assembly, Stack
from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.documents import Document, Path, mapping, parse_json
from lattice_events.readers.common.files import read_text, read_yaml, shown
from lattice_events.readers.common.noted import exists, is_file
from lattice_events.readers.common.sources import Found, Reader, ReadOptions, SettingsSource

_PROJECT, _OUTPUT = "cdk.json", "cdk.out"
_TEMPLATE = ".template.json"
_SETTINGS = ("Metadata", "lattice")
_PATH, _ASSET = "aws:cdk:path", "aws:asset:path"
_FUNCTION, _NESTED = "AWS::Lambda::Function", "AWS::CloudFormation::Stack"
# Functions behind custom resources: providers, and singletons, whose name ends in an id of their own.
_PROVIDER = re.compile(
    "/Custom::|CustomResourceProvider/|/@aws-cdk--|/framework-(on|is)|/[A-Za-z]*[0-9a-fA-F]{32}/"
)


def _claims(found: Found) -> FilePath | None:
    """An assembly, a project that has one, or one template of an assembly."""
    if found.path.is_dir():
        return _manifest(found.path) or (_manifest(_output(found.path)) if _is_project(found.path) else None)
    if found.path.name == MANIFEST or found.path.name.endswith(_TEMPLATE):
        return found.path if _manifest(found.path.parent) else None
    return None


def _manifest(folder: FilePath) -> FilePath | None:
    file = folder / MANIFEST
    return file if is_file(file) and Assembly(folder).is_one else None


def _is_project(folder: FilePath) -> bool:
    return is_file(folder / _PROJECT)


def _output(project: FilePath) -> FilePath:
    """The assembly of a project: ``cdk.out``, or what its cdk.json says."""
    try:
        settings = parse_json(read_text(project / _PROJECT, shown(project / _PROJECT)), _PROJECT)
    except ManifestError:
        settings = {}
    output = mapping(settings).get("output")
    return project / (output if isinstance(output, str) else _OUTPUT)


def _load(found: Found, _: ReadOptions) -> list[TemplateSource]:
    """Every stack of an assembly, or the one whose template was named."""
    file = _claims(found)
    assert file is not None  # else it would not be loaded
    assembly = Assembly(file.parent)
    stacks = list(assembly.stacks())
    if file.name != MANIFEST:
        stacks = [each for each in stacks if each.file == file] or [assembly.nested(file)]
    loaded = [_Template(stack=stack, document=read_yaml(stack.file)) for stack in stacks]
    sources = [each.source() for each in loaded]
    left_out = ", ".join(name for each in loaded for name in each.providers)
    if left_out:
        note = f"{shown(file.parent)}: Functions that the CDK adds for custom resources are left out: {left_out}."
        sources[0] = replace(sources[0], notes=(note,))
    return sources


@dataclass(frozen=True, kw_only=True)
class _Template:
    """One template of an assembly: a stack's, or one that is nested in it."""

    stack: Stack
    document: Document

    @property
    def resources(self) -> Mapping[str, Any]:
        """As the CDK wrote them."""
        return mapping(mapping(self.document.value).get("Resources"))

    @cached_property
    def providers(self) -> tuple[str, ...]:
        """Logical ids of functions that nobody but CloudFormation calls."""
        return tuple(
            name
            for name, each in self.resources.items()
            if mapping(each).get("Type") == _FUNCTION and _PROVIDER.search(_construct(each) + "/")
        )

    def source(self) -> TemplateSource:
        """The template as a source."""
        settings = mapping(mapping(self.document.value).get("Metadata")).get("lattice")
        folder = self.stack.file.parent.absolute()
        project = next((each for each in folder.parents if _is_project(each)), folder)
        return TemplateSource(
            origin=self.document.file,
            template=self._template(),
            locate=self.locate,
            folder=folder,
            region=self.stack.region,
            account=self.stack.account,
            stack_name=self.stack.name,
            code=self.code,
            parameters=self.stack.parameters,
            settings=SettingsSource(
                value=settings, folder=project, locate=self.document.locate, root=_SETTINGS, is_program=False
            )
            if settings
            else None,
        )

    def _template(self) -> dict[str, Any]:
        """The template without functions of the CDK's own, and with nested stacks where their files are."""
        kept = {name: _local(each) for name, each in self.resources.items() if name not in self.providers}
        return {**mapping(self.document.value), "Resources": kept}

    def locate(self, path: Path) -> str:
        """The line of the template, and the construct that wrote it."""
        place = self.document.locate(path)
        resource = self.resources.get(str(path[1])) if path[:1] == ("Resources",) and len(path) > 1 else None
        construct = _construct(resource).removesuffix("/Resource")
        return f"{place} ({construct})" if construct else place

    def code(self, logical_id: str) -> str | None:
        """The folder or archive of a function or layer."""
        resource = mapping(self.resources.get(logical_id))
        properties = mapping(resource.get("Properties"))
        key = mapping(properties.get("Code", properties.get("Content"))).get("S3Key")
        asset = mapping(resource.get("Metadata")).get(_ASSET)
        path = self.stack.assets.get(key) if isinstance(key, str) else None
        if path is None and isinstance(asset, str):
            path = self.stack.file.parent / asset
        return os.path.abspath(path) if path is not None and exists(path) else None


def _construct(resource: Any) -> str:
    """The path of the construct that wrote a resource."""
    path = mapping(mapping(resource).get("Metadata")).get(_PATH)
    return path if isinstance(path, str) else ""


def _local(resource: Any) -> Any:
    """A resource; a nested stack with its template in the assembly instead of in S3."""
    file = mapping(mapping(resource).get("Metadata")).get(_ASSET)
    if mapping(resource).get("Type") != _NESTED or not isinstance(file, str):
        return resource
    return {**resource, "Properties": {**mapping(resource.get("Properties")), "TemplateURL": file}}


CDK = Reader(form="a CDK app (cdk.out, which 'cdk synth' writes)", claims=_claims, load=_load)
