"""Lambda functions: how they run, and who they are to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from lattice_events.definitions.lattice_schema import (
    MAX_ENVIRONMENT_BYTES,
    function_name_problem,
    variable_name_problem,
)
from lattice_events.definitions.runtimes import runtime_obstacle
from lattice_events.definitions.types import SECURITY_GROUP
from lattice_events.errors import Problem
from lattice_events.network.model import Function
from lattice_events.readers.cloudformation.intrinsics import (
    NO_VALUE,
    as_text,
    is_intrinsic,
)
from lattice_events.readers.cloudformation.layers import layers_of
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.cloudformation.roles import principal_of
from lattice_events.readers.common.fragment import RunNote
from lattice_events.readers.common.handlers import handler_problem
from lattice_events.readers.common.inline_code import inline_code
from lattice_events.readers.common.properties import WrongPropertyError, shaped_number, shaped_text


def read_function(reading: Reading, name: str) -> None:
    """Read a function; one that cannot run here is a target and a caller all the same."""
    template, called = reading.template, reading.references.name(name)
    reading.fragment.declared_functions.append((name, called))
    reading.attempt(name, lambda: _check_name(reading, name), None)
    given = template.quiet(("Resources", name, "Properties", "Role"))
    role_arn = given if isinstance(given, str) else ""
    reading.fragment.principals.append(principal_of(reading, name, role_arn, vpc_id=_vpc(reading, name)))
    obstacle = reading.attempt(name, lambda: _obstacle(reading, name), "")
    if obstacle:
        reading.fragment.notes.append(RunNote(f"Function {called} is left out: {obstacle}."))
    function = Function(
        name=called,
        arn=reading.references.arn(name),
        handler="",
        runtime=str(template.quiet(("Resources", name, "Properties", "Runtime")) or ""),
        code="",
        obstacle=obstacle,
        role_arn=role_arn,
        logical_id=name,
        origin=template.origin(name),
    )
    reading.fragment.functions.append(function if obstacle else _that_runs(reading, name, function))


def _that_runs(reading: Reading, name: str, function: Function) -> Function:
    """A function with what only matters for running it."""
    settings = reading.options.run_settings
    handler = reading.attempt(name, lambda: _handler(reading, name), "")
    environment: Mapping[str, str] = reading.attempt(name, lambda: _environment(reading, name), {})
    layers: tuple[str, ...] = ()
    if reading.options.runs_functions:
        layers = reading.attempt(name, lambda: layers_of(reading, name), ())
    code = _code(reading, name)
    if code is None:
        message = f"Where is the code of this function? Name its folder with --code {name}=FOLDER."
        reading.problem(("Resources", name, "Properties", "Code"), message)
    if handler and code and function.is_python:
        has_layers = layers or reading.template.written(("Resources", name, "Properties", "Layers"))
        knows_path = not (settings.python or has_layers or "PYTHONPATH" in environment)
        _tell_lost_handler(reading, name, handler, code, knows_path=knows_path)
    return replace(
        function,
        handler=handler,
        code=code or "",
        environment=environment,
        layers=layers,
        log_format="JSON" if _logging(reading, name, "LogFormat") == "JSON" else "Text",
        log_level=_logging(reading, name, "ApplicationLogLevel"),
        log_group=_logging(reading, name, "LogGroup"),
        timeout_seconds=_number(reading, name, "Timeout", 3),
        memory_mb=_number(reading, name, "MemorySize", 128),
        reserved_concurrency=_number(reading, name, "ReservedConcurrentExecutions", None),
        python=settings.python,
        max_processes=settings.max_processes,
        prewarm=settings.prewarm,
    )


def _obstacle(reading: Reading, name: str) -> str:
    """Say why a function cannot run on this machine, or nothing."""
    if reading.template.property(name, "PackageType", "Zip") != "Zip":
        return "it is a container image"
    runtime = reading.template.property(name, "Runtime")
    if runtime_obstacle(runtime):
        return runtime_obstacle(runtime)
    if _code(reading, name) is None and reading.references.name(name) not in reading.targets:
        return f"its code is unknown; name its folder with --code {name}=FOLDER"
    return ""


def _code(reading: Reading, name: str) -> str | None:
    """The folder or archive with the code: the known one, or one of what stands in the template."""
    code = reading.options.code(name)
    if code:
        return code
    text = reading.template.quiet(("Resources", name, "Properties", "Code", "ZipFile"))
    runtime = reading.template.quiet(("Resources", name, "Properties", "Runtime"))
    return inline_code(text, str(runtime)) if isinstance(text, str) else code


T = TypeVar("T", int, int | None)


def _number(reading: Reading, name: str, key: str, default: T) -> T:
    def get() -> T:
        given = reading.template.property(name, key, None)
        return default if given is None else shaped_number(given, key, (key,))

    return reading.known_or(name, key, get, default)


def _handler(reading: Reading, name: str) -> str:
    runtime = str(reading.template.property(name, "Runtime"))
    default = "bootstrap" if runtime.startswith("provided") else None  # it reads the handler, if it wants one
    handler = shaped_text(reading.template.property(name, "Handler", default), "Handler", ("Handler",))
    if default is None and "." not in handler:
        raise WrongPropertyError(
            f"Handler must be like folder/module.function, not {handler!r}.", ("Handler",)
        )
    return handler


def _logging(reading: Reading, name: str, key: str) -> str:
    """A text of the LoggingConfig, as far as it is known."""
    value = reading.template.quiet(("Resources", name, "Properties", "LoggingConfig", key))
    return value if isinstance(value, str) else ""


def _check_name(reading: Reading, name: str) -> None:
    given = reading.known_name(name)
    problem = None if given is None else function_name_problem(given)
    if problem:
        raise WrongPropertyError(f"FunctionName {problem}.", ("FunctionName",))


def _tell_lost_handler(reading: Reading, name: str, handler: str, code: str, *, knows_path: bool) -> None:
    """Say at once what would else show at the first request."""
    problem = handler_problem(handler, code, knows_path=knows_path)
    if problem:
        place = reading.template.locate(("Resources", name, "Properties", "Handler"))
        message = f"The handler {handler} of {reading.references.name(name)} cannot start: {problem}"
        reading.fragment.lost_handlers.append(Problem(message, place))
        if reading.options.runs_functions:
            reading.fragment.notes.append(f"{place}: {message}")


def _vpc(reading: Reading, name: str) -> str | None:
    """The VPC that a function is attached to, as its security group's resource tells."""
    template = reading.template
    groups = template.written(("Resources", name, "Properties", "VpcConfig", "SecurityGroupIds"))
    for group in groups if isinstance(groups, list) else ():
        named = group.get("Ref") or group.get("Fn::GetAtt") if isinstance(group, dict) else None
        logical_id = str(named[0] if isinstance(named, list) and named else named)
        if template.kind(logical_id) == SECURITY_GROUP:
            vpc = template.quiet(("Resources", logical_id, "Properties", "VpcId"))
            return vpc if isinstance(vpc, str) else None
    return None


