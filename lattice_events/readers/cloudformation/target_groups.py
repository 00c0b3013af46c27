"""Target groups and their targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from lattice_events.arn import Arn
from lattice_events.network.model import EventVersion, HttpTarget, LambdaTarget, Target, TargetGroup
from lattice_events.readers.cloudformation.lambda_functions import obstacle_of
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.health_check import read_health_check
from lattice_events.readers.common.lattice_schema import TARGET, TARGET_GROUP_CONFIG
from lattice_events.readers.common.properties import WrongPropertyError, known_keys

_Type = Literal["LAMBDA", "IP", "INSTANCE", "ALB"]
_TYPES: tuple[_Type, ...] = get_args(_Type)


def read_target_group(reading: Reading, name: str) -> None:
    """Read a target group; one whose targets are wrong is there all the same for who forwards to it."""
    kind = _type(reading.template.property(name, "Type"))
    config: Mapping[str, Any] = reading.attempt(name, lambda: _config(reading, name), {})
    targets = _lambda_target if kind == "LAMBDA" else _http_targets
    has_check = kind in ("IP", "INSTANCE")
    reading.fragment.target_groups.append(
        TargetGroup(
            # A group without a name gets one of CloudFormation's making; ours is the logical id.
            name=reading.name(name, "target group"),
            arn=reading.references.arn(name),
            type=kind,
            targets=reading.attempt(name, lambda: targets(reading, name), ()),
            event_version=reading.attempt(name, lambda: _event_version(config), "V1"),
            health_check=reading.attempt(name, lambda: read_health_check(config), None)
            if has_check
            else None,
            origin=reading.template.origin(name),
        )
    )


def _type(given: Any) -> _Type:
    for kind in _TYPES:
        if given == kind:
            return kind
    raise WrongPropertyError(f"Type must be LAMBDA, IP, INSTANCE or ALB, not {given!r}.", ("Type",))


def _config(reading: Reading, name: str) -> Mapping[str, Any]:
    config = reading.template.property(name, "Config", {})
    known_keys(config, TARGET_GROUP_CONFIG, ("Config",))
    if config.get("ProtocolVersion", "HTTP1") != "HTTP1":
        message = f"ProtocolVersion {config['ProtocolVersion']} is not emulated by lattice dev."
        raise WrongPropertyError(message, ("Config", "ProtocolVersion"))
    return dict(config)


def _event_version(config: Mapping[str, Any]) -> EventVersion:
    version = config.get("LambdaEventStructureVersion", "V1")
    if version not in ("V1", "V2"):
        message = f"LambdaEventStructureVersion must be V1 or V2, not {version!r}."
        raise WrongPropertyError(message, ("Config", "LambdaEventStructureVersion"))
    return "V2" if version == "V2" else "V1"


def _lambda_target(reading: Reading, name: str) -> tuple[Target, ...]:
    """The one function of a LAMBDA group."""
    targets = reading.template.property(name, "Targets", [])
    if not isinstance(targets, list) or len(targets) > 1:
        raise WrongPropertyError("A LAMBDA target group has one target, a function.", ("Targets",))
    if not targets:
        return ()
    known_keys(targets[0], TARGET, ("Targets", 0))
    arn = Arn.parse(str(targets[0].get("Id")))
    if arn is None or not arn.resource.startswith("function:"):
        message = "The Id of a LAMBDA target must be the ARN of a function: !GetAtt FUNCTION.Arn."
        raise WrongPropertyError(message, ("Targets", 0, "Id"))
    function_name = arn.resource.split(":")[1]
    _check_runs_here(reading, function_name)
    unqualified = f"arn:{arn.partition}:lambda:{arn.region}:{arn.account}:function:{function_name}"
    return (LambdaTarget(function_arn=unqualified),)


def _check_runs_here(reading: Reading, function_name: str) -> None:
    """Refuse a target that cannot be run, by what stands in its way.

    A function that this template does not define may be another one's: that is seen when all are linked.
    """
    function = reading.functions.get(function_name)
    obstacle = None if function is None else obstacle_of(reading, function)
    if obstacle:
        message = f"The function {function_name} cannot run here: {obstacle}."
        raise WrongPropertyError(message, ("Targets", 0, "Id"))


def _http_targets(reading: Reading, name: str) -> tuple[Target, ...]:
    """Local stand-ins for addresses inside a VPC."""
    called = reading.references.own_name(name)
    for key in (name, called):
        if key is not None and key in reading.options.target_urls:
            return tuple(HttpTarget(url=url) for url in reading.options.target_urls[key])
    kind = reading.template.property(name, "Type")
    raise WrongPropertyError(
        f"The {kind} targets of {called or name} are addresses in a VPC. Name a local server for them: "
        f"custom.lattice.targets.{called or name}: {{url: http://127.0.0.1:PORT}} or {{command: […]}}.",
        ("Targets",),
    )
