"""Example requests and events, as they reach a function of a made-up network.

The data plane itself adds what the service adds, so that an example cannot drift from it.
"""

from __future__ import annotations

import json as json_module
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from lattice_events.assumptions import DEFAULTS
from lattice_events.codec import encode_event
from lattice_events.headers import Headers
from lattice_events.identity import Identity
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Forward, Source
from lattice_events.network.model import (
    ForwardAction,
    LambdaTarget,
    Listener,
    Network,
    Service,
    ServiceNetwork,
    TargetGroup,
    WeightedTargetGroup,
    generated_domain_name,
    make_id,
)
from lattice_events.request import Request

REGION = "us-west-2"
ACCOUNT = "123456789012"
_ARN = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}"
_VPC_ARN = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{make_id('vpc', 'tests')}"
_TIME_EPOCH_US = 1_790_935_900_260_914
_ABSENT: Any = object()

# Who may call, by a short name. Roles Anywhere is a role session whose certificate is told too.
CALLERS: Mapping[str, Identity] = {
    "anonymous": Identity(),
    "role": Identity(
        type="AWS_IAM",
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/caller/session",
        principal_org_id="o-50dc6c495c0c9188",
        session_name="session",
    ),
    "roles-anywhere": Identity(
        type="AWS_IAM",
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/device/session",
        session_name="session",
        x509_issuer_ou="devices",
        x509_san_dns="device.example.com",
        x509_san_name_cn="device",
        x509_san_uri="spiffe://example.com/device",
        x509_subject_cn="device",
    ),
}


def _network() -> Network:
    """A network with one service and one function."""
    service_id = make_id("svc", "service")
    group = TargetGroup(
        name="function",
        arn=f"{_ARN}:targetgroup/{make_id('tg', 'function')}",
        type="LAMBDA",
        targets=(LambdaTarget(function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:function"),),
    )
    listener = Listener(
        name="https-443",
        arn=f"{_ARN}:service/{service_id}/listener/{make_id('listener', 'service')}",
        protocol="HTTPS",
        port=443,
        default_action=ForwardAction(target_groups=(WeightedTargetGroup(target_group_arn=group.arn),)),
    )
    service = Service(
        name="service",
        arn=f"{_ARN}:service/{service_id}",
        domain_name=generated_domain_name("service", service_id, REGION),
        listeners=(listener,),
        service_network_arns=(f"{_ARN}:servicenetwork/{make_id('sn', 'tests')}",),
    )
    network = ServiceNetwork(name="tests", arn=service.service_network_arns[0])
    return Network(
        region=REGION,
        account=ACCOUNT,
        service_networks=(network,),
        services=(service,),
        target_groups=(group,),
    )


_NETWORK = _network()


def make_request(
    request: str = "GET /",
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    body: str | bytes = b"",
    json: Any = _ABSENT,
    caller: str | Identity = "anonymous",
    time_epoch_us: int = _TIME_EPOCH_US,
) -> Request:
    """A request as it reaches a function, with every header and fact that the service adds.

    Args:
        request: ``METHOD PATH?QUERY``, as on the request line.
        headers: A mapping, or pairs, which may repeat a name.
        body: Bytes, or text that becomes UTF-8.
        json: A value to send as JSON instead, with its content type.
        caller: One of `CALLERS`, or an `Identity`.
        time_epoch_us: When the service took it; fixed, so that tests repeat.

    Raises:
        ValueError: The request line has no path, or the caller is unknown.
    """
    method, blank, target = request.partition(" ")
    if not blank or not target.startswith("/"):
        raise ValueError(f"A request must be 'METHOD /path?query', not {request!r}.")
    path, mark, query_string = target.partition("?")
    given = Headers(headers)
    if json is not _ABSENT:
        body = json_module.dumps(json)
        given = (
            given if "content-type" in given else given.with_items((("content-type", "application/json"),))
        )
    data = body.encode() if isinstance(body, str) else body
    if data and "content-length" not in given:
        given = given.with_items((("content-length", str(len(data))),))  # as clients do
    host = _NETWORK.services[0].domain_name
    sent = Request(
        method=method,
        path=path,
        query_string=query_string,
        bare_query=bool(mark) and not query_string,
        headers=Headers((("host", host), *given.without("host").items())),
    )
    decision = plan(
        _NETWORK,
        sent,
        source=Source(address="10.0.0.7", port=443, vpc_arn=_VPC_ARN),
        credentials={},
        fresh_request_id="9f3c1b0e-2f6d-4a35-8f0b-6f3f0f0a7c11",
        now_us=time_epoch_us,
        roll=0.0,
        turn={},
        health={},
        assumptions=DEFAULTS,
    )
    if not isinstance(decision, Forward):
        raise ValueError(f"VPC Lattice would not forward this request: {decision.reason}.")  # noqa: TRY004 - a bad value
    identity = _identity(caller).replace(source_vpc_arn=_VPC_ARN)
    return decision.request.replace(body=data, identity=identity)


def _identity(caller: str | Identity) -> Identity:
    """A caller by short name."""
    if isinstance(caller, Identity):
        return caller
    if caller not in CALLERS:
        raise ValueError(f"The caller must be one of {', '.join(CALLERS)} or an Identity, not {caller!r}.")
    return CALLERS[caller]


def make_event(
    request: str = "GET /", *, version: Literal["V1", "V2"] = "V2", **parts: Any
) -> dict[str, Any]:
    """The event that VPC Lattice would invoke a function with.

    Args:
        request: ``METHOD PATH?QUERY``, as on the request line.
        version: The event structure version of the target group.
        **parts: ``headers``, ``body``, ``json``, ``caller``: see `make_request`.
    """
    return encode_event(make_request(request, **parts), version=version)
