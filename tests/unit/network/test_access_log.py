"""Access log records: the documented fields, and what a record means."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import Headers
from lattice_events.network.access_log import access_log_record, explain_record
from lattice_events.network.decision import Decision
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import Principal
from tests.files import load_cases
from tests.networks import NETWORK_ARN, http_group, network, service
from tests.unit.network.test_authentication import signed
from tests.unit.network.test_authorization import CALLER, OPEN, VPC, decide, net_of

# The order of records seen on the service (dataplane.md §6: EN 2024, RP 2025), then the guide's newer two.
FIELDS = [
    "serviceNetworkArn",
    "resolvedUser",
    "listenerType",
    "authDeniedReason",
    "targetGroupArn",
    "sourceVpcArn",
    "destinationVpcId",
    "sourceIpPort",
    "listenerId",
    "targetIpPort",
    "failureReason",
    "serviceArn",
    "sourceVpcId",
    "startTime",
    "requestMethod",
    "requestPath",
    "protocol",
    "responseCode",
    "bytesReceived",
    "bytesSent",
    "duration",
    "userAgent",
    "hostHeader",
    "serverNameIndication",
    "requestToTargetDuration",
    "responseFromTargetDuration",
    "sslCipher",
    "tlsVersion",
    "callerPrincipal",
    "callerPrincipalOrgID",
    "callerX509IssuerOU",
    "callerX509SubjectCN",
    "callerX509SANNameCN",
    "callerX509SANDNS",
    "callerX509SANURI",
    "callerPrincipalTags",
    "requestId",
]


def record(decision: Decision, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "decision": decision,
        "request": signed({"mode": "none", "headers": [["user-agent", "curl/8"]]}),
        "started_us": 1_767_323_265_999_999,
        "source_address": "10.0.0.7",
        "source_port": 4242,
        "status": 200,
        "bytes_received": 10,
        "bytes_sent": 20,
        "duration_ms": 7.6,
        **changes,
    }
    return access_log_record(Exchange(**fields))


def test_a_served_request() -> None:
    decision = decide(net_of(OPEN), Principal(name="app", caller=CALLER))

    found = record(
        decision,
        to_target_ms=1.4,
        from_target_ms=6.2,
        server_name="foo",
        tls_version="TLSv1.3",
        tls_cipher="C",
    )

    assert list(found) == FIELDS
    assert found == {
        **dict.fromkeys(FIELDS, "-"),
        "serviceNetworkArn": NETWORK_ARN,
        "resolvedUser": CALLER.arn,
        "targetGroupArn": http_group(name="functions").arn,
        "sourceVpcArn": VPC,
        "sourceIpPort": "10.0.0.7:4242",
        "targetIpPort": "h",
        "serviceArn": service().arn,
        "sourceVpcId": "vpc-7",
        "startTime": "2026-01-02T03:07:45Z",
        "requestMethod": "GET",
        "requestPath": "/orders/7",
        "protocol": "HTTP/1.1",
        "responseCode": 200,
        "bytesReceived": 10,
        "bytesSent": 20,
        "duration": 8,
        "userAgent": "curl/8",
        "hostHeader": service().domain_name,
        "serverNameIndication": "foo",
        "requestToTargetDuration": 1,
        "responseFromTargetDuration": 6,
        "sslCipher": "C",
        "tlsVersion": "TLSv1.3",
        "callerPrincipal": CALLER.arn,
        "callerPrincipalOrgID": "o-1",
        "callerPrincipalTags": "team=a;b",
        "requestId": "fresh",
    }


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ({"service": "none", "network": "off"}, "Service"),
        ({"service": "off", "network": "none"}, "Network"),
    ],
)
def test_a_denied_request_says_which_policy(layers: dict[str, str], reason: str) -> None:
    found = record(decide(net_of(layers), None), status=403)

    assert found["authDeniedReason"] == reason
    assert found["failureReason"] == "ClientAccessDenied"
    assert (found["resolvedUser"], found["targetGroupArn"]) == ("Anonymous", "-")


def test_nobody_is_resolved_where_nobody_asks() -> None:
    found = record(decide(network(service(service_network_arns=())), None))

    assert (found["resolvedUser"], found["serviceNetworkArn"], found["targetIpPort"]) == ("-", "-", "-")


def test_a_refused_signature_resolves_to_unknown() -> None:
    request = signed({}).replace(path="/other")

    found = record(decide(net_of(OPEN), None, request), status=403)

    assert (found["resolvedUser"], found["failureReason"]) == ("Unknown", "ClientAccessDenied")


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ("connect", "TargetConnectionError"),
        ("timeout", "TargetDataTimeout"),
        ("protocol", "TargetProtocolError"),
        ("closed", "TargetConnectionClosed"),
        ("function", "TargetProtocolError"),
        ("throttled", "TargetProtocolError"),
        ("request_too_large", "ClientProtocolError"),
        ("client_closed", "ClientConnectionClosed"),
    ],
)
def test_a_failed_exchange_is_named(failure: Any, reason: str) -> None:
    assert record(decide(net_of(OPEN), None), failure=failure)["failureReason"] == reason


def test_only_a_400_of_the_service_s_own_is_the_client_s_fault() -> None:
    too_many = signed({"mode": "none", "headers": [["a", "b"]] * 100})

    refused = record(decide(net_of(OPEN), None, too_many), status=400)
    unmatched = record(decide(network(), None, too_many.replace(headers=Headers())), status=404)
    answered = record(decide(net_of(OPEN), None), status=400)

    assert refused["failureReason"] == "ClientProtocolError"
    assert refused["serviceArn"] == service().arn
    assert unmatched["failureReason"] == "-"
    assert answered["failureReason"] == "-"


@pytest.mark.parametrize(("given", "expected"), load_cases("access_log"))
def test_what_a_record_means(given: dict[str, Any], expected: dict[str, Any] | None) -> None:
    explanation = explain_record(given)

    if expected is None:
        assert explanation is None
        return
    assert explanation is not None
    assert {"denied": explanation.is_denied, "what": explanation.what} == expected
    assert explanation.advice.endswith(".")


@pytest.mark.parametrize(
    ("group", "advice"),
    [
        ("arn:group", "Look for the request id in the target's own log."),
        ("-", "Read the body of the answer."),
    ],
)
def test_a_403_that_no_policy_explains_is_the_target_s_or_unknown(group: str, advice: str) -> None:
    explanation = explain_record({"responseCode": 403, "targetGroupArn": group})

    assert explanation is not None
    assert explanation.advice == advice
