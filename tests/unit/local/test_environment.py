"""What a function finds in its environment."""

from __future__ import annotations

from lattice_events.local.environment import Surroundings, function_environment
from lattice_events.network.model import Function
from lattice_events.sigv4 import Credentials

SURROUNDINGS = Surroundings(
    path="/bin",
    home="/home",
    tmpdir="/tmp",
    ca_bundle="/bundle.pem",
    services={"LATTICE_SERVICE_FOO_URL": "https://foo"},
    overrides={"A": "option"},
)


def environment(**variables: str) -> dict[str, str]:
    function = Function(
        name="f",
        arn="arn:aws:lambda:us-west-2:1:function:f",
        handler="h.f",
        runtime="python3.12",
        code=".",
        environment=variables,
    )
    return function_environment(
        function,
        task_root="/task",
        surroundings=SURROUNDINGS,
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


def test_clients_find_proxy_roots_and_services() -> None:
    seen = environment()

    assert seen["https_proxy"] == seen["HTTP_PROXY"] == "http://f:token@127.0.0.1:1"
    assert "127.0.0.1" in seen["no_proxy"]
    assert seen["SSL_CERT_FILE"] == seen["AWS_CA_BUNDLE"] == "/bundle.pem"
    assert seen["LATTICE_SERVICE_FOO_URL"] == "https://foo"


def test_an_option_wins_over_the_template_and_lambda_over_both() -> None:
    seen = environment(A="template", B="template", AWS_REGION="mine")

    assert (seen["A"], seen["B"], seen["AWS_REGION"]) == ("option", "template", "us-west-2")
