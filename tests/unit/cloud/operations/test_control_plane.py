"""What every operation shares: pages, client tokens, tags, accounts and Regions, threads."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.operations.table import OPERATIONS
from tests.unit.cloud.operations.client import ACCOUNT, BASE, REGION, Client
from tests.unit.cloud.operations.world import World


@pytest.fixture
def client() -> Client:
    """A client of an empty account."""
    return Client()


def test_pages_give_every_item_once(client: Client) -> None:
    names = [f"web{number}" for number in range(7)]
    for name in names:
        client.service(name)
    assert [each["name"] for each in pages(client, "ListServices", maxResults=3)] == names


def test_a_page_has_100_items_unless_the_client_says_another_number(client: Client) -> None:
    for number in range(101):
        client.service(f"web{number}")
    first = client.call("ListServices")
    assert len(first["items"]) == 100
    last = client.call("ListServices", nextToken=first["nextToken"], maxResults=1)
    assert [each["name"] for each in last["items"]] == ["web100"]
    assert "nextToken" not in last


def test_who_deletes_page_by_page_misses_nothing(client: Client) -> None:
    for number in range(6):
        client.service(f"web{number}")
    for service in pages(client, "ListServices", maxResults=2):
        client.call("DeleteService", serviceIdentifier=service["id"])
    assert not client.records.services


def test_targets_are_listed_in_pages(client: Client) -> None:
    config = {"protocol": "HTTP", "vpcIdentifier": "vpc-0123456789abcdef0"}
    group = {"targetGroupIdentifier": client.group("pods", "IP", config=config)}
    addresses = [{"id": f"10.0.0.{number}", "port": port} for number in (1, 2) for port in (80, 81)]
    client.call("RegisterTargets", **group, targets=addresses)
    assert len(list(pages(client, "ListTargets", **group, maxResults=1))) == 4


def test_a_token_is_refused_once_its_page_is_gone(client: Client) -> None:
    services = [client.service(f"web{number}") for number in range(2)]
    token = client.call("ListServices", maxResults=1)["nextToken"]
    client.call("DeleteService", serviceIdentifier=services[1])
    error = client.refusal("ListServices", nextToken=token)
    assert error.code == "ValidationException"


@pytest.mark.parametrize(
    "where", [Where(region="us-east-1", account=ACCOUNT), Where(region=REGION, account="1" * 12)]
)
def test_a_client_sees_its_account_and_region_only(client: Client, where: Where) -> None:
    service = client.service("web")
    stranger = client.elsewhere(where)
    assert stranger.call("ListServices")["items"] == []
    for name in (service, f"{BASE}:service/{service}"):
        error = stranger.refusal("GetService", serviceIdentifier=name)
        assert error.code == "ResourceNotFoundException"
    other = stranger.call("CreateService", name="web")
    assert other["arn"].startswith(f"arn:aws:vpc-lattice:{where.region}:{where.account}:service/svc-")


def test_a_call_that_is_repeated_with_its_token_is_done_once(client: Client) -> None:
    first = client.call("CreateService", name="web", clientToken="one")
    assert client.call("CreateService", name="web", clientToken="one") == first
    assert len(client.records.services) == 1


def test_a_token_with_other_parameters_is_refused(client: Client) -> None:
    client.service(clientToken="one")
    error = client.refusal("CreateService", name="other", clientToken="one")
    assert error.code == "ConflictException"
    assert "other parameters" in error.message


def test_a_token_of_what_was_deleted_is_free_again(client: Client) -> None:
    service = client.service(clientToken="one")
    client.call("DeleteService", serviceIdentifier=service)
    assert client.service(clientToken="one") != service


def test_a_token_of_a_call_that_was_refused_is_free(client: Client) -> None:
    other = client.service("web")
    client.refusal("CreateService", name="web", clientToken="one")
    client.call("DeleteService", serviceIdentifier=other)
    client.service("web", clientToken="one")


def test_tags_are_kept_by_arn_and_go_with_their_resource(client: Client) -> None:
    service = client.service(tags={"team": "a"})
    assert client.records.tags == {f"{BASE}:service/{service}": {"team": "a"}}
    client.call("DeleteService", serviceIdentifier=service)
    assert client.records.tags == {}


def test_a_parameter_that_is_none_is_absent(client: Client) -> None:
    group = client.call("CreateTargetGroup", name="hello", type="LAMBDA", config={"port": None}, tags=None)
    assert group["config"] == {"lambdaEventStructureVersion": "V1"}


def test_an_operation_that_the_api_does_not_have_is_refused_by_name(client: Client) -> None:
    error = client.refusal("GetNothing")
    assert (error.code, "GetNothing" in error.message) == ("UnknownOperationException", True)


def test_an_operation_that_only_a_newer_model_has_is_refused_by_name(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(OPERATIONS, "ListServices")  # as if botocore were newer than the table
    error = client.refusal("ListServices")
    assert error.message == "lattice cloud does not have ListServices."


def test_records_that_somebody_holds_never_change() -> None:
    world = World()
    held = world.control_plane.snapshot()
    before = copy.deepcopy(held)
    world.call("UpdateService", serviceIdentifier=world.api, authType="AWS_IAM")
    world.call("DeleteListener", **world.at)
    assert held == before
    assert world.control_plane.snapshot() != before


def test_the_version_goes_up_with_each_change_only(client: Client) -> None:
    service = client.service("web")
    version = client.control_plane.version
    client.call("GetService", serviceIdentifier=service)
    client.refusal("CreateService", name="web")
    assert client.control_plane.version == version
    client.call("UpdateService", serviceIdentifier=service, authType="AWS_IAM")
    assert client.control_plane.version == version + 1


def test_of_calls_at_once_one_gets_a_name() -> None:
    client = Client()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: attempt(client), range(32)))
    assert answers.count("created") == 1
    assert len(client.records.services) == 1


def attempt(client: Client) -> str:
    """Create a service of the same name as everybody."""
    try:
        client.service("web")
    except ApiError as error:
        return error.code
    return "created"


def pages(client: Client, operation: str, **params: Any) -> Any:
    """Every item of a list, page by page."""
    token: dict[str, str] = {}
    while True:
        page = client.call(operation, **params, **token)
        yield from page["items"]
        if "nextToken" not in page:
            return
        token = {"nextToken": page["nextToken"]}
