"""The options of commands that read sources, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from lattice_events.cli.env_file import read_env_files
from lattice_events.cli.variables import read_variables
from lattice_events.definitions.lattice_schema import variable_name_problem
from lattice_events.errors import ConfigurationError
from lattice_events.local.run.settings import RunSettings
from lattice_events.readers.common.sources import ReadOptions


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What the command line says about a run."""

    paths: Sequence[Path]
    read: ReadOptions
    run: RunSettings


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_SOURCE_OPTIONS = (
    click.option("--stage", default="", help="Stage of a Serverless project."),
    click.option("--region", default="", help="Region of all sources; passed to the Serverless CLI."),
    click.option(
        "--param",
        "params",
        multiple=True,
        metavar="K=V",
        help="Parameter of templates; passed to the Serverless CLI.",
    ),
    click.option(
        "--config",
        type=_FILE,
        metavar="FILE",
        help="The Serverless file, if its name is not serverless.yml.",
    ),
    click.option("--serverless-command", default="", metavar="PROGRAM", help="The Serverless CLI to use."),
    click.option(
        "--package",
        type=_FOLDER,
        metavar="DIR",
        help="Read this finished package instead of running the Serverless CLI.",
    ),
    click.option(
        "--no-cache",
        "no_cache",
        is_flag=True,
        help="Run the Serverless CLI even where nothing has changed since its last run.",
    ),
    click.option(
        "--code",
        multiple=True,
        metavar="LOGICAL_ID=DIR",
        help="Folder with the code of a function that no source locates.",
    ),
    click.option(
        "--layer",
        "layers",
        multiple=True,
        metavar="NAME=DIR",
        help="Folder with the content of a layer: by logical id, name or ARN.",
    ),
    click.option(
        "--settings", type=_FILE, metavar="FILE", help="File of settings, with the keys of a lattice.yaml."
    ),
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="NAME=URL",
        help="Local server of a target group or Kubernetes Service (NAME or NAMESPACE/NAME); repeatable for several targets.",
    ),
    click.option(
        "--caller",
        "callers",
        multiple=True,
        metavar="NAME=ARN",
        help="A caller: a role, a session or a user.",
    ),
    click.option(
        "--variable",
        "outside",
        multiple=True,
        metavar="KIND:NAME=VALUE",
        help="What only AWS knows: ssm:/path=VALUE, cf:stack.output=VALUE, import:export=VALUE.",
    ),
    click.option(
        "--variable-file",
        "outside_files",
        multiple=True,
        type=_FILE,
        metavar="FILE",
        help="File with lines of KIND:NAME=VALUE, as for --variable.",
    ),
)
_FUNCTION_OPTIONS = (
    click.option(
        "--packaged", is_flag=True, help="Run the zip file of --package instead of the service's folder."
    ),
    click.option("--env", "variables", multiple=True, metavar="K=V", help="A variable for every function."),
    click.option(
        "--env-file",
        "files",
        multiple=True,
        type=_FILE,
        metavar="FILE",
        help="File with lines of K=V, variables for every function.",
    ),
    click.option(
        "--extra-ca",
        multiple=True,
        type=_FILE,
        metavar="FILE",
        help="Further certificates that functions trust.",
    ),
)


_PORT = click.IntRange(0, 65535)
_SERVING_OPTIONS = (
    click.option(
        "--tls-port",
        type=_PORT,
        default=8443,
        show_default=True,
        help="Port for direct TLS; 0 uses a free port.",
    ),
    click.option(
        "--control-port",
        type=_PORT,
        default=9001,
        show_default=True,
        help="Port of Lambda's Invoke API; 0 uses a free port.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line, for scripts."),
    click.option(
        "--quiet",
        "is_quiet",
        is_flag=True,
        help="Leave out what functions write, and what is answered with less than 500; with --json too.",
    ),
    click.option(
        "--access-log",
        default="",
        metavar="FILE",
        help="Append VPC Lattice's access log records to FILE; with - they go to standard output, and everything else to standard error.",
    ),
)
profile_option = click.option(
    "--aws-profile", default="", metavar="NAME", help="Give functions this profile's real credentials."
)
"""Of commands whose functions may call AWS."""


