from __future__ import annotations

import re
from typing import Any

import pytest

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.constraints import problems
from lattice_events.cloud.model.service import service
from lattice_events.cloud.model.validation import validate
from tests.cloud_shapes import FULL, LEAST, OPERATIONS, Making, inputs, made

ACTION = {"fixedResponse": {"statusCode": 404}}
LISTENER = {
    "serviceIdentifier": "svc-0123456789abcdef0",
    "name": "web",
    "protocol": "HTTP",
    "defaultAction": ACTION,
}


def refusal(operation: str, **params: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        validate(operation, params)
    return caught.value


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_input_of_the_model_is_accepted(operation: str) -> None:
    for params in inputs(operation):
        validate(operation, params)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_required_members_are_asked_for_by_name(operation: str) -> None:
    shape = service().operation_model(operation).input_shape
    missing = {problem.path for problem in problems(shape, {})}

    assert missing == set(shape.required_members)


@pytest.mark.parametrize(
    ("member", "value", "text"),
    [
        ("name", None, "Value null at 'name' failed to satisfy constraint: Member must not be null"),
        ("name", "my", "Value 'my' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 3"),
        ("name", "Web", r"Value 'Web' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!listener-)(?![-])(?!.*[-]$)(?!.*[-]{2})[a-z0-9-]+"),
        ("name", "web\n", "regular expression pattern"),
        ("protocol", "TCP", "Value 'TCP' at 'protocol' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, HTTPS, TLS_PASSTHROUGH]"),
        ("port", 0, "Value '0' at 'port' failed to satisfy constraint: Member must have value greater than or equal to 1"),
        ("port", 65536, "Member must have value less than or equal to 65535"),
        ("tags", {"": "a"}, "Value '' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        ("tags", {"a": "b" * 257}, "at 'tags.a' failed to satisfy constraint: Member must have length less than or equal to 256"),
        ("tags", {str(n): "" for n in range(201)}, "Member must have length less than or equal to 200"),
        ("defaultAction", {"forward": {"targetGroups": []}}, "at 'defaultAction.forward.targetGroups' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        ("defaultAction", {"forward": {"targetGroups": [{}]}}, "Value null at 'defaultAction.forward.targetGroups[0].targetGroupIdentifier'"),
    ],
)  # fmt: skip
def test_value_that_the_model_does_not_allow_is_a_validation_error(
    member: str, value: Any, text: str
) -> None:
    error = refusal("CreateListener", **{**LISTENER, member: value})

    assert (error.code, error.members["reason"]) == ("ValidationException", "fieldValidationFailed")
    assert error.message.startswith("1 validation error detected: Value ")
    assert text in error.message


@pytest.mark.parametrize(
    ("member", "value", "text"),
    [
        ("name", 5, "Value '5' at 'name' failed to satisfy constraint: Member must be a text"),
        ("port", "80", "Value '80' at 'port' failed to satisfy constraint: Member must be a whole number of 32 bits"),
        ("port", True, "whole number"),
        ("port", 80.0, "whole number"),
        ("port", 2**31, "whole number"),
        ("tags", [], "Value '[]' at 'tags' failed to satisfy constraint: Member must be an object"),
        ("tags", {"a": None}, "Value null at 'tags.a' failed to satisfy constraint: Member must be a text"),
        ("defaultAction", "forward", "an object"),
        ("defaultAction", {}, "an object with exactly one of forward, fixedResponse"),
        ("defaultAction", {**ACTION, "redirect": {}}, "an object with exactly one of forward, fixedResponse"),
        ("defaultAction", {"forward": {"targetGroups": {}}}, "at 'defaultAction.forward.targetGroups' failed to satisfy constraint: Member must be a list"),
        ("defaultAction", {"forward": {"targetGroups": [None]}}, "Value null at 'defaultAction.forward.targetGroups[0]'"),
        ("prot", 80, "at 'prot' failed to satisfy constraint: Member must be one of serviceIdentifier, name"),
    ],
)  # fmt: skip
def test_value_of_another_type_cannot_be_read(member: str, value: Any, text: str) -> None:
    error = refusal("CreateListener", **{**LISTENER, member: value})

    assert error.code == "SerializationException"
    assert text in error.message


def test_every_problem_is_named_at_once() -> None:
    error = refusal("CreateListener", **{**LISTENER, "name": "a", "port": 0})

    assert error.message.startswith("2 validation errors detected: ")
    assert error.members["fieldList"] == [
        {"name": "name", "message": "Member must have length greater than or equal to 3"},
        {"name": "port", "message": "Member must have value greater than or equal to 1"},
    ]


def test_long_value_is_shown_in_part() -> None:
    error = refusal("CreateListener", **{**LISTENER, "name": "a" * 10_000})

    assert f"Value '{'a' * 100}…' at 'name'" in error.message


def test_operation_that_the_api_does_not_have_is_refused() -> None:
    assert refusal("CreateLoadBalancer").code == "UnknownOperationException"


@pytest.mark.parametrize("value", ["today", 5, None])
def test_time_is_a_text_of_iso_8601(value: object) -> None:
    shape = service().shape_for("Timestamp")

    assert [problem.text for problem in problems(shape, value)] == ["Member must be a time of ISO 8601"]


@pytest.mark.parametrize("how", [LEAST, FULL])
def test_every_output_of_the_model_fits_its_shape(how: Making) -> None:
    shapes = [service().operation_model(operation).output_shape for operation in OPERATIONS]

    assert [problem for shape in shapes if shape for problem in problems(shape, made(shape, how))] == []


def test_patterns_are_of_java_only_where_python_reads_them_the_same() -> None:
    """Beyond these, Java and Python have constructs that look alike and differ, such as ``\\w`` and ``\\Z``."""
    patterns = {
        shape.metadata.get("pattern", "") for shape in map(service().shape_for, service().shape_names)
    }
    escapes = {escape for pattern in patterns for escape in re.findall(r"\\.", pattern)}
    groups = {group for pattern in patterns for group in re.findall(r"\(\?..?", pattern)}

    assert len(patterns) > 50
    assert escapes <= {r"\d", r"\-", r"\S"}
    assert all(group.startswith("(?!") for group in groups)


@pytest.mark.parametrize("terminator", ["\n", "\r", "\u0085", "\u2028", "\u2029"])
def test_policy_is_on_one_line(terminator: str) -> None:
    shape = service().shape_for("PolicyString")

    assert list(problems(shape, "{}")) == []
    assert [problem.text for problem in problems(shape, f"{{{terminator}}}")] == [
        r"Member must satisfy regular expression pattern: .*\S.*"
    ]


def test_digits_are_those_of_ascii() -> None:
    shape = service().shape_for("PortRange")

    assert list(problems(shape, "8")) == []
    assert list(problems(shape, "٨")) != []