def _environment(reading: Reading, name: str) -> Mapping[str, str]:
    """A function's variables; one that cannot be known gets a placeholder and a note."""
    known: dict[str, str] = {}
    for key, value in _variables(reading, name).items():
        problem = variable_name_problem(str(key))
        if problem:
            raise WrongPropertyError(f"{problem}.", ("Environment", "Variables", key))
        try:
            resolved = reading.template.resolver.resolve(value)
        except UnresolvableError as error:
            resolved = f"unresolved:{error.intrinsic}:{error.name}"
            if key not in reading.options.environment:
                reading.unknown_variable(str(key), reading.references.name(name), error)
        if resolved is not NO_VALUE:
            known[str(key)] = as_text(resolved)
    _check_size(known)
    return known


def _check_size(variables: Mapping[str, str]) -> None:
    size = sum(len(text.encode()) for pair in variables.items() for text in pair)
    if size > MAX_ENVIRONMENT_BYTES:
        message = f"Lambda takes {MAX_ENVIRONMENT_BYTES:,} bytes of variables, names and values together, not {size:,}."
        raise WrongPropertyError(message, ("Environment",))


def _variables(reading: Reading, name: str) -> Mapping[Any, Any]:
    """Each variable's value, unresolved, so that one that is not known leaves the others alone."""
    path = ("Resources", name, "Properties", "Environment", "Variables")
    variables = reading.template.written(path)
    if not isinstance(variables, dict) or is_intrinsic(variables):
        environment = reading.template.property(name, "Environment", {})
        variables = environment.get("Variables", {}) if isinstance(environment, dict) else None
    if not isinstance(variables, dict):
        raise WrongPropertyError("Environment must have Variables, names and values.", ("Environment",))
    return variables
