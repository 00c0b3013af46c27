"""Service networks, associations, auth policies and access log subscriptions."""

from __future__ import annotations

import json

import pytest

from tests.unit.cloud.operations.client import BASE, VPC
from tests.unit.cloud.operations.world import World

GROUP = "arn:aws:logs:eu-west-1:123456789012:log-group:/lattice:*"
BUCKET = "arn:aws:s3:::lattice-logs"
STREAM = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/logs"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}
    ],
}
SECURITY_GROUP = "sg-0123456789abcdef0"


@pytest.fixture
def world() -> World:
    """An account with a service network."""
    return World()


def test_a_service_network_counts_its_associations(world: World) -> None:
    network = world.call("GetServiceNetwork", serviceNetworkIdentifier=world.net)
    assert network["numberOfAssociatedServices"] == 1
    assert network["numberOfAssociatedVPCs"] == 1
    assert network["authType"] == "NONE"
    assert world.call("ListServiceNetworks")["items"] == [network]


def test_a_service_network_without_associations_can_be_deleted(world: World) -> None:
    service = {"serviceNetworkServiceAssociationIdentifier": world.association}
    assert world.call("DeleteServiceNetworkServiceAssociation", **service)["status"] == "DELETE_IN_PROGRESS"
    error = world.refusal("DeleteServiceNetwork", serviceNetworkIdentifier=world.net)
    assert error.message == f"ServiceNetwork {world.net} has VPC(s) associated: {world.vpc_association}"
    vpc = {"serviceNetworkVpcAssociationIdentifier": world.vpc_association}
    world.call("DeleteServiceNetworkVpcAssociation", **vpc)
    world.call("DeleteServiceNetwork", serviceNetworkIdentifier=world.net)
    assert world.call("ListServiceNetworks")["items"] == []


def test_the_security_groups_of_a_vpc_association_can_be_changed(world: World) -> None:
    name = {"serviceNetworkVpcAssociationIdentifier": world.vpc_association}
    before = world.call("GetServiceNetworkVpcAssociation", **name)
    assert (before["vpcId"], before["securityGroupIds"]) == (VPC, [])
    after = world.call("UpdateServiceNetworkVpcAssociation", **name, securityGroupIds=[SECURITY_GROUP])
    assert after["securityGroupIds"] == [SECURITY_GROUP]
    assert after["lastUpdatedAt"] > before["lastUpdatedAt"]


def test_associations_are_listed_by_either_end(world: World) -> None:
    network = f"{BASE}:servicenetwork/{world.net}"
    for params in ({"vpcIdentifier": VPC}, {"serviceNetworkIdentifier": network}):
        (found,) = world.call("ListServiceNetworkVpcAssociations", **params)["items"]
        assert found["id"] == world.vpc_association
    both = {"serviceNetworkIdentifier": network, "serviceIdentifier": world.api}
    assert world.call("ListServiceNetworkServiceAssociations", **both)["items"] == []


def test_a_custom_domain_name_is_there_once_in_a_network(world: World) -> None:
    one, two = (world.service(name, customDomainName="app.example.com") for name in ("one", "two"))
    association = world.associate(one, world.net)
    ends = {"serviceIdentifier": two, "serviceNetworkIdentifier": world.net}
    error = world.refusal("CreateServiceNetworkServiceAssociation", **ends)
    assert "app.example.com is already used" in error.message
    name = {"serviceNetworkServiceAssociationIdentifier": association}
    found = world.call("GetServiceNetworkServiceAssociation", **name)
    assert found["customDomainName"] == "app.example.com"


def test_a_policy_is_kept_on_one_line_and_active_with_iam(world: World) -> None:
    owner = {"resourceIdentifier": world.web}
    put = world.call("PutAuthPolicy", **owner, policy=json.dumps(POLICY, indent=2))
    assert put["policy"] == json.dumps(POLICY, separators=(",", ":"))
    assert put["state"] == "Inactive"
    world.call("UpdateService", serviceIdentifier=world.web, authType="AWS_IAM")
    assert world.call("GetAuthPolicy", **owner)["state"] == "Active"


def test_a_policy_is_replaced_and_keeps_when_it_was_created(world: World) -> None:
    owner = {"resourceIdentifier": f"{BASE}:servicenetwork/{world.net}"}
    first = world.call("PutAuthPolicy", **owner, policy=json.dumps(POLICY))
    second = world.call("PutAuthPolicy", **owner, policy=json.dumps(POLICY))
    assert second["createdAt"] == first["createdAt"] < second["lastUpdatedAt"]
    world.call("DeleteAuthPolicy", **owner)
    assert not world.records.auth_policies


def test_a_policy_of_more_than_10_kilobytes_is_refused(world: World) -> None:
    long = {"Version": "2012-10-17", "Id": "x" * 10_240, "Statement": POLICY["Statement"]}
    error = world.refusal("PutAuthPolicy", resourceIdentifier=world.web, policy=json.dumps(long))
    assert "longer than the 10240 bytes" in error.message


def test_a_resource_has_one_log_subscription_for_each_type_of_destination(world: World) -> None:
    for destination in (GROUP, BUCKET, STREAM):
        subscribe(world, destination)
    second = "arn:aws:s3:::other-logs"
    error = world.refusal("CreateAccessLogSubscription", resourceIdentifier=world.web, destinationArn=second)
    assert error.code == "ConflictException"
    listed = world.call("ListAccessLogSubscriptions", resourceIdentifier=f"{BASE}:service/{world.web}")
    assert [each["destinationArn"] for each in listed["items"]] == [GROUP, BUCKET, STREAM]


def test_the_destination_of_a_log_subscription_can_be_changed(world: World) -> None:
    name = {"accessLogSubscriptionIdentifier": subscribe(world, BUCKET)}
    world.call("UpdateAccessLogSubscription", **name, destinationArn="arn:aws:s3:::other-logs")
    found = world.call("GetAccessLogSubscription", **name)
    assert (found["destinationArn"], found["resourceId"]) == ("arn:aws:s3:::other-logs", world.web)
    assert world.call("DeleteAccessLogSubscription", **name) == {}
    assert not world.records.access_log_subscriptions


def test_what_belongs_to_a_service_goes_with_it(world: World) -> None:
    subscribe(world, BUCKET)
    world.call("PutAuthPolicy", resourceIdentifier=world.web, policy=json.dumps(POLICY))
    name = {"serviceNetworkServiceAssociationIdentifier": world.association}
    world.call("DeleteServiceNetworkServiceAssociation", **name)
    deleted = world.call("DeleteService", serviceIdentifier=world.web)
    assert deleted["status"] == "DELETE_IN_PROGRESS"
    left = world.records
    assert not any((left.listeners, left.rules, left.auth_policies, left.access_log_subscriptions))


def test_the_auth_type_of_a_service_network_can_be_changed(world: World) -> None:
    world.call("UpdateServiceNetwork", serviceNetworkIdentifier=world.net, authType="AWS_IAM")
    network = world.call("GetServiceNetwork", serviceNetworkIdentifier=world.net)
    assert network["authType"] == "AWS_IAM"


def subscribe(world: World, destination: str) -> str:
    """The id of a new log subscription of the service."""
    params = {"resourceIdentifier": world.web, "destinationArn": destination}
    return str(world.call("CreateAccessLogSubscription", **params, tags={"team": "a"})["id"])
