"""SAM's resources as CloudFormation's, made by the translator that AWS itself runs.

It gets the functions and layers only: what else SAM knows (APIs, tables, state machines, events) is nothing that
a service network needs, and must not stop it.

Source:
    https://github.com/aws/serverless-application-model
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samtranslator.intrinsics.resolver import IntrinsicsResolver
from samtranslator.metrics.metrics import DummyMetricsPublisher, Metrics
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from lattice_events.readers.common.documents import mapping
from lattice_events.readers.sam.template import APPLICATION, CODE_KEYS, FUNCTION, PREFIX, TRANSFORM

# Properties of a function that no request to a service depends on.
_UNNEEDED = (
    "CapacityProviderConfig",
    "DeadLetterQueue",
    "DeploymentPreference",
    "DurableConfig",
    "EventInvokeConfig",
    "Events",
    "FunctionScalingConfig",
    "FunctionUrlConfig",
    "ProvisionedConcurrencyConfig",
    "SnapStart",
    "Tracing",
    "VersionDeletionPolicy",
)
_NOT_OF_IMAGES = ("Handler", "Layers", "Runtime")  # Globals that stop SAM where one function is an image
_UNKNOWN_ALIAS = "unresolved"  # VPC Lattice's targets here are functions, whatever their version
_REFUSED = "refused.refused"
_IMPLICIT = {
    "Api": "ServerlessRestApi",
    "HttpApi": "ServerlessHttpApi",
}  # by type of the event that makes them


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What the translator does not take.

    Attributes:
        logical_id: Of the resource; empty for the whole template.
        message: In its own words.
    """

    logical_id: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Translation:
    """What became of a template.

    Attributes:
        template: In CloudFormation's words; a resource that was refused stands for itself.
        code: What the user wrote as the code of a function or layer, parameters resolved, by logical id.
        refusals: Of the translator.
        left_out: Types of SAM that were not translated.
    """

    template: Mapping[str, Any]
    code: Mapping[str, Any]
    refusals: tuple[Refusal, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Session:
    """All that the translator asks of a session of boto3; a true one reads the user's files."""

    region_name: str


def translate(template: Mapping[str, Any], *, parameters: Mapping[str, str], region: str) -> Translation:
    """Translate a template."""
    given = copy.deepcopy(dict(template))
    aside = _set_aside(given)
    code = _with_codes(given, _known_values(given, parameters, region))
    result, refusals = _run_all(given, parameters, region)
    resources = {**mapping(result.get("Resources")), **aside}
    return Translation(
        template={**template, **result, "Resources": resources, "Transform": _other_transforms(template)},
        code=code,
        refusals=refusals,
        left_out=tuple(sorted(set(_left_out(template)))),
    )


def _set_aside(template: dict[str, Any]) -> dict[Any, Any]:
    """Take from a template what the translator has nothing to do for."""
    resources = dict(mapping(template.get("Resources")))
    aside = {name: each for name, each in resources.items() if not _is_translated(each)}
    template["Resources"] = {name: each for name, each in resources.items() if name not in aside}
    for resource in template["Resources"].values():
        resource.pop("Connectors", None)
    for resource in _functions_and_layers(template).values():
        properties = resource.get("Properties")
        for name in _implicit_apis(properties):
            aside.setdefault(name, {"Type": PREFIX + "Api"})
        _drop(properties, _UNNEEDED)
    template["Globals"] = {
        kind: values
        for kind, values in mapping(template.get("Globals")).items()
        if PREFIX + str(kind) in CODE_KEYS
    }
    _drop(template["Globals"].get("Function"), _UNNEEDED)
    return aside


def _is_translated(resource: Any) -> bool:
    """Whether the translator gets a resource: a function or layer, or any that may refer to one."""
    kind = mapping(resource).get("Type")
    is_foreign = isinstance(kind, str) and kind.startswith(PREFIX) and kind not in CODE_KEYS
    return isinstance(kind, str) and isinstance(resource.get("Properties", {}), dict) and not is_foreign


def _drop(properties: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if isinstance(properties, dict):
            properties.pop(name, None)


def _implicit_apis(properties: Any) -> Iterator[str]:
    """Names of the APIs that a function's events make, to which other values may refer."""
    for event in mapping(mapping(properties).get("Events")).values():
        kind = str(mapping(event).get("Type"))
        if kind in _IMPLICIT:
            yield _IMPLICIT[kind]


def _known_values(template: Mapping[str, Any], parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    """What the translator knows of parameters."""
    declared = mapping(template.get("Parameters"))
    defaults = {name: each["Default"] for name, each in declared.items() if "Default" in mapping(each)}
    return {**defaults, "AWS::Region": region, **parameters}


def _with_codes(template: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Put an object of S3 where a local path stands, as ``sam package`` does; what stood there, by logical id."""
    code = {}
    for name, resource in _functions_and_layers(template).items():
        key = CODE_KEYS[resource["Type"]]
        kind = resource["Type"].removeprefix(PREFIX)
        inherited = mapping(template["Globals"].get(kind))
        properties = resource.setdefault("Properties", {})
        alias = {**inherited, **properties}.get("AutoPublishAlias")
        if alias is not None and not isinstance(_resolved(alias, values), str):
            properties["AutoPublishAlias"] = _UNKNOWN_ALIAS
        if {**inherited, **properties}.get("PackageType") == "Image":
            properties.setdefault("ImageUri", "local")
            resource.setdefault("IgnoreGlobals", [each for each in _NOT_OF_IMAGES if each in inherited])
        elif "InlineCode" not in properties:
            code[str(name)] = _resolved(properties.get(key, inherited.get(key, ".")), values)
            properties[key] = {"Bucket": "local", "Key": str(name)}
    return code


def _resolved(value: Any, values: Mapping[str, Any]) -> Any:
    """A value with its parameters."""
    return IntrinsicsResolver(dict(values)).resolve_parameter_refs(copy.deepcopy(value))


def _functions_and_layers(template: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in template["Resources"].items() if each["Type"] in CODE_KEYS}


def _run_all(
    template: dict[str, Any], parameters: Mapping[str, str], region: str
) -> tuple[Mapping[str, Any], tuple[Refusal, ...]]:
    """Run the translator until it takes what is left; a refused resource has a stand-in from then on."""
    refusals: list[Refusal] = []
    while rest := _functions_and_layers(template):
        result, refused = _run(template, parameters, region)
        if not refused:
            return result, tuple(refusals)
        refusals += refused
        named = {each.logical_id for each in refused} & {*rest}
        if not named:  # what stands in Globals, most likely
            template.pop("Globals", None)
        for name in named or rest:
            template["Resources"][name] = _stand_in(rest[name])
    return template, tuple(refusals)


def _run(
    template: Mapping[str, Any], parameters: Mapping[str, str], region: str
) -> tuple[dict[str, Any], list[Refusal]]:
    """The translator's result, or what it refuses."""
    metrics = Metrics("lattice", DummyMetricsPublisher())
    translator = Translator(None, Parser(), boto_session=_Session(region), metrics=metrics)
    try:
        return translator.translate(copy.deepcopy(template), dict(parameters)), []
    except InvalidDocumentException as error:
        return {}, [_refusal(cause) for cause in error.causes]
    except Exception as error:  # noqa: BLE001  # it has no error of its own for a value of a wrong type
        return {}, [Refusal(logical_id="", message=f"{type(error).__name__}: {error}")]
    finally:
        metrics.publish()  # else it warns that nobody did


def _refusal(cause: Any) -> Refusal:
    """A refusal of the translator, whose errors know their resource by a private name only."""
    return Refusal(logical_id=str(getattr(cause, "_logical_id", "")), message=cause.message)


def _stand_in(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What a refused resource would be, so that what refers to it is not at fault as well."""
    properties = mapping(resource.get("Properties"))
    if resource["Type"] != FUNCTION or properties.get("Handler") == _REFUSED:
        return {"Type": resource["Type"].replace("Serverless", "Lambda")}
    kept = {key: properties[key] for key in ("AutoPublishAlias", "FunctionName") if key in properties}
    code = {"Runtime": "python3.12", "Handler": _REFUSED, "InlineCode": ""}
    return {"Type": FUNCTION, "IgnoreGlobals": "*", "Properties": {**code, **kept}}


def _other_transforms(template: Mapping[str, Any]) -> list[Any]:
    given = template.get("Transform")
    return [each for each in (given if isinstance(given, list) else [given]) if each != TRANSFORM]


def _left_out(template: Mapping[str, Any]) -> Iterator[str]:
    """Types of SAM that are not translated, as often as they are there."""
    for resource in map(mapping, mapping(template.get("Resources")).values()):
        kind = str(resource.get("Type"))
        if kind.startswith(PREFIX) and kind not in CODE_KEYS and kind != APPLICATION:
            yield kind
        if "Connectors" in resource:
            yield PREFIX + "Connector"
