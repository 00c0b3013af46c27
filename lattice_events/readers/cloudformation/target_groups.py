"""Target groups and their targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from lattice_events.arn import Arn
from lattice_events.definitions.lattice_schema import TARGET_GROUP_CONFIG, function_name_problem
from lattice_events.errors import Problem
from lattice_events.network.model import (
    EventVersion,
    HealthCheck,
    HttpTarget,
    LambdaTarget,
    Target,
    TargetGroup,
)
from lattice_events.readers.cloudformation.intrinsics import is_intrinsic
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.advice import target_advice
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.fragment import RunNote
from lattice_events.readers.common.health_check import HEALTH_CHECK_KEYS, read_health_check
from lattice_events.readers.common.properties import WrongPropertyError

_Type = Literal["LAMBDA", "IP", "INSTANCE", "ALB"]
_TYPES: tuple[_Type, ...] = get_args(_Type)


def read_target_group(reading: Reading, name: str) -> None:
    """Read a target group; one that is wrong is there all the same for who forwards to it."""
    kind = reading.attempt(name, lambda: _type(reading, name), None)
    config = _Config(reading, name)
    has_check = kind in ("IP", "INSTANCE")
    reading.fragment.target_groups.append(
        TargetGroup(
            # A group without a name gets one of CloudFormation's making; ours is the logical id.
            name=reading.name(name, "target group"),
            arn=reading.references.arn(name),
            type=kind or "LAMBDA",
            targets=_targets(reading, name, kind, config),
            event_version=reading.attempt(name, config.event_version, "V1") if kind == "LAMBDA" else "V1",
            health_check=reading.attempt(name, config.health_check, None) if has_check else None,
            origin=reading.template.origin(name),
        )
    )


def _type(reading: Reading, name: str) -> _Type:
    given = reading.template.property(name, "Type")
    for kind in _TYPES:
        if given == kind:
            return kind
    raise WrongPropertyError(f"Type must be LAMBDA, IP, INSTANCE or ALB, not {given!r}.", ("Type",))


class _Config:
    """The Config of one group: what no decision uses need not be known."""

    def __init__(self, reading: Reading, name: str) -> None:
        self._reading = reading
        self._path: Path = ("Resources", name, "Properties", "Config")
        self._check_keys(self._path, TARGET_GROUP_CONFIG)
        self._check_keys((*self._path, "HealthCheck"), HEALTH_CHECK_KEYS)

    def _check_keys(self, path: Path, known: tuple[str, ...]) -> None:
        written = self._reading.template.written(path)
        for key in written if isinstance(written, dict) and not is_intrinsic(written) else ():
            if key not in known:
                self._reading.unknown_key((*path, key), str(path[-1]), known)

    def quiet(self, *keys: str) -> Any:
        """A value of it; ``None`` when it cannot be known."""
        whole = self._reading.template.quiet(self._path)
        value = whole if isinstance(whole, dict) else self._reading.template.quiet((*self._path, *keys))
        for key in keys if isinstance(whole, dict) else ():
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def event_version(self) -> EventVersion:
        """V1, which is the default, or V2."""
        path = (*self._path, "LambdaEventStructureVersion")
        version = self._reading.template.value(path) or self.quiet("LambdaEventStructureVersion") or "V1"
        if version not in ("V1", "V2"):
            message = f"LambdaEventStructureVersion must be V1 or V2, not {version!r}."
            raise WrongPropertyError(message, ("Config", "LambdaEventStructureVersion"))
        return "V2" if version == "V2" else "V1"

    def health_check(self) -> HealthCheck | None:
        """The health check; what cannot be known of it has its default."""
        given = self.quiet("HealthCheck")
        known = {key: self.quiet("HealthCheck", key) for key in HEALTH_CHECK_KEYS} if given is None else given
        if not isinstance(known, dict):
            return read_health_check({"HealthCheck": known})
        check = {key: known[key] for key in HEALTH_CHECK_KEYS if known.get(key) is not None}
        return read_health_check({"HealthCheck": check})


def _targets(reading: Reading, name: str, kind: _Type | None, config: _Config) -> tuple[Target, ...]:
    if kind is None:
        return ()
    if kind == "LAMBDA":
        return reading.attempt(name, lambda: _lambda_target(reading, name), ())
    path: Path = ("Resources", name, "Properties", "Config")
    if config.quiet("Protocol") == "TCP":
        reading.note(
            (*path, "Protocol"),
            RunNote("Target groups of protocol TCP are not emulated: it has no targets."),
        )
        return ()
    version = config.quiet("ProtocolVersion") or "HTTP1"
    if version != "HTTP1":
        message = f"ProtocolVersion {version} is not emulated by lattice dev: targets get HTTP/1.1."
        reading.note((*path, "ProtocolVersion"), RunNote(message))
    return _http_targets(reading, name, kind)


def _lambda_target(reading: Reading, name: str) -> tuple[Target, ...]:
    """The one function of a LAMBDA group."""
    targets = reading.template.property(name, "Targets", [])
    if not isinstance(targets, list) or len(targets) > 1:
        raise WrongPropertyError("A LAMBDA target group has one target, a function.", ("Targets",))
    if not targets:
        return ()
    arn = _function_arn(reading, name, targets[0] if isinstance(targets[0], dict) else {})
    function_name = arn.resource.split(":")[1]
    unqualified = f"arn:{arn.partition}:lambda:{arn.region}:{arn.account}:function:{function_name}"
    return (LambdaTarget(function_arn=unqualified),)


def _function_arn(reading: Reading, name: str, target: Mapping[str, Any]) -> Arn:
    """The ARN of a target's function; who gives a parameter may give the function's name."""
    given = str(target.get("Id"))
    answer = reading.answer(("Resources", name, "Properties", "Targets", 0, "Id"))
    if answer and ":" not in given and function_name_problem(given) is None:
        given = f"arn:aws:lambda:{reading.options.region}:{reading.options.account}:function:{given}"
    arn = Arn.parse(given)
    if arn is None or not arn.resource.startswith("function:"):
        advice = f". Give its ARN or name with {answer}" if answer else ": !GetAtt FUNCTION.Arn"
        message = f"The Id of a LAMBDA target must be the ARN of a function{advice}."
        raise WrongPropertyError(message, ("Targets", 0, "Id"))
    return arn


def _http_targets(reading: Reading, name: str, kind: _Type) -> tuple[Target, ...]:
    """Local stand-ins for addresses inside a VPC."""
    called = reading.known_name(name) or name
    reading.fragment.target_names.append((name, called))
    urls = reading.options.urls(name, called)
    if urls is None:
        message = f"The {kind} targets of {called} are addresses in a VPC. {target_advice(called)}"
        place = reading.template.locate(("Resources", name, "Properties", "Targets"))
        reading.fragment.questions.append((reading.references.arn(name), Problem(message, place)))
    return tuple(HttpTarget(url=url) for url in urls or ())
