"""Target groups and targets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cloud.operations.client import BASE, FUNCTION, VPC, forward
from tests.unit.cloud.operations.world import NETWORK_CONFIG, World

CHECK = {
    "enabled": True,
    "protocol": "HTTP",
    "protocolVersion": "HTTP1",
    "path": "/",
    "matcher": {"httpCode": "200"},
    "healthCheckIntervalSeconds": 30,
    "healthCheckTimeoutSeconds": 5,
    "healthyThresholdCount": 5,
    "unhealthyThresholdCount": 2,
}
OFF: dict[str, Any] = {**CHECK, "enabled": False}
VPC_ONLY = {"vpcIdentifier": VPC}
# Of a target group: its type, the config that is given, and what is answered beyond it.
CONFIGS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a function gets V1": ("LAMBDA", {}, {"lambdaEventStructureVersion": "V1"}),
    "a function gets V2": ("LAMBDA", {"lambdaEventStructureVersion": "V2"}, {}),
    "HTTP is on port 80": (
        "IP",
        {"protocol": "HTTP", **VPC_ONLY},
        {"port": 80, "protocolVersion": "HTTP1", "ipAddressType": "IPV4", "healthCheck": CHECK},
    ),
    "HTTPS is checked by HTTPS": (
        "INSTANCE",
        {"protocol": "HTTPS", **VPC_ONLY},
        {"port": 443, "protocolVersion": "HTTP1", "healthCheck": {**CHECK, "protocol": "HTTPS"}},
    ),
    "without a protocol it is HTTPS": (
        "ALB",
        VPC_ONLY,
        {"protocol": "HTTPS", "port": 443, "protocolVersion": "HTTP1"},
    ),
    "on port 80 it is HTTP": (
        "ALB",
        {"port": 80, **VPC_ONLY},
        {"protocol": "HTTP", "protocolVersion": "HTTP1"},
    ),
    "gRPC is not checked": (
        "IP",
        {"protocol": "HTTP", "port": 80, "protocolVersion": "GRPC", "ipAddressType": "IPV6", **VPC_ONLY},
        {"healthCheck": OFF},
    ),
    "HTTP2 is not checked": (
        "INSTANCE",
        {"protocol": "HTTP", "port": 80, "protocolVersion": "HTTP2", **VPC_ONLY},
        {"healthCheck": {**OFF, "protocolVersion": "HTTP2"}},
    ),
    "TCP is not checked": ("INSTANCE", {"protocol": "TCP", "port": 5, **VPC_ONLY}, {"healthCheck": OFF}),
}


@pytest.fixture
def world() -> World:
    """An account with target groups."""
    return World()


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_gets_the_defaults_of_the_service(world: World, name: str) -> None:
    kind, config, defaults = CONFIGS[name]
    group = world.call("CreateTargetGroup", name="new", type=kind, config=config)
    assert group["config"] == {**defaults, **config}
    assert group["status"] == "ACTIVE"


def test_a_health_check_keeps_what_an_update_does_not_name(world: World) -> None:
    first = {"path": "/up", "healthyThresholdCount": 3}
    world.call("UpdateTargetGroup", targetGroupIdentifier=world.ip_group, healthCheck=first)
    second = {"enabled": False, "port": 9000}
    group = world.call("UpdateTargetGroup", targetGroupIdentifier=world.ip_group, healthCheck=second)
    assert group["config"]["healthCheck"] == {**CHECK, **first, **second}


def test_zero_and_empty_text_bring_the_defaults_of_a_health_check_back(world: World) -> None:
    given = {"path": "/up", "healthyThresholdCount": 3, "port": 9000, "matcher": {"httpCode": "204"}}
    world.call("UpdateTargetGroup", targetGroupIdentifier=world.ip_group, healthCheck=given)
    reset = {"path": "", "healthyThresholdCount": 0, "port": 0, "matcher": {"httpCode": ""}}
    group = world.call("UpdateTargetGroup", targetGroupIdentifier=world.ip_group, healthCheck=reset)
    assert group["config"]["healthCheck"] == CHECK


def test_a_target_group_names_the_services_that_use_it(world: World) -> None:
    group = world.call("GetTargetGroup", targetGroupIdentifier=world.lambda_group)
    assert group["serviceArns"] == [f"{BASE}:service/{world.web}"]


def test_target_groups_are_listed_by_type_and_vpc(world: World) -> None:
    functions = world.call("ListTargetGroups", targetGroupType="LAMBDA")["items"]
    assert {each["name"] for each in functions} == {"hello", "free"}
    (pods,) = world.call("ListTargetGroups", vpcIdentifier=VPC)["items"]
    assert (pods["name"], pods["port"], pods["vpcIdentifier"]) == ("pods", 8080, VPC)


def test_a_target_group_with_targets_can_be_deleted(world: World) -> None:
    world.call("RegisterTargets", targetGroupIdentifier=world.ip_group, targets=[{"id": "10.0.0.1"}])
    world.call("DeleteTargetGroup", targetGroupIdentifier=world.ip_group)
    assert not world.records.targets


def test_targets_get_the_port_of_their_group(world: World) -> None:
    targets = [{"id": "10.0.0.1"}, {"id": "10.0.0.1", "port": 9}]
    answer = world.call("RegisterTargets", targetGroupIdentifier=world.ip_group, targets=targets)
    assert [each["port"] for each in answer["successful"]] == [8080, 9]


def test_a_target_that_is_registered_twice_is_there_once(world: World) -> None:
    for _ in range(2):
        world.call("RegisterTargets", targetGroupIdentifier=world.free_group, targets=[{"id": FUNCTION}])
    assert len(world.call("ListTargets", targetGroupIdentifier=world.free_group)["items"]) == 1


# Of a target: the type of its group, its id, and why it does not fit.
MISFITS = [
    ("LAMBDA", "hello", "is not the ARN of a Lambda function"),
    ("LAMBDA", FUNCTION.replace("eu-west-1", "us-east-1"), "same account and Region"),
    ("LAMBDA", FUNCTION.replace("1234", "4321"), "same account and Region"),
    ("ALB", FUNCTION, "is not the ARN of a Application Load Balancer"),
    ("IP", "web.example.com", "is not an IP address"),
    ("IP", "fd00::1", "is not an IPV4 address"),
    ("INSTANCE", "10.0.0.1", "is not the ID of an instance"),
]


@pytest.mark.parametrize(("kind", "name", "text"), MISFITS)
def test_a_target_that_does_not_fit_is_unsuccessful(world: World, kind: str, name: str, text: str) -> None:
    config = {} if kind == "LAMBDA" else NETWORK_CONFIG
    group = world.group("new", kind, config=config)
    answer = world.call("RegisterTargets", targetGroupIdentifier=group, targets=[{"id": name}])
    (failure,) = answer["unsuccessful"]
    assert (failure["id"], failure["failureCode"]) == (name, "UnsupportedTarget")
    assert text in failure["failureMessage"]
    assert world.call("ListTargets", targetGroupIdentifier=group)["items"] == []


FITS = [
    ("LAMBDA", f"{FUNCTION}:live"),
    ("ALB", "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"),
    ("INSTANCE", "i-0123456789abcdef0"),
]


@pytest.mark.parametrize(("kind", "name"), FITS)
def test_a_target_that_fits_is_registered(world: World, kind: str, name: str) -> None:
    config = {} if kind == "LAMBDA" else NETWORK_CONFIG
    group = world.group("new", kind, config=config)
    world.call("RegisterTargets", targetGroupIdentifier=group, targets=[{"id": name}])
    (target,) = world.call("ListTargets", targetGroupIdentifier=group)["items"]
    assert (target["id"], target["status"]) == (name, "UNUSED")


def test_targets_of_a_group_in_use_are_healthy_or_nobody_looks(world: World) -> None:
    world.call("RegisterTargets", targetGroupIdentifier=world.ip_group, targets=[{"id": "10.0.0.1"}])
    world.rule("pods", 1, action=forward(world.ip_group))
    (target,) = world.call("ListTargets", targetGroupIdentifier=world.ip_group)["items"]
    assert target == {"id": "10.0.0.1", "port": 8080, "status": "HEALTHY"}
    world.call("UpdateTargetGroup", targetGroupIdentifier=world.ip_group, healthCheck={"enabled": False})
    (target,) = world.call("ListTargets", targetGroupIdentifier=world.ip_group)["items"]
    assert target["status"] == "UNAVAILABLE"


def test_targets_are_deregistered_and_others_are_named(world: World) -> None:
    group = {"targetGroupIdentifier": world.ip_group}
    world.call("RegisterTargets", **group, targets=[{"id": "10.0.0.1"}, {"id": "10.0.0.2"}])
    answer = world.call("DeregisterTargets", **group, targets=[{"id": "10.0.0.1"}, {"id": "10.0.0.9"}])
    assert answer["successful"] == [{"id": "10.0.0.1", "port": 8080}]
    assert [each["id"] for each in answer["unsuccessful"]] == ["10.0.0.9"]
    assert [each["id"] for each in world.call("ListTargets", **group)["items"]] == ["10.0.0.2"]


def test_targets_are_listed_by_id_and_port(world: World) -> None:
    group = {"targetGroupIdentifier": world.ip_group}
    world.call("RegisterTargets", **group, targets=[{"id": "10.0.0.1"}, {"id": "10.0.0.1", "port": 9}])
    items = world.call("ListTargets", **group, targets=[{"id": "10.0.0.1", "port": 9}])["items"]
    assert [each["port"] for each in items] == [9]
