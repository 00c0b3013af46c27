"""The request as a target gets it: spoofable headers stripped, VPC Lattice's own added.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/http-targets.html
"""

from __future__ import annotations

from functools import lru_cache

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
from lattice_events.network.decision import Circumstances, Source, Trace
from lattice_events.network.model import Principal
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
_OWN_OR_SIGNATURE_HEADERS = _OWN_HEADERS | _SIGNATURE_HEADERS
_TOLD = ("source_vpc_arn", "type", "principal", "principal_org_id", "principal_org_paths", "session_name")


def deliver(request: Request, trace: Trace, request_id: str, circumstances: Circumstances) -> Request:
    """The request as a target gets it: spoofable headers stripped, VPC Lattice's own added.

    Args:
        request: Without the headers of the client's own connection.
        trace: Of the decision, with the target group that was chosen.
        request_id: Of the request.
        circumstances: Of the request.
    """
    source, assumptions = circumstances.source, circumstances.assumptions
    service, listener, group = trace.service, trace.listener, trace.target_group
    assert service
    assert listener
    assert group
    identity, told = _tell(_values_of(trace), assumptions.identity_empty_fields)
    network_arn = trace.service_network.arn if trace.service_network else None
    added = [
        ("x-forwarded-for", _forwarded_for(request.headers, source, assumptions)),
        ("x-forwarded-port", str(listener.port)),
        ("x-forwarded-proto", listener.protocol.lower()),
        (REQUEST_ID_HEADER, request_id),
    ]
    if group.type != "LAMBDA":
        added += told
        added += _tags_headers(trace.principal)
        if identity.source_vpc:
            added.append((SOURCE_VPC_HEADER, identity.source_vpc))
        added.append((TARGET_HEADER, _target_header(service.arn, network_arn, group.arn)))
    strips_signature = trace.principal is not None and not assumptions.forward_signature
    gone = _OWN_OR_SIGNATURE_HEADERS if strips_signature else _OWN_HEADERS
    return Request(
        method=request.method,
        path=request.path,
        query_string=request.query_string,
        bare_query=request.bare_query,
        headers=_strip(request.headers, gone).with_items(added),
        body=request.body,
        identity=identity,
        service_arn=service.arn,
        service_network_arn=network_arn,
        target_group_arn=group.arn,
        region=service.region,
        time_epoch_us=circumstances.now_us,
        request_id=request_id,
        event_version=group.event_version if group.type == "LAMBDA" else "V2",
        raw=request.raw,
    )


def _strip(headers: Headers, gone: frozenset[str]) -> Headers:
    """The client's headers that may reach a target; none looks as if VPC Lattice had written it."""
    if gone.isdisjoint(headers) and _OWN_PREFIX not in "\n".join(
        headers
    ):  # most have none, and this is quick
        return headers
    return headers.without(*[name for name in headers if name in gone or name.startswith(_OWN_PREFIX)])


def _values_of(trace: Trace) -> tuple[str | None, ...]:
    """What targets are told of the caller, in the order of `_TOLD`; only a signature tells more than the VPC."""
    if trace.principal is None or trace.authorization is None:
        return (trace.source_vpc_arn,)
    caller = trace.principal.caller
    paths = ",".join(caller.org_paths) or None
    return (trace.source_vpc_arn, "AWS_IAM", caller.arn, caller.org_id, paths, caller.session_name)


@lru_cache(maxsize=256)
def _tell(values: tuple[str | None, ...], empty_fields: bool) -> tuple[Identity, list[tuple[str, str]]]:
    """The caller as targets are told, and in headers."""
    identity = Identity(**dict(zip(_TOLD, values, strict=False)))
    return identity, identity_to_headers(identity, empty_fields=empty_fields)


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
    if assumptions.forwarded_for == "append" and "x-forwarded-for" in headers:
        return ",".join((*headers.get_all("x-forwarded-for"), source.address))
    return source.address


@lru_cache(maxsize=256)
def _target_header(service_arn: str, network_arn: str | None, group_arn: str) -> str:
    """Where the request was sent, as HTTP targets are told."""
    pairs = [("ServiceArn", service_arn), ("TargetGroupArn", group_arn)]
    if network_arn:
        pairs.insert(1, ("ServiceNetworkArn", network_arn))
    return format_pairs(pairs)
