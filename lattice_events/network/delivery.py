"""The request as a target gets it: spoofable headers stripped, VPC Lattice's own added.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/http-targets.html
"""

from __future__ import annotations

from typing import Literal

from lattice_events.assumptions import Assumptions
from lattice_events.headers import Headers
from lattice_events.identity import (
    IDENTITY_HEADER,
    NETWORK_HEADER,
    TAGS_HEADER,
    TARGET_HEADER,
    Identity,
    format_pairs,
    identity_to_headers,
)
from lattice_events.network.decision import Source, Trace
from lattice_events.network.model import Principal, Service, TargetGroup
from lattice_events.request import Request

REQUEST_ID_HEADER = "x-amzn-requestid"
SOURCE_VPC_HEADER = "x-amzn-source-vpc"
_OWN_HEADERS = frozenset(
    (
        IDENTITY_HEADER, NETWORK_HEADER, TARGET_HEADER, TAGS_HEADER, SOURCE_VPC_HEADER, REQUEST_ID_HEADER,
        "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto",
    )
)  # fmt: skip
_OWN_PREFIX = "x-amzn-lattice-"
_SIGNATURE_HEADERS = frozenset(
    ("authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token")
)


def deliver(
    request: Request,
    trace: Trace,
    group: TargetGroup,
    source: Source,
    request_id: str,
    now_us: int,
    assumptions: Assumptions,
) -> Request:
    """The request as a target gets it: spoofable headers stripped, VPC Lattice's own added.

    Args:
        request: Without the headers of the client's own connection.
        trace: Of the decision.
        group: The target's.
        source: Where the request came from.
        request_id: Of the request.
        now_us: The time, microseconds since 1970.
        assumptions: Where VPC Lattice is silent.
    """
    assert trace.service
    assert trace.listener
    identity = _identity_of(trace)
    network_arn = trace.service_network.arn if trace.service_network else None
    gone = _OWN_HEADERS
    if not assumptions.forward_signature and trace.principal is not None:
        gone = gone | _SIGNATURE_HEADERS
    headers = Headers(
        (
            *(pair for pair in request.headers.items() if _may_pass(pair[0].lower(), gone)),
            ("x-forwarded-for", _forwarded_for(request.headers, source, assumptions)),
            ("x-forwarded-port", str(trace.listener.port)),
            ("x-forwarded-proto", trace.listener.protocol.lower()),
            (REQUEST_ID_HEADER, request_id),
        )
    )
    event_version: Literal["V1", "V2"] = "V2"
    if group.type == "LAMBDA":
        event_version = group.event_version
    else:
        headers = headers.with_items(
            (
                *identity_to_headers(identity, empty_fields=assumptions.identity_empty_fields),
                *_tags_headers(trace.principal),
                *([(SOURCE_VPC_HEADER, identity.source_vpc)] if identity.source_vpc else ()),
                (TARGET_HEADER, _target_header(trace.service, network_arn, group)),
            )
        )
    return request.replace(
        headers=headers,
        identity=identity,
        service_arn=trace.service.arn,
        service_network_arn=network_arn,
        target_group_arn=group.arn,
        region=trace.service.region,
        time_epoch_us=now_us,
        request_id=request_id,
        event_version=event_version,
    )


def _may_pass(name: str, gone: frozenset[str]) -> bool:
    """Whether a client's header may reach a target; none looks as if VPC Lattice had written it."""
    return name not in gone and not name.startswith(_OWN_PREFIX)


def _identity_of(trace: Trace) -> Identity:
    """The caller as targets are told; only a signature tells more than the VPC."""
    if trace.principal is None or trace.authorization is None:
        return Identity(source_vpc_arn=trace.source_vpc_arn)
    caller = trace.principal.caller
    return Identity(
        type="AWS_IAM",
        principal=caller.arn,
        principal_org_id=caller.org_id,
        principal_org_paths=",".join(caller.org_paths) or None,
        session_name=caller.session_name,
        source_vpc_arn=trace.source_vpc_arn,
    )


def _tags_headers(principal: Principal | None) -> list[tuple[str, str]]:
    """The header with the caller's tags, if it has any."""
    if principal is None or not principal.caller.tags:
        return []
    caller = principal.caller
    pairs = [
        ("principal", caller.arn or ""),
        ("principalorgid", caller.org_id or ""),
        ("principalorgpath", ",".join(caller.org_paths)),
        *caller.tags.items(),
    ]
    return [(TAGS_HEADER, format_pairs(pairs))]


def _forwarded_for(headers: Headers, source: Source, assumptions: Assumptions) -> str:
    """The chain of addresses, the caller's last, in one value."""
    before = headers.get_all("x-forwarded-for") if assumptions.forwarded_for == "append" else []
    return ",".join((*before, source.address))


def _target_header(service: Service, network_arn: str | None, group: TargetGroup) -> str:
    """Where the request was sent, as HTTP targets are told."""
    pairs = [("ServiceArn", service.arn), ("TargetGroupArn", group.arn)]
    if network_arn:
        pairs.insert(1, ("ServiceNetworkArn", network_arn))
    return format_pairs(pairs)
