"""A cloud assembly: the folder ``cdk.out`` that ``cdk synth`` writes.

Source:
    https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.cloud_assembly_schema-readme.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import ManifestError
from lattice_events.readers.common.documents import mapping, parse_json
from lattice_events.readers.common.files import read_text, shown

MANIFEST = "manifest.json"
_STACK, _ASSEMBLY, _ASSETS = "aws:cloudformation:stack", "cdk:cloud-assembly", "cdk:asset-manifest"
_ENVIRONMENT = re.compile("aws://([0-9]{12}|[^/]*)/(.*)")
_MAX_STAGES = 200  # of an app


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack of an assembly.

    Attributes:
        file: Its template.
        name: Of the stack.
        account: That it is for; empty for any.
        region: That it is for; empty for any.
        parameters: Values of its parameters.
        assets: Files and folders that its template calls by a key in S3.
    """

    file: FilePath
    name: str
    account: str
    region: str
    parameters: Mapping[str, str]
    assets: Mapping[str, FilePath]


@dataclass(frozen=True)
class Assembly:
    """One folder with a manifest."""

    folder: FilePath

    @cached_property
    def artifacts(self) -> Mapping[str, Any]:
        """What the manifest names; nothing for another program's manifest.json."""
        artifacts = mapping(_read(self.folder / MANIFEST).get("artifacts"))
        return {str(name): mapping(each) for name, each in artifacts.items()}

    @property
    def is_one(self) -> bool:
        """Whether the CDK wrote it."""
        kinds = {each.get("type") for each in self.artifacts.values() if isinstance(each.get("type"), str)}
        return not kinds.isdisjoint((_STACK, _ASSEMBLY))

    def stacks(self, seen: set[FilePath] | None = None) -> Iterator[Stack]:
        """Every stack, those of stages too; a folder that names itself is read once."""
        seen = set() if seen is None else seen
        folder = self.folder.resolve()
        if folder in seen or len(seen) > _MAX_STAGES:
            return
        seen.add(folder)
        for name, artifact in self.artifacts.items():
            properties = mapping(artifact.get("properties"))
            if artifact.get("type") == _STACK:
                yield self._stack(name, artifact, properties)
            elif artifact.get("type") == _ASSEMBLY:
                yield from Assembly(self.folder / str(properties.get("directoryName"))).stacks(seen)

    def nested(self, file: FilePath) -> Stack:
        """A template that is nested in a stack: what it is called and where it runs is its parent's to say."""
        return Stack(file=file, name="", account="", region="", parameters={}, assets=self._assets)

    def _stack(self, name: str, artifact: Mapping[str, Any], properties: Mapping[str, Any]) -> Stack:
        environment = _ENVIRONMENT.fullmatch(str(artifact.get("environment")))
        account, region = environment.groups() if environment else ("", "")
        return Stack(
            file=self.folder / str(properties.get("templateFile")),
            name=str(properties.get("stackName") or name),
            account="" if account.startswith("unknown-") else account,
            region="" if region.startswith("unknown-") else region,
            parameters={str(key): str(value) for key, value in mapping(properties.get("parameters")).items()},
            assets=self._assets,
        )

    @cached_property
    def _assets(self) -> dict[str, FilePath]:
        """Every file or folder of the assembly that is put into S3, by its key."""
        return dict(self._destinations())

    def _destinations(self) -> Iterator[tuple[str, FilePath]]:
        for artifact in self.artifacts.values():
            if artifact.get("type") != _ASSETS:
                continue
            file = self.folder / str(mapping(artifact.get("properties")).get("file"))
            for asset in map(mapping, mapping(_read(file).get("files")).values()):
                path = mapping(asset.get("source")).get("path")
                for destination in mapping(asset.get("destinations")).values():
                    yield str(mapping(destination).get("objectKey")), self.folder / str(path)


def _read(file: FilePath) -> Mapping[str, Any]:
    """A JSON file; nothing where there is none."""
    try:
        return mapping(parse_json(read_text(file, shown(file)), shown(file)))
    except ManifestError:
        return {}
