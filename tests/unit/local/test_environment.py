"""What a function finds in its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from lattice_events.local.children.environment import Places, Surroundings, function_environment
from lattice_events.network.model import Function
from lattice_events.sigv4 import Credentials

SURROUNDINGS = Surroundings(
    path="/bin",
    home="/home",
    tmpdir="/tmp",
    ca_bundle="/bundle.pem",
    services={"LATTICE_SERVICE_FOO_URL": "https://foo"},
    lambda_url="http://127.0.0.1:9001",
    overrides={},
)
NOTHING: Mapping[str, Any] = MappingProxyType({})
OPTION = MappingProxyType({"A": "option"})
PLACES = Places(task_root="/task")


def environment(
    *,
    name: str = "f",
    log: Mapping[str, Any] = NOTHING,
    overrides: Mapping[str, str] = OPTION,
    places: Places = PLACES,
    **variables: str,
) -> dict[str, str]:
    function = Function(
        name=name,
        arn=f"arn:aws:lambda:us-west-2:1:function:{name}",
        handler="h.f",
        runtime="python3.12",
        code=".",
        environment=variables,
        **log,
    )
    return function_environment(
        function,
        places=places,
        surroundings=replace(SURROUNDINGS, overrides=overrides),
        proxy_url="http://f:token@127.0.0.1:1",
        credentials=Credentials(access_key_id="AK", secret_access_key="SK"),
    )


def test_lambda_s_own_variables_are_there() -> None:
    seen = environment()

    assert (seen["AWS_LAMBDA_FUNCTION_NAME"], seen["_HANDLER"], seen["LAMBDA_TASK_ROOT"]) == (
        "f",
        "h.f",
        "/task",
    )
    assert seen["AWS_REGION"] == seen["AWS_DEFAULT_REGION"] == "us-west-2"
    assert "AWS_SESSION_TOKEN" not in seen


def test_an_alias_is_told_the_name_of_its_function_and_the_version_that_runs() -> None:
    seen = environment(name="f:live", log={"version": "7"})

    assert (seen["AWS_LAMBDA_FUNCTION_NAME"], seen["AWS_LAMBDA_FUNCTION_VERSION"]) == ("f", "7")
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/f"
    assert environment()["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"


def test_clients_find_proxy_roots_and_services() -> None:
    seen = environment()

    assert seen["https_proxy"] == seen["HTTP_PROXY"] == "http://f:token@127.0.0.1:1"
    assert "127.0.0.1" in seen["no_proxy"]
    assert seen["SSL_CERT_FILE"] == seen["AWS_CA_BUNDLE"] == "/bundle.pem"
    assert seen["LATTICE_SERVICE_FOO_URL"] == "https://foo"


def test_an_option_wins_over_the_template_and_lambda_over_both() -> None:
    seen = environment(A="template", B="template", AWS_REGION="mine")

    assert (seen["A"], seen["B"], seen["AWS_REGION"]) == ("option", "template", "us-west-2")


@pytest.mark.parametrize(
    ("log", "group", "others"),
    [
        ({}, "/aws/lambda/f", {}),
        ({"log_group": "/shared"}, "/shared", {}),
        ({"log_level": "DEBUG"}, "/aws/lambda/f", {}),
        ({"log_format": "JSON"}, "/aws/lambda/f", {"FORMAT": "JSON", "LEVEL": "INFO"}),
        ({"log_format": "JSON", "log_level": "WARN"}, "/aws/lambda/f", {"FORMAT": "JSON", "LEVEL": "WARN"}),
    ],
)
def test_the_runtime_client_is_told_how_to_log(
    log: dict[str, Any], group: str, others: dict[str, str]
) -> None:
    """Levels count for JSON only: monitoring-cloudwatchlogs-log-level.html."""
    prefix = "AWS_LAMBDA_LOG_"
    seen = {name.removeprefix(prefix): each for name, each in environment(log=log).items() if prefix in name}

    assert seen == {"GROUP_NAME": group, "STREAM_NAME": "lattice-dev", **others}


def test_levels_of_the_settings_win_over_the_template_and_an_option_over_both() -> None:
    name = "AWS_LAMBDA_LOG_LEVEL"
    json = {"log_format": "JSON"}

    assert environment(log=json, AWS_LAMBDA_LOG_LEVEL="ERROR")[name] == "INFO"
    assert environment(log=json, overrides={name: "DEBUG"})[name] == "DEBUG"


def test_programs_and_libraries_of_layers_are_found() -> None:
    seen = environment(places=Places(task_root="/task", layers="/layers"))

    assert (seen["PATH"], seen["LD_LIBRARY_PATH"]) == ("/layers/bin:/bin", "/layers/lib")
    assert "LD_LIBRARY_PATH" not in environment()


@pytest.mark.parametrize(
    ("template", "option", "expected"),
    [
        (None, None, "http://127.0.0.1:9001"),
        ("http://mine", None, "http://mine"),
        ("http://mine", "", ""),  # AWS SDKs take an empty one for none
        (None, "http://option", "http://option"),
    ],
)
def test_lambda_clients_find_the_functions_of_the_run_unless_told_otherwise(
    template: str | None, option: str | None, expected: str
) -> None:
    name = "AWS_ENDPOINT_URL_LAMBDA"
    variables: dict[str, Any] = {} if template is None else {name: template}
    overrides = {} if option is None else {name: option}

    assert environment(overrides=overrides, **variables)[name] == expected
