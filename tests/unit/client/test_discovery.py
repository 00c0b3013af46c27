"""Where services answer: the environment, and the VPC Lattice API."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from lattice_events.client import look_up_service, service_url
from lattice_events.errors import ConfigurationError
from lattice_events.variables import environment_name

GENERATED = "https://eks-app-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws"


def test_the_variable_s_name_is_the_service_s() -> None:
    assert environment_name("eks-app-default") == "LATTICE_SERVICE_EKS_APP_DEFAULT_URL"


def test_a_generated_name_tells_its_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATTICE_SERVICE_EKS_APP_URL", GENERATED)

    assert service_url("eks-app") == (GENERATED, {})


def test_a_line_break_behind_a_url_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATTICE_SERVICE_EKS_APP_URL", f"{GENERATED}\n")

    assert service_url("eks-app").url == GENERATED


def test_a_custom_domain_name_takes_the_function_s_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATTICE_SERVICE_EKS_APP_URL", "https://app.example.com")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    assert service_url("eks-app").hosts == {"app.example.com": "eu-west-1"}

    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert service_url("eks-app").hosts == {"app.example.com": "eu-west-2"}

    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(ConfigurationError, match="set AWS_REGION"):
        service_url("eks-app")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (None, "set LATTICE_SERVICE_EKS_APP_URL to its URL"),
        ("\n", "set LATTICE_SERVICE_EKS_APP_URL to its URL"),
        ("app", "is not a URL"),
        ("https://", "is not a URL"),
        ("https://[x", "is not a URL"),
        ("https://app:x", "is not a URL"),
    ],
)
def test_what_cannot_be_found_says_what_to_set(
    url: str | None, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LATTICE_SERVICE_EKS_APP_URL", raising=False)
    if url:
        monkeypatch.setenv("LATTICE_SERVICE_EKS_APP_URL", url)

    with pytest.raises(ConfigurationError, match=words):
        service_url("eks-app")


@pytest.fixture
def api() -> Any:
    """A client of the control plane whose answers are scripted; moto has no such API."""
    return boto3.client(
        "vpc-lattice", region_name="us-west-2", aws_access_key_id="AK", aws_secret_access_key="SK"
    )


def test_a_service_is_looked_up_by_name_and_kept(api: Any) -> None:
    with Stubber(api) as stub:
        stub.add_response("list_services", {"items": [{"id": "svc-0123456789abcdef1", "name": "other"}, {"id": "svc-0123456789abcdef2", "name": "eks-app"}]}, {})  # fmt: skip
        stub.add_response(
            "get_service",
            {"id": "svc-0123456789abcdef2", "dnsEntry": {"domainName": GENERATED.removeprefix("https://")}},
            {"serviceIdentifier": "svc-0123456789abcdef2"},
        )

        assert look_up_service("eks-app", client=api) == (GENERATED, {})
        assert look_up_service("eks-app", client=api) == (GENERATED, {})


def test_a_custom_domain_name_is_preferred(api: Any) -> None:
    with Stubber(api) as stub:
        answer = {"customDomainName": "app.example.com", "dnsEntry": {"domainName": "x"}}
        stub.add_response("get_service", answer, {"serviceIdentifier": "svc-0123456789abcdef0"})

        found = look_up_service("svc-0123456789abcdef0", client=api)

    assert found == ("https://app.example.com", {"app.example.com": "us-west-2"})


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["other"], "There is no service named 'eks-app'"),
        (["eks-app", "eks-app"], "2 services have the name"),
    ],
)
def test_no_service_or_several_of_a_name_are_an_error(names: list[str], words: str, api: Any) -> None:
    items = [{"id": f"svc-{number:017x}", "name": name} for number, name in enumerate(names)]
    with Stubber(api) as stub:
        stub.add_response("list_services", {"items": items}, {})

        with pytest.raises(ConfigurationError, match=words):
            look_up_service("eks-app", client=api)


def test_what_the_api_refuses_is_told(api: Any) -> None:
    service = "svc-0123456789abcdef9"
    with Stubber(api) as stub:
        stub.add_client_error("get_service", "AccessDeniedException", "no")

        with pytest.raises(
            ConfigurationError, match=f"'{service}' cannot be looked up.*AccessDenied.* It needs"
        ):
            look_up_service(service, client=api)


def test_a_service_without_a_name_is_told(api: Any) -> None:
    service = "svc-0123456789abcdef8"
    with Stubber(api) as stub:
        stub.add_response("get_service", {"status": "CREATE_IN_PROGRESS"}, {"serviceIdentifier": service})

        with pytest.raises(ConfigurationError, match="no domain name yet; its status is CREATE_IN_PROGRESS"):
            look_up_service(service, client=api)


def test_an_api_that_cannot_be_reached_is_told() -> None:
    api = boto3.client(
        "vpc-lattice",
        region_name="us-west-2",
        endpoint_url="http://127.0.0.1:1",
        aws_access_key_id="AK",
        aws_secret_access_key="SK",
        config=Config(retries={"total_max_attempts": 1}),
    )

    with pytest.raises(ConfigurationError, match=r"Could not connect.* set LATTICE_SERVICE_NAME_URL to"):
        look_up_service("eks-app", client=api)


def test_no_region_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    with pytest.raises(ConfigurationError, match=r"must specify a region\. It needs AWS_REGION"):
        look_up_service("eks-app")
