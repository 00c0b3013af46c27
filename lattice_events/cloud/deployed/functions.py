"""Functions of moto's Lambda, with their versions and aliases.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lattice_events.definitions.runtimes import runtime_obstacle
from lattice_events.network.model import Function

_LATEST = "$LATEST"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """One of moto's functions as something to invoke.

    Attributes:
        function: Of moto: the version that runs.
        latest: Of moto: the function itself, which has what is the same for all versions.
        qualifier: Empty for the function itself.
    """

    function: Any
    latest: Any
    qualifier: str = ""

    @property
    def name(self) -> str:
        """That the network knows it by."""
        return f"{self.function.function_name}:{self.qualifier}".removesuffix(":")

    @property
    def arn(self) -> str:
        """Qualified, if it has a qualifier."""
        of = self.function
        return f"arn:{of.partition}:lambda:{of.region}:{of.account_id}:function:{self.name}"


def all_deployed(backend: Any, notes: list[str]) -> Iterator[Deployed]:
    """Every function, version and alias of a Region's backend, in this order for each function."""
    for latest in backend.list_functions():
        name = latest.function_name
        yield Deployed(function=latest, latest=latest)
        versions = {str(each.version): each for each in backend.list_versions_by_function(name)}
        versions[_LATEST] = latest
        for version, function in versions.items():
            if version != _LATEST:
                yield Deployed(function=function, latest=latest, qualifier=version)
        for alias in backend.list_aliases(name):
            if _weights(alias):
                notes.append(
                    f"Alias {name}:{alias.name}: its weights are not emulated; version {alias.function_version} "
                    "gets every request. Weights of target groups are."
                )
            if alias.function_version in versions:
                yield Deployed(function=versions[alias.function_version], latest=latest, qualifier=alias.name)


def _weights(alias: Any) -> Mapping[str, float]:
    """What else an alias stands for, by version."""
    return (alias.routing_config or {}).get("AdditionalVersionWeights") or {}


def function_of(deployed: Deployed, backend: Any, folder: Path) -> Function:
    """What is needed to run it.

    Args:
        deployed: What to run.
        backend: Of its Region, which knows the layers.
        folder: Where packages are written, each once.
    """
    of = deployed.function
    obstacle = _obstacle(of)
    if obstacle:
        return Function(
            name=deployed.name, arn=deployed.arn, handler="", runtime=of.run_time or "", code="",
            version=str(of.version), obstacle=obstacle, role_arn=of.role,
        )  # fmt: skip
    logging = getattr(of, "logging_config", None) or {}
    reserved = deployed.latest.reserved_concurrency
    layers = [backend.layers_versions_by_arn(each["Arn"]) for each in of.layers]
    return Function(
        name=deployed.name,
        arn=deployed.arn,
        handler=of.handler or "",
        runtime=of.run_time,
        code=_written(of, folder),
        timeout_seconds=int(of.timeout),
        memory_mb=int(of.memory_size),
        reserved_concurrency=None if reserved is None else int(reserved),
        environment={key: _text(value) for key, value in (of.environment_vars or {}).items()},
        layers=tuple(_written(each, folder) for each in layers if each and each.code_bytes),
        log_format="JSON" if logging.get("LogFormat") == "JSON" else "Text",
        log_level=logging.get("ApplicationLogLevel", ""),
        log_group=logging.get("LogGroup", ""),
        prewarm=0 if deployed.qualifier.isdigit() else 1,  # every deployment may leave a version behind
        version=str(of.version),
        role_arn=of.role,
    )


def _obstacle(function: Any) -> str:
    """Say why a function cannot run on this machine, or nothing."""
    if function.package_type == "Image" or "ImageUri" in function.code:
        return "it is a container image"
    if runtime_obstacle(function.run_time):
        return runtime_obstacle(function.run_time)
    return "" if function.code_bytes else "its code was not uploaded"


def _written(package: Any, folder: Path) -> str:
    """The archive of a function's code or of a layer, written if it is not there yet."""
    path = folder / f"{base64.b64decode(package.code_sha_256).hex()}.zip"
    if not path.exists():
        partial = path.with_suffix(".partial")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(package.code_bytes)
        partial.replace(path)
    return str(path)


def _text(value: Any) -> str:
    """A variable's value; templates may have numbers and booleans."""
    return str(value).lower() if isinstance(value, bool) else str(value)
