"""What the operations refuse: the error, what it is about, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.unit.cloud.operations.client import FUNCTION, NOT_FOUND, VPC, forward
from tests.unit.cloud.operations.world import NETWORK_CONFIG, PREFIX, World

Params = Callable[[World], Mapping[str, Any]]
UNKNOWN = "0" * 17
TCP = {**NETWORK_CONFIG, "protocol": "TCP"}


def known_arns(world: World) -> set[str]:
    """The ARN of everything that is kept."""
    return {arn for kept in vars(world.records).values() for arn in kept}


def listener(service: str) -> dict[str, Any]:
    """What a listener needs."""
    return {"serviceIdentifier": service, "name": "http", "protocol": "HTTP", "defaultAction": NOT_FOUND}


def tls(world: World) -> dict[str, Any]:
    """What a TLS passthrough listener needs, but for its action."""
    service = world.service("tls", customDomainName="tls.example.com")
    return {**listener(service), "protocol": "TLS_PASSTHROUGH"}


def tls_listener(world: World) -> dict[str, Any]:
    """A TLS passthrough listener, as parameters name it."""
    action = forward(world.group("tcp", "IP", config=TCP))
    params = {**tls(world), "defaultAction": action}
    created = world.call("CreateListener", **params)
    return {"serviceIdentifier": created["serviceId"], "listenerIdentifier": created["arn"]}


def rule(world: World) -> dict[str, Any]:
    """What a rule needs."""
    return {**world.at, "name": "new", "priority": 1, "match": PREFIX, "action": NOT_FOUND}


def default_rule(world: World) -> str:
    """The id of the default rule of the listener."""
    return str(world.call("ListRules", **world.at)["items"][-1]["id"])


def third_listener(world: World) -> dict[str, Any]:
    """What a listener needs whose service has two."""
    world.listener(world.web, name="second", port=81)
    return {**listener(world.web), "name": "third", "port": 82}


def eleventh_rule(world: World) -> dict[str, Any]:
    """What a rule needs whose listener has ten."""
    for number in range(9):
        world.rule(f"rule{number}", 100 + number)
    return rule(world)


def eleventh_group(world: World) -> dict[str, Any]:
    """What a listener needs that names an eleventh target group of its service."""
    groups = [world.group(f"group{number}") for number in range(10)]
    action = forward(*groups, weight=1)
    return {**listener(world.web), "name": "second", "port": 81, "defaultAction": action}


def network_51(world: World) -> dict[str, Any]:
    """What a service network needs where there are fifty."""
    for number in range(49):
        world.network(f"net{number}")
    return {"name": "another"}


CONFLICTS: dict[str, tuple[str, Params, str, str]] = {
    "a name of another service": (
        "CreateService",
        lambda _: {"name": "web"},
        "SERVICE",
        "Service with name web already exists",
    ),
    "a name of another service network": (
        "CreateServiceNetwork",
        lambda _: {"name": "net"},
        "SERVICE_NETWORK",
        "ServiceNetwork with name net already exists",
    ),
    "a name of another target group": (
        "CreateTargetGroup",
        lambda _: {"name": "hello", "type": "LAMBDA"},
        "TARGET_GROUP",
        "TargetGroup with name hello already exists",
    ),
    "a name of another listener of the service": (
        "CreateListener",
        lambda w: {**listener(w.web), "port": 81},
        "LISTENER",
        "Listener with name http already exists",
    ),
    "a port of another listener of the service": (
        "CreateListener",
        lambda w: {**listener(w.web), "name": "other"},
        "LISTENER",
        "Listener with port 80 already exists",
    ),
    "a name of another rule of the listener": (
        "CreateRule",
        lambda w: {**rule(w), "name": "first"},
        "RULE",
        "Rule with name first already exists",
    ),
    "a priority of another rule of the listener": (
        "CreateRule",
        lambda w: {**rule(w), "priority": 10},
        "RULE",
        "Rule with priority 10 already exists",
    ),
    "a target group of another service": (
        "CreateListener",
        lambda w: {**listener(w.api), "defaultAction": forward(w.lambda_group)},
        "TARGET_GROUP",
        "has been associated with other services",
    ),
    "a second association of a service with a network": (
        "CreateServiceNetworkServiceAssociation",
        lambda w: {"serviceIdentifier": w.web, "serviceNetworkIdentifier": w.net},
        "SERVICE_NETWORK_SERVICE_ASSOCIATION",
        "is already associated",
    ),
    "a second association of a VPC": (
        "CreateServiceNetworkVpcAssociation",
        lambda w: {"serviceNetworkIdentifier": w.network("other"), "vpcIdentifier": VPC},
        "SERVICE_NETWORK_VPC_ASSOCIATION",
        f"VPC {VPC} is already associated",
    ),
    "deleting a service that is associated": (
        "DeleteService",
        lambda w: {"serviceIdentifier": w.web},
        "SERVICE",
        "has service network",
    ),
    "deleting a service network with services": (
        "DeleteServiceNetwork",
        lambda w: {"serviceNetworkIdentifier": w.net},
        "SERVICE_NETWORK",
        "has service(s) associated",
    ),
    "deleting a target group that is used": (
        "DeleteTargetGroup",
        lambda w: {"targetGroupIdentifier": w.lambda_group},
        "TARGET_GROUP",
        "is used by a listener or rule",
    ),
}


@pytest.mark.parametrize("name", CONFLICTS)
def test_a_conflict_names_the_resource_that_is_in_the_way(name: str) -> None:
    operation, params, kind, text = CONFLICTS[name]
    world = World()
    error = world.refusal(operation, **params(world))
    assert error.code == "ConflictException"
    assert error.members["resourceType"] == kind
    assert any(error.members["resourceId"] in each for each in known_arns(world))
    assert text in error.message


INVALID: dict[str, tuple[str, Params, str]] = {
    "a fixed response that is not 404 or 500": (
        "CreateListener",
        lambda w: {**listener(w.api), "defaultAction": {"fixedResponse": {"statusCode": 503}}},
        "must be 404 or 500, not 503",
    ),
    "several target groups, one without a weight": (
        "CreateListener",
        lambda w: {**listener(w.api), "defaultAction": forward(w.free_group, w.ip_group)},
        "needs a weight",
    ),
    "TLS passthrough without a custom domain name": (
        "CreateListener",
        lambda w: {**listener(w.api), "protocol": "TLS_PASSTHROUGH"},
        "custom domain name",
    ),
    "TLS passthrough to a function": (
        "CreateListener",
        lambda w: {**tls(w), "defaultAction": forward(w.free_group)},
        "protocol TCP are for TLS_PASSTHROUGH",
    ),
    "TLS passthrough with a fixed response": (
        "CreateListener",
        lambda w: {**tls(w), "defaultAction": NOT_FOUND},
        "must be forward",
    ),
    "HTTP to a target group of protocol TCP": (
        "CreateListener",
        lambda w: {**listener(w.api), "defaultAction": forward(w.group("tcp", "IP", config=TCP))},
        "cannot be used by a listener with protocol HTTP",
    ),
    "a rule of a TLS passthrough listener": (
        "CreateRule",
        lambda w: {**rule(w), **tls_listener(w)},
        "no rule but its default rule",
    ),
    "changing the default rule": (
        "UpdateRule",
        lambda w: {**w.at, "ruleIdentifier": default_rule(w), "priority": 1},
        "UpdateListener",
    ),
    "deleting the default rule": (
        "DeleteRule",
        lambda w: {**w.at, "ruleIdentifier": default_rule(w)},
        "UpdateListener",
    ),
    "a function's target group with a port": (
        "CreateTargetGroup",
        lambda _: {"name": "new", "type": "LAMBDA", "config": {"port": 80, "vpcIdentifier": VPC}},
        "has no port, vpcIdentifier",
    ),
    "a function's target group with a health check": (
        "UpdateTargetGroup",
        lambda w: {"targetGroupIdentifier": w.lambda_group, "healthCheck": {"enabled": True}},
        "LAMBDA has no healthCheck",
    ),
    "a target group of addresses without a VPC": (
        "CreateTargetGroup",
        lambda _: {"name": "new", "type": "IP"},
        "needs a config with a vpcIdentifier",
    ),
    "a target group of protocol TCP without a port": (
        "CreateTargetGroup",
        lambda _: {"name": "new", "type": "IP", "config": {"protocol": "TCP", "vpcIdentifier": VPC}},
        "TCP needs a port",
    ),
    "a target group of protocol TCP with a protocol version": (
        "CreateTargetGroup",
        lambda _: {"name": "new", "type": "IP", "config": {**TCP, "protocolVersion": "HTTP1"}},
        "no protocolVersion",
    ),
    "a function with a port": (
        "RegisterTargets",
        lambda w: {"targetGroupIdentifier": w.free_group, "targets": [{"id": FUNCTION, "port": 80}]},
        "has no port",
    ),
    "associations of nothing": ("ListServiceNetworkServiceAssociations", lambda _: {}, "serviceIdentifier"),
    "associations of VPCs of nothing": ("ListServiceNetworkVpcAssociations", lambda _: {}, "vpcIdentifier"),
    "a token of another list": (
        "ListServices",
        lambda w: {"nextToken": w.call("ListTargetGroups", maxResults=1)["nextToken"]},
        "nextToken is not one of this list",
    ),
    "an access log to a queue": (
        "CreateAccessLogSubscription",
        lambda w: {"resourceIdentifier": w.web, "destinationArn": "arn:aws:sqs:eu-west-1:1:queue"},
        "CloudWatch log group",
    ),
    "an access log to a log stream": (
        "CreateAccessLogSubscription",
        lambda w: {"resourceIdentifier": w.web, "destinationArn": "arn:aws:logs:eu-west-1:1:destination:x"},
        "CloudWatch log group",
    ),
    "a policy that is not one": (
        "PutAuthPolicy",
        lambda w: {"resourceIdentifier": w.web, "policy": '{"Statement": [{"Effect": "Permit"}]}'},
        "Statement[0].Effect must be Allow or Deny",
    ),
    "a custom domain name that is not one": (
        "CreateService",
        lambda _: {"name": "new", "customDomainName": "a b.example.com"},
        "must be a host name such as api.example.com",
    ),
    "a tag key of AWS": (
        "CreateService",
        lambda _: {"name": "new", "tags": {"aws:owner": "me"}},
        "cannot begin with aws:",
    ),
    "what the model refuses": ("CreateService", lambda _: {"name": "svc-x"}, "name"),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_is_not_valid_is_refused_with_the_fix(name: str) -> None:
    operation, params, text = INVALID[name]
    world = World()
    error = world.refusal(operation, **params(world))
    assert error.code == "ValidationException"
    assert error.members["reason"] == "fieldValidationFailed"
    assert text in error.message


MISSING: dict[str, tuple[str, Params, str]] = {
    "a service": ("GetService", lambda _: {"serviceIdentifier": f"svc-{UNKNOWN}"}, "SERVICE"),
    "a service network": (
        "UpdateServiceNetwork",
        lambda _: {"serviceNetworkIdentifier": f"sn-{UNKNOWN}", "authType": "NONE"},
        "SERVICE_NETWORK",
    ),
    "a listener of another service": (
        "GetListener",
        lambda w: {"serviceIdentifier": w.api, "listenerIdentifier": w.http},
        "LISTENER",
    ),
    "a rule": (
        "GetRule",
        lambda w: {**w.at, "ruleIdentifier": f"rule-{UNKNOWN}"},
        "RULE",
    ),
    "a target group of an action": (
        "UpdateListener",
        lambda w: {**w.at, "defaultAction": forward(f"tg-{UNKNOWN}")},
        "TARGET_GROUP",
    ),
    "an auth policy": ("GetAuthPolicy", lambda w: {"resourceIdentifier": w.web}, "AUTH_POLICY"),
    "an auth policy to delete": ("DeleteAuthPolicy", lambda w: {"resourceIdentifier": w.web}, "AUTH_POLICY"),
    "what has no auth policy": (
        "GetAuthPolicy",
        lambda _: {"resourceIdentifier": f"rcfg-{UNKNOWN}"},
        "RESOURCE",
    ),
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_not_there_is_named(name: str) -> None:
    operation, params, kind = MISSING[name]
    world = World()
    error = world.refusal(operation, **params(world))
    assert error.code == "ResourceNotFoundException"
    assert error.members["resourceType"] == kind
    assert error.members["resourceId"] in error.message


QUOTAS: dict[str, tuple[str, Params, str]] = {
    "a third listener": ("CreateListener", third_listener, "L-D64E952E"),
    "an eleventh rule": ("CreateRule", eleventh_rule, "L-CF78395E"),
    "an eleventh target group of a service": (
        "CreateListener",
        eleventh_group,
        "L-3DEC3B9F",
    ),
    "a second function": (
        "RegisterTargets",
        lambda w: {
            "targetGroupIdentifier": w.free_group,
            "targets": [{"id": FUNCTION}, {"id": f"{FUNCTION}:live"}],
        },
        "L-D71303F3",
    ),
    "a 51st service network": ("CreateServiceNetwork", network_51, "L-9CAD07FB"),
}


@pytest.mark.parametrize("name", QUOTAS)
def test_a_quota_is_named_by_its_code(name: str) -> None:
    operation, params, code = QUOTAS[name]
    world = World()
    error = world.refusal(operation, **params(world))
    assert error.code == "ServiceQuotaExceededException"
    assert (error.members["quotaCode"], error.members["serviceCode"]) == (code, "vpc-lattice")
    assert "the quota is" in error.message
