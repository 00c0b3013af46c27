"""What the Serverless CLI packaged: the template, the resolved configuration, and where code is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import ManifestError, Problem
from lattice_events.readers.common.documents import MAX_NODES, mapping, parse_json
from lattice_events.readers.common.files import read_text
from lattice_events.readers.common.noted import exists, is_file

TEMPLATE = "cloudformation-template-update-stack.json"
STATE = "serverless-state.json"
_OF_THE_PLUGIN = ("services", "vpcAssociations")  # which plugin/ makes resources of; they are in the template
_KEY = re.compile(r'\[("(?:[^"\\]|\\.)*"|\d+)\]')


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a run of the CLI met; see ``preload.js``.

    Attributes:
        unknown: Variables, as ``KIND:NAME``, for which placeholders stand.
        fallbacks: Variables for which the fallback that the user wrote stands.
        failures: Why one could not be had, by ``KIND:NAME``.
        artifacts: The package that the user makes, by function.
        outside: The packages that hold files from outside the service's folder.
        record: What it depended on; see ``record.js``.
    """

    unknown: tuple[str, ...] = ()
    fallbacks: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    artifacts: Mapping[str, FilePath] = field(default_factory=dict)
    outside: tuple[str, ...] = ()
    record: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, file: FilePath) -> Findings:
        """What is in the file that a run left; nothing where it left none."""
        return cls.of(_read_json(file)) if file.is_file() else cls()

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Findings:
        """What a run wrote down."""
        return cls(
            unknown=tuple(found["unknown"]),
            fallbacks=tuple(found["fallbacks"]),
            failures=found["failures"],
            artifacts={name: FilePath(path) for name, path in found["artifacts"].items()},
            outside=tuple(found["outside"]),
            record=found.get("record"),
        )


def _is_of_the_plugin(key: str, value: Any) -> bool:
    """Whether a key of ``custom.lattice`` is no setting; the name of a service network is one."""
    return key in _OF_THE_PLUGIN or (key == "serviceNetwork" and isinstance(value, dict))