# Of a run, named as in `RunSettings`.
_OF_RUN = ("port", "tls_port", "control_port", "aws_profile", "extra_ca", "access_log")


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option that says what to read."""
    for option in reversed(_SOURCE_OPTIONS):
        command = option(command)
    return command


def gateway_option(name: str) -> Callable[..., Any]:
    """The option for the gateway's port, by whatever name."""
    return click.option(
        name,
        type=_PORT,
        default=8480,
        show_default=True,
        help="Port of the gateway and proxy; 0 uses a free port.",
    )


def serving_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option that says where it serves and what it prints, but for the gateway's port."""
    for option in reversed(_SERVING_OPTIONS):
        command = option(command)
    return command


def function_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option that says what to read and how functions run."""
    for option in reversed(_FUNCTION_OPTIONS):
        command = option(command)
    return source_options(command)


def read_options(
    *,
    stage: str,
    region: str,
    params: tuple[str, ...],
    serverless_command: str,
    package: Path | None,
    no_cache: bool,
    code: tuple[str, ...],
    layers: tuple[str, ...],
    outside: tuple[str, ...],
    outside_files: tuple[Path, ...],
    settings: Path | None,
    targets: tuple[str, ...],
    callers: tuple[str, ...],
) -> ReadOptions:
    """What the options say about the sources.

    Raises:
        ConfigurationError: One of them is malformed.
    """
    return ReadOptions(
        stage=stage,
        region=region,
        params=dict(_pair("--param", each) for each in params),
        serverless_command=serverless_command,
        package=package,
        cache=not no_cache,
        variables=read_variables(outside, outside_files),
        code={name: Path(folder) for name, folder in (_pair("--code", each) for each in code)},
        layers={name: Path(folder) for name, folder in (_pair("--layer", each) for each in layers)},
        settings=settings,
        targets=_several("--target", targets),
        callers=dict(_pair("--caller", each) for each in callers),
    )


def source_paths(paths: tuple[Path, ...], config: Path | None) -> tuple[Path, ...]:
    """What to read: a file of ``--config`` stands for its folder."""
    if config is None:
        return paths
    file = os.path.realpath(config)
    return (*(path for path in paths if os.path.realpath(path) not in (os.path.dirname(file), file)), config)


def run_options(
    paths: tuple[Path, ...],
    *,
    config: Path | None,
    packaged: bool,
    variables: tuple[str, ...],
    files: tuple[Path, ...],
    **others: Any,
) -> RunOptions:
    """What the options say; `others` are those of `read_options` and of `RunSettings`.

    Raises:
        ConfigurationError: One of them is malformed, ``--packaged`` stands alone, or two ports are one.
    """
    run = {name: others.pop(name) for name in _OF_RUN if name in others}
    read = read_options(**others)
    if packaged and read.package is None:
        raise ConfigurationError("--packaged needs --package DIR: the package whose zip file to run.")
    ports = [run[name] for name in ("port", "tls_port", "control_port") if run.get(name)]
    if len(set(ports)) < len(ports):
        raise ConfigurationError("--port, --tls-port and --control-port must differ; 0 uses a free port.")
    environment = dict([*read_env_files(files), *map(read_variable, variables)])
    return RunOptions(
        paths=source_paths(paths, config),
        read=replace(read, packaged=packaged, environment=frozenset(environment)),
        run=RunSettings(variables=environment, **run),
    )


def read_variable(text: str) -> tuple[str, str]:
    """``K=V`` of ``--env``."""
    name, value = _pair("--env", text)
    problem = variable_name_problem(name)
    if problem:
        raise ConfigurationError(f"--env: {problem}.")
    return name, value


def _several(option: str, texts: tuple[str, ...]) -> dict[str, list[str]]:
    """Every value of each ``K=V``."""
    values: dict[str, list[str]] = {}
    for name, value in (_pair(option, text) for text in texts):
        values.setdefault(name, []).append(value)
    return values


def _pair(option: str, text: str) -> tuple[str, str]:
    """``K=V``."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ConfigurationError(f"{option} takes NAME=VALUE, not {text!r}.")
    return name, value
