"""Whether the variables of the OpenTelemetry SDK ask for spans. Pure.

Source:
    https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.network.dataplane import hide_userinfo

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_EXPORTER = "OTEL_TRACES_EXPORTER"
_DEFAULT_ENDPOINT = "http://localhost:4318"


def asked_by(variables: Mapping[str, str]) -> str | None:
    """The name of the variable that asks for spans; ``None`` where none does, or another forbids it."""
    if variables.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    if variables.get(_EXPORTER, "").strip().lower() == "none":
        return None
    return next((name for name in (_EXPORTER, *_ENDPOINTS) if variables.get(name, "").strip()), None)


def problem_of(variables: Mapping[str, str]) -> str | None:
    """Why what is asked for cannot be had here, with what to write; ``None`` if it can."""
    exporters = {each.strip().lower() for each in variables.get(_EXPORTER, "otlp").split(",")} - {""}
    if exporters and "otlp" not in exporters:
        return f"{_EXPORTER} is {variables[_EXPORTER]}: spans are sent by OTLP alone. Write {_EXPORTER}=otlp."
    name = next((each for each in _PROTOCOLS if variables.get(each, "").strip()), None)
    if name and variables[name].strip() != "http/protobuf":
        return (
            f"{name} is {variables[name]}: spans are sent by http/protobuf alone. Write {name}=http/protobuf, and "
            "as the endpoint the collector's port for HTTP, mostly 4318."
        )
    return None


def endpoint_of(variables: Mapping[str, str]) -> str:
    """Where spans are sent, to be shown: without credentials and parameters."""
    given = next(
        (variables[name] for name in _ENDPOINTS if variables.get(name, "").strip()), _DEFAULT_ENDPOINT
    )
    return hide_userinfo(given.strip()).partition("?")[0]
