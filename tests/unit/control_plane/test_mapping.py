"""Records and networks: each of the other, and what records say that a network cannot."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from lattice_events.assumptions import Assumptions
from lattice_events.control_plane.from_network import from_network
from lattice_events.control_plane.records import Document, Records
from lattice_events.control_plane.to_network import Wiring, to_network
from lattice_events.network.model import (
    FixedResponseAction,
    HealthCheck,
    HttpTarget,
    LambdaTarget,
    Network,
    TargetGroup,
)
from tests.conftest import examples
from tests.unit.control_plane.strategies import ARN, FUNCTION, networks

NOW = "2026-11-26T22:00:00.000Z"
ID = "0123456789abcdef0"
SERVICE = f"{ARN}:service/svc-{ID}"
LISTENER = f"{SERVICE}/listener/listener-{ID}"
GROUP = f"{ARN}:targetgroup/tg-{ID}"
NOT_FOUND: Document = {"fixedResponse": {"statusCode": 404}}


def network_of(wiring: Wiring, like: Network) -> Network:
    return Network(
        region=like.region,
        account=like.account,
        service_networks=wiring.service_networks,
        services=wiring.services,
        target_groups=wiring.target_groups,
    )


@examples(500)
@given(networks())
def test_the_records_of_a_network_mean_that_network(network: Network) -> None:
    assert network_of(to_network(from_network(network, now=NOW)), network) == network


def group(kind: str, *targets: Document, **config: Any) -> tuple[TargetGroup, tuple[str, ...]]:
    """A group called ``pods`` as it is read, and the notes."""
    document = {"arn": GROUP, "id": f"tg-{ID}", "name": "pods", "type": kind, "config": config}
    wiring = to_network(Records(target_groups={GROUP: document}, targets={GROUP: list(targets)}))
    return wiring.target_groups[0], wiring.notes


def service(**changes: Any) -> Records:
    """A service called ``shop`` with a listener."""
    document = {"arn": SERVICE, "id": f"svc-{ID}", "name": "shop", "dnsEntry": {"domainName": "shop.on.aws"}}
    listener = {
        "arn": LISTENER, "name": "https", "protocol": "HTTPS", "port": 443, "defaultAction": NOT_FOUND, **changes
    }  # fmt: skip
    return Records(services={SERVICE: document}, listeners={LISTENER: listener})


def rule(**changes: Any) -> Document:
    match = {"httpMatch": {"pathMatch": {"match": {"prefix": "/a"}}}}
    arn = f"{LISTENER}/rule/rule-{ID}"
    return {"arn": arn, "name": "first", "priority": 1, "match": match, "action": NOT_FOUND, **changes}


def test_a_match_that_does_not_say_whether_case_counts_has_the_default_of_the_api() -> None:
    records = service()
    records.rules[f"{LISTENER}/rule/rule-{ID}"] = rule()

    for default in (True, False):
        read = to_network(records, Assumptions(api_case_sensitive=default)).services[0].listeners[0].rules[0]
        assert read.match.path is not None
        assert read.match.path.case_sensitive is default


def test_the_default_rule_of_a_listener_is_its_default_action() -> None:
    records = service()
    records.rules[f"{LISTENER}/rule/rule-{ID}"] = {"arn": f"{LISTENER}/rule/rule-{ID}", "isDefault": True}

    assert to_network(records).services[0].listeners[0].rules == ()


def test_an_action_may_name_a_target_group_by_its_id() -> None:
    records = service(defaultAction={"forward": {"targetGroups": [{"targetGroupIdentifier": f"tg-{ID}"}]}})
    records.target_groups[GROUP] = {"arn": GROUP, "id": f"tg-{ID}", "name": "pods", "type": "LAMBDA"}
    (listener,) = to_network(records).services[0].listeners

    assert not isinstance(listener.default_action, FixedResponseAction)
    assert [(each.target_group_arn, each.weight) for each in listener.default_action.target_groups] == [
        (GROUP, 1)
    ]


def test_a_target_group_that_is_not_there_has_no_targets_and_a_note() -> None:
    wiring = to_network(
        service(defaultAction={"forward": {"targetGroups": [{"targetGroupIdentifier": GROUP}]}})
    )

    assert [(each.arn, each.targets) for each in wiring.target_groups] == [(GROUP, ())]
    assert wiring.notes == (f"The target group {GROUP} is not there, so requests to it fail.",)


def test_a_listener_for_tls_passthrough_is_left_out_with_a_note() -> None:
    wiring = to_network(service(protocol="TLS_PASSTHROUGH"))

    assert wiring.services[0].listeners == ()
    assert wiring.notes == (
        "Service shop: the TLS_PASSTHROUGH listener https is not emulated and is left out.",
    )


def test_a_group_without_event_version_and_health_check_has_the_defaults_of_the_api() -> None:
    functions, _ = group("LAMBDA", {"id": f"{FUNCTION}:live"})
    pods, _ = group("IP", {"id": "127.0.0.1"}, port=8080, protocol="HTTPS")

    assert (functions.event_version, functions.health_check) == ("V1", None)
    assert functions.targets == (LambdaTarget(function_arn=f"{FUNCTION}:live"),)
    assert (pods.targets, pods.health_check) == ((HttpTarget(url="https://127.0.0.1:8080"),), HealthCheck())


def test_a_port_of_a_target_wins_and_without_any_it_is_that_of_the_protocol() -> None:
    read, notes = group("IP", {"id": "127.0.0.1", "port": 9000}, {"id": "::1"})

    assert [target.url for target in read.targets if isinstance(target, HttpTarget)] == [
        "http://127.0.0.1:9000",
        "http://[::1]:80",
    ]
    assert notes == ()


def test_health_checks_are_off_by_default_where_targets_get_no_http_1() -> None:
    assert group("IP", protocolVersion="GRPC")[0].health_check is None
    assert group("IP", healthCheck={"enabled": False})[0].health_check is None
    assert group("ALB")[0].health_check is None
    assert (
        group("IP", protocolVersion="HTTP2", healthCheck={"enabled": True})[0].health_check == HealthCheck()
    )


def test_zero_and_an_empty_text_are_the_defaults_of_a_health_check() -> None:
    check = {"path": "", "healthCheckIntervalSeconds": 0, "matcher": {"httpCode": ""}}

    assert group("IP", healthCheck=check)[0].health_check == HealthCheck()
    assert group("IP", healthCheck={"matcher": {"httpCode": "-"}})[0].health_check == HealthCheck()


def test_targets_that_are_not_emulated_are_notes() -> None:
    balancer = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/a/b"

    assert group("ALB", {"id": balancer})[1] == (
        f"Target group pods: only AWS knows the address of {balancer}, so it is not a target here.",
    )
    assert group("INSTANCE", {"id": "i-0123456789abcdef0"})[0].targets == ()
    assert group("IP", {"id": "127.0.0.1"}, protocol="TCP") == (
        TargetGroup(name="pods", arn=GROUP, type="IP", targets=()),
        ("Target group pods: protocol TCP is not emulated, so it has no targets.",),
    )
    assert group("IP", protocolVersion="HTTP2")[1] == (
        "Target group pods: protocol version HTTP2 is not emulated; targets get HTTP/1.1.",
    )


def test_a_target_in_a_vpc_is_asked_and_a_note_says_that_it_may_not_be_reached() -> None:
    read, notes = group("IP", {"id": "10.1.2.3", "port": 80}, {"id": "10.1.2.4", "status": "DRAINING"})

    assert read.targets == (HttpTarget(url="http://10.1.2.3:80"),)
    assert notes == (
        "Target group pods: 10.1.2.3:80 is an address in a VPC; requests reach it only if this machine does.",
    )


def test_an_auth_policy_that_cannot_be_read_allows_nothing() -> None:
    records = service()
    records.auth_policies[SERVICE] = {"policy": '{"Statement": []}', "state": "Active"}
    wiring = to_network(records)

    assert wiring.services[0].auth_policy is not None
    assert wiring.services[0].auth_policy.statements == ()
    assert wiring.notes == (
        "The auth policy of service shop cannot be read, so it allows nothing here: "
        "Statement must be a list of statements.",
    )


def test_a_service_network_of_another_account_is_replaced() -> None:
    records = service()
    other = "arn:aws:vpc-lattice:us-west-2:999999999999:servicenetwork/sn-0123456789abcdef0"
    end = {"serviceArn": SERVICE, "serviceNetworkArn": other, "serviceNetworkName": "shared"}
    records.service_associations |= {"one": end, "two": end}
    wiring = to_network(records)

    assert [(each.name, each.arn) for each in wiring.service_networks] == [("shared", other)]
    assert wiring.notes == (
        "Service network shared is not one of this account's; one with AuthType NONE replaces it.",
    )


def test_what_is_kept_only_is_a_note() -> None:
    wiring = to_network(
        Records(
            resource_configurations={"one": {"name": "database", "id": "rcfg-1"}},
            domain_verifications={"two": {"domainName": "example.com", "id": "dv-1"}},
            resource_associations={"three": {"id": "snra-1"}},
        )
    )

    assert wiring.notes == (
        "Resource configuration database is kept, and not emulated.",
        "Association of a resource configuration snra-1 is kept, and not emulated.",
        "Domain verification example.com is kept, and not emulated.",
    )
