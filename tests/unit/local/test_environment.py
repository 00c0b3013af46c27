"""What a function finds in its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from lattice_events.local.children.environment import (
    SCRIPTS,
    Places,
    Surroundings,
    function_environment,
    log_stream_name,
)
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
LOG_STREAM = "2020/01/31/[$LATEST]3893"


def environment(
    *,
    name: str = "f",
    log: Mapping[str, Any] = NOTHING,
    overrides: Mapping[str, str] = OPTION,
    places: Places = PLACES,
    session_token: str | None = None,
    **variables: str,
) -> dict[str, str]:
    function = Function(
        name=name,
        arn=f"arn:aws:lambda:us-west-2:1:function:{name}",
        handler="h.f",
        code=".",
        environment=variables,
        **{"runtime": "python3.12", **log},
    )
    return function_environment(
        function,
        places=places,
        surroundings=replace(SURROUNDINGS, overrides=overrides),
        proxy_url="http://f:token@127.0.0.1:1",
        credentials=Credentials(access_key_id="AK", secret_access_key="SK", session_token=session_token),
        log_stream=LOG_STREAM,
    )


# Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime.
# The Runtime API's address is set where it is known, and the trace id by the runtime client of each invocation.
OF_LAMBDA = {
    "_HANDLER": "h.f",
    "AWS_REGION": "us-west-2",
    "AWS_DEFAULT_REGION": "us-west-2",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
    "AWS_LAMBDA_LOG_STREAM_NAME": LOG_STREAM,
    "AWS_ACCESS_KEY_ID": "AK",
    "AWS_SECRET_ACCESS_KEY": "SK",
    "AWS_SESSION_TOKEN": "ST",
    "LAMBDA_TASK_ROOT": "/task",
    "LAMBDA_RUNTIME_DIR": str(SCRIPTS),
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "PATH": "/bin",
    "LD_LIBRARY_PATH": "/task:/task/lib",
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
}
# What is here and not in Lambda; docs/fidelity.md says why.
OF_THIS_MACHINE = {
    *("HOME", "TMPDIR", "PYTHONUNBUFFERED", "AWS_EC2_METADATA_DISABLED", "LATTICE_EVENTS_STRICT"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
    *("LATTICE_SERVICE_FOO_URL", "AWS_ENDPOINT_URL_LAMBDA"),
}


def test_variables_are_those_of_lambda_and_a_few_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_SHELL", "x")
    seen = environment(overrides={}, session_token="ST")

    assert {name: seen[name] for name in seen if name not in OF_THIS_MACHINE} == OF_LAMBDA
    assert seen.keys() >= OF_THIS_MACHINE


def test_a_log_stream_is_named_as_in_lambda() -> None:
    assert log_stream_name("$LATEST", date(2020, 1, 31), "38" * 16) == f"2020/01/31/[$LATEST]{'38' * 16}"


def test_node_finds_the_modules_of_layers() -> None:
    layered = environment(log={"runtime": "nodejs22.x"}, places=Places(task_root="/task", layers="/layers"))

    assert layered["NODE_PATH"] == "/layers/nodejs/node22/node_modules:/layers/nodejs/node_modules"
    assert "NODE_PATH" not in environment(log={"runtime": "nodejs22.x"})


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

    assert seen == {"GROUP_NAME": group, "STREAM_NAME": LOG_STREAM, **others}


def test_levels_of_the_settings_win_over_the_template_and_an_option_over_both() -> None:
    name = "AWS_LAMBDA_LOG_LEVEL"
    json = {"log_format": "JSON"}

    assert environment(log=json, AWS_LAMBDA_LOG_LEVEL="ERROR")[name] == "INFO"
    assert environment(log=json, overrides={name: "DEBUG"})[name] == "DEBUG"


def test_programs_and_libraries_of_layers_are_found() -> None:
    seen = environment(places=Places(task_root="/task", layers="/layers"))

    assert (seen["PATH"], seen["LD_LIBRARY_PATH"]) == ("/layers/bin:/bin", "/task:/task/lib:/layers/lib")
    assert (environment()["PATH"], environment()["LD_LIBRARY_PATH"]) == ("/bin", "/task:/task/lib")


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
