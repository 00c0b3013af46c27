"""What EKS -> Lattice -> Lambda needs, made by calls of the API."""

from __future__ import annotations

import pytest

from tests.unit.cloud.operations.client import BASE, FUNCTION, Client, forward


@pytest.fixture
def client() -> Client:
    """A client of an empty account."""
    return Client()


def test_a_service_is_active_at_once_and_has_a_generated_domain_name(client: Client) -> None:
    service = client.call("CreateService", name="foo-service")
    assert service["arn"] == f"{BASE}:service/{service['id']}"
    assert service["status"] == "ACTIVE"
    assert service["authType"] == "NONE"
    assert service["dnsEntry"]["domainName"] == (
        "foo-service-00000000000000001.7d67968.vpc-lattice-svcs.eu-west-1.on.aws"
    )
    assert client.call("GetService", serviceIdentifier=service["arn"]) == service


def test_a_function_behind_a_listener_is_a_target(client: Client) -> None:
    service, group = client.service(), client.group()
    listener = client.call(
        "CreateListener",
        serviceIdentifier=service,
        name="http",
        protocol="HTTP",
        defaultAction=forward(group),
    )
    assert listener["arn"] == f"{BASE}:service/{service}/listener/{listener['id']}"
    assert listener["port"] == 80
    registered = client.call("RegisterTargets", targetGroupIdentifier=group, targets=[{"id": FUNCTION}])
    assert registered == {"successful": [{"id": FUNCTION}], "unsuccessful": []}
    (target,) = client.call("ListTargets", targetGroupIdentifier=group)["items"]
    assert target == {"id": FUNCTION, "status": "UNAVAILABLE"}


def test_an_association_names_both_of_its_ends(client: Client) -> None:
    service, network = client.service("web"), client.network("net")
    association = client.associate(service, network)
    (found,) = client.call("ListServiceNetworkServiceAssociations", serviceIdentifier=service)["items"]
    assert found["id"] == association
    assert (found["serviceName"], found["serviceNetworkName"]) == ("web", "net")
    assert found["serviceNetworkArn"] == f"{BASE}:servicenetwork/{network}"
    assert found["createdBy"] == "123456789012"


def test_everything_is_deleted_in_the_order_of_dependencies(client: Client) -> None:
    service, group, network = client.service(), client.group(), client.network()
    client.listener(service, defaultAction=forward(group))
    association = client.associate(service, network)
    client.call(
        "DeleteServiceNetworkServiceAssociation", serviceNetworkServiceAssociationIdentifier=association
    )
    client.call("DeleteService", serviceIdentifier=service)
    client.call("DeleteTargetGroup", targetGroupIdentifier=group)
    client.call("DeleteServiceNetwork", serviceNetworkIdentifier=network)
    assert not any(vars(client.records).values())