@dataclass(frozen=True, kw_only=True)
class Package:
    """A packaged service.

    Attributes:
        folder: Where the package is; its archives count only while it is there.
        template: The CloudFormation template that would be deployed.
        state: The resolved configuration.
        findings: Of the run that made it.
    """

    folder: FilePath
    template: Mapping[str, Any]
    state: Mapping[str, Any]
    findings: Findings = field(default_factory=Findings)

    @classmethod
    def read(cls, folder: FilePath, *, findings: Findings) -> Package:
        """Read a package's template and state.

        Raises:
            ManifestError: A file is missing, or is no JSON.
        """
        template, state = (_read_json(folder / name) for name in (TEMPLATE, STATE))
        return cls(folder=folder, template=template, state=state, findings=findings)

    @cached_property
    def custom(self) -> Mapping[str, Any]:
        """``custom``, resolved."""
        return mapping(self._whole(self._service.get("custom")))

    @property
    def settings(self) -> Any:
        """``custom.lattice``, resolved, without what the plugin shares it with."""
        written = self.custom.get("lattice")
        if not isinstance(written, dict):
            return written
        return {key: value for key, value in written.items() if not _is_of_the_plugin(key, value)}

    @property
    def region(self) -> str:
        """The Region that the service is deployed to."""
        return str(self._provider.get("region") or "us-east-1")

    @property
    def name(self) -> str:
        """The service's name."""
        return str(self._service.get("service", ""))

    @property
    def stack_name(self) -> str:
        """The name of the CloudFormation stack."""
        name = self._service.get("service", "service")
        return str(self._provider.get("stackName") or f"{name}-{self._provider.get('stage', 'dev')}")

    def function_of(self, logical_id: str) -> str | None:
        """The function whose resource the CLI calls so."""
        name = self._properties(logical_id).get("FunctionName")
        return next((key for key, each in self._functions.items() if name and each.get("name") == name), None)

    @property
    def lattice_events(self) -> Iterator[tuple[str, int, Any]]:
        """Each event of the plugin: its function, its place among the function's events, and what is said."""
        for name, function in self._functions.items():
            events = function.get("events")
            for index, each in enumerate(events if isinstance(events, list) else []):
                if "lattice" in mapping(each):
                    yield name, index, each["lattice"]

    def role_statement(self, statement: Any) -> int | None:
        """The place of a statement of the framework's role among those that the user wrote; ``None`` for its own."""
        role = mapping(mapping(self._provider.get("iam")).get("role"))
        written = self._whole(role.get("statements") or self._provider.get("iamRoleStatements"))
        return written.index(statement) if isinstance(written, list) and statement in written else None

    def archive(self, logical_id: str) -> FilePath | None:
        """The archive of a function: its own, or the service's."""
        name = self._archive_name(logical_id)
        return self.folder / name if name and os.path.isfile(self.folder / name) else None

    def code(self, logical_id: str, service: FilePath, *, is_packaged: bool) -> FilePath | None:
        """What a function or a layer holds: the folder that the user changes, or an archive.

        Args:
            logical_id: Of its resource.
            service: The service's folder.
            is_packaged: Whether functions run from the package.
        """
        if "LayerName" in self._properties(logical_id):
            layer = self._layer(logical_id)
            return service / layer if layer is not None and exists(service / layer) else None
        return self.archive(logical_id) if is_packaged else self._source(logical_id, service)

    def _source(self, logical_id: str, service: FilePath) -> FilePath | None:
        """Where the code of a function is changed."""
        name = self.function_of(logical_id)
        artifact = self.findings.artifacts.get(name or "")
        if artifact is not None:
            return artifact if exists(artifact) else None
        own = self._archive_name(logical_id)
        module = self._functions.get(name or "", {}).get("module")
        if module and own != mapping(self.state.get("package")).get("artifact"):
            return service / str(module)  # which becomes the root of a package of its own
        return self.archive(logical_id) if own in self.findings.outside else service

    @property
    def _service(self) -> Mapping[str, Any]:
        return mapping(self.state.get("service"))

    @property
    def _provider(self) -> Mapping[str, Any]:
        return mapping(self._service.get("provider"))

    @cached_property
    def _functions(self) -> dict[str, Mapping[str, Any]]:
        functions = mapping(self._whole(self._service.get("functions")))
        return {name: mapping(each) for name, each in functions.items()}

    def _properties(self, logical_id: str) -> Mapping[str, Any]:
        resource = mapping(mapping(self.template.get("Resources")).get(logical_id))
        return mapping(resource.get("Properties"))

    def _archive_name(self, logical_id: str) -> str:
        code = mapping(self._properties(logical_id).get("Code"))
        shared = mapping(self.state.get("package")).get("artifact")
        return str(code.get("S3Key", "")).rpartition("/")[2] or str(shared or "")

    def _layer(self, logical_id: str) -> str | None:
        """The path of the layer that a resource is."""
        name = self._properties(logical_id).get("LayerName")
        for key, layer in mapping(self._whole(self._service.get("layers"))).items():
            if name and name in (key, mapping(layer).get("name")) and "path" in mapping(layer):
                return str(layer["path"])
        return None

    def _whole(self, value: Any) -> Any:
        """A part of the state, written out."""
        return _Writer(self.state, str(self.folder / STATE)).whole(value)


class _Writer:
    """Writes out a part of the state: what the CLI wrote once and only names elsewhere."""

    def __init__(self, state: Mapping[str, Any], shown: str) -> None:
        self._state, self._shown = state, shown
        self._count = 0

    def whole(self, value: Any, asked: frozenset[str] = frozenset()) -> Any:
        """A value with what it names.

        Raises:
            ManifestError: That is more than a project has: names that name each other multiply.
        """
        self._count += 1
        if self._count > MAX_NODES:
            message = f"It has more than {MAX_NODES:,} values when what it names is written out."
            raise ManifestError((Problem(message, self._shown),))
        if isinstance(value, list):
            return [self.whole(item, asked) for item in value]
        if not isinstance(value, dict):
            return value
        reference = value.get("$ref")
        if len(value) == 1 and isinstance(reference, str) and reference.startswith("$["):
            # What contains itself is nothing that a network needs.
            return None if reference in asked else self.whole(self._named(reference), asked | {reference})
        return {key: self.whole(item, asked) for key, item in value.items()}

    def _named(self, reference: str) -> Any:
        """What stands at a place that the state names: ``$["service"]["custom"]``."""
        value: Any = self._state
        for key in map(json.loads, _KEY.findall(reference)):
            try:
                value = value[key]
            except (LookupError, TypeError):
                return None
        return value


def _read_json(file: FilePath) -> Mapping[str, Any]:
    """A JSON file of a package."""
    if not is_file(file):
        message = "This package has no such file; create a package with 'osls package --package FOLDER'."
        raise ManifestError((Problem(message, str(file)),))
    value = parse_json(read_text(file, str(file)), str(file))
    if not isinstance(value, dict):
        raise ManifestError((Problem("This must be a JSON object.", str(file)),))
    return value
