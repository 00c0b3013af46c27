"""Which variables ask for spans."""

from __future__ import annotations

import pytest

from lattice_events.local.telemetry.asked import asked_by, endpoint_of, problem_of

ENDPOINT, EXPORTER = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_EXPORTER"
TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
URL = "http://127.0.0.1:4318"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"OTEL_SERVICE_NAME": "foo"}, None),
        ({ENDPOINT: ""}, None),
        ({ENDPOINT: URL}, ENDPOINT),
        ({TRACES_ENDPOINT: URL}, TRACES_ENDPOINT),
        ({EXPORTER: "otlp"}, EXPORTER),
        ({EXPORTER: "none", ENDPOINT: URL}, None),
        ({EXPORTER: "", ENDPOINT: URL}, ENDPOINT),
        ({"OTEL_SDK_DISABLED": "True", ENDPOINT: URL}, None),
        ({"OTEL_SDK_DISABLED": "false", ENDPOINT: URL}, ENDPOINT),
    ],
)
def test_spans_are_made_where_a_variable_asks_for_them(
    variables: dict[str, str], expected: str | None
) -> None:
    assert asked_by(variables) == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({EXPORTER: ""}, None),
        ({EXPORTER: "otlp, console"}, None),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, None),
        ({EXPORTER: "console"}, "Write OTEL_TRACES_EXPORTER=otlp."),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "Write OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"),
        (
            {
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
            },
            None,
        ),
    ],
)
def test_what_cannot_be_had_is_said_with_what_to_write(
    variables: dict[str, str], expected: str | None
) -> None:
    problem = problem_of(variables)

    assert (problem is None) if expected is None else (problem is not None and expected in problem)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "http://localhost:4318"),
        ({ENDPOINT: f" {URL} "}, URL),
        ({ENDPOINT: URL, TRACES_ENDPOINT: f"{URL}/v1/traces"}, f"{URL}/v1/traces"),
        ({ENDPOINT: "https://user:word@example.com/in?key=secret"}, "https://example.com/in"),
    ],
)
def test_the_endpoint_is_shown_without_secrets(variables: dict[str, str], expected: str) -> None:
    assert endpoint_of(variables) == expected
