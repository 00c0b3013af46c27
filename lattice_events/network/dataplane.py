"""What VPC Lattice does with a request: find the service, route it, choose a target.

Everything here is a pure function; the local network executes the decision, and whoever wants to
explain it reads its trace. A request that is refused or finds no rule is a `Reply`, not an error.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/how-it-works.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lattice_events.assumptions import Assumptions
from lattice_events.headers import Headers, end_to_end
from lattice_events.identity import (
    IDENTITY_HEADER,
    NETWORK_HEADER,
    TAGS_HEADER,
    TARGET_HEADER,
    Identity,
    format_pairs,
    identity_to_headers,
)
from lattice_events.network.model import (
    Action,
    FixedResponseAction,
    ForwardAction,
    Listener,
    Network,
    Rule,
    Service,
    Target,
    TargetGroup,
)
from lattice_events.network.routing import RuleTrial, choose_target_group, route
from lattice_events.request import Request
from lattice_events.response import Response

REQUEST_ID_HEADER = "x-amzn-requestid"
MAX_REQUEST_ID_BYTES = 512
MAX_HEADERS = 100
MAX_HEADER_BYTES = 60 * 1024

IDLE_TIMEOUT_SECONDS = 60

Failure = Literal["connect", "timeout", "protocol", "function", "request_too_large"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a request came from.

    Attributes:
        address: The caller's IP address.
        port: Port of the listener that it came to, as in the URL: 443 for ``https://``.
        vpc_arn: ARN of the caller's VPC, if it is known.
        name: What the run calls the caller; ``None`` for somebody unknown.
    """

    address: str
    port: int
    vpc_arn: str | None = None
    name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """How far a request got: the service, the listener, the rules tried and the one that matched."""

    service: Service | None = None
    listener: Listener | None = None
    trials: tuple[RuleTrial, ...] = ()
    rule: Rule | None = None
    target_group: TargetGroup | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Forward:
    """Send `request` to `target`; it carries every header and fact that VPC Lattice adds."""

    target_group: TargetGroup
    target: Target
    request: Request
    request_id: str
    trace: Trace


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """Answer without a target; `reason` says why, for a person."""

    response: Response
    reason: str
    request_id: str
    trace: Trace


Decision = Forward | Reply


def plan(
    network: Network,
    request: Request,
    *,
    source: Source,
    fresh_request_id: str,
    now_us: int,
    roll: float,
    turn: Mapping[str, int],
    assumptions: Assumptions,
) -> Decision:
    """Decide what happens to a request.

    Args:
        network: The services and what they forward to.
        request: As the client sent it; its ``host`` header names the service. The body may be
            left out: nothing is decided by it.
        source: Where it came from.
        fresh_request_id: Used when the client sent no ``x-amzn-requestid``.
        now_us: The time, microseconds since 1970.
        roll: A number from 0 up to, not including, 1: the draw for weighted target groups.
        turn: By target group ARN, how many requests it had: targets take turns.
        assumptions: Where VPC Lattice is silent.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html
    """
    request_id = _request_id(request.headers, fresh_request_id)
    problem = _header_problem(request.headers)
    if problem:
        return _reply(400, "Bad Request", problem, request_id, Trace())
    host, _ = split_host(request.headers.get("host") or "")
    service = network.find_service(host)
    if service is None:
        reason = f"{host or 'an empty host'} is no service of the network"
        return _reply(404, assumptions.unknown_host_body, reason, request_id, Trace())
    listener = _find_listener(service, source.port)
    if listener is None:
        reason = f"{service.name} has no listener on port {source.port}"
        return _reply(404, "Not Found", reason, request_id, Trace(service=service))
    routing = route(listener, request, assumptions)
    trace = Trace(service=service, listener=listener, trials=routing.trials, rule=routing.rule)
    action = routing.rule.action if routing.rule else listener.default_action
    group = _choose(network, action, roll)
    if isinstance(action, FixedResponseAction):
        return _reply(action.status, _PHRASES[action.status], "fixed response", request_id, trace)
    if group is None or not group.targets:
        reason = f"target group {group.name} has no target" if group else "every weight is 0"
        return _reply(assumptions.empty_group_status, "Service Unavailable", reason, request_id, trace)
    trace = Trace(
        service=service, listener=listener, trials=routing.trials, rule=routing.rule, target_group=group
    )
    target = group.targets[turn.get(group.arn, 0) % len(group.targets)]
    delivered = _deliver(request, network, trace, group, source, request_id, now_us, assumptions)
    return Forward(target_group=group, target=target, request=delivered, request_id=request_id, trace=trace)


_PHRASES = {
    400: "Bad Request",
    404: "Not Found",
    413: "Payload Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def split_host(authority: str) -> tuple[str, int | None]:
    """Split ``host:port`` into host and port; no port is ``None``, as is one that is no number."""
    host, colon, port = authority.rpartition(":")
    if not colon or "]" in port:
        return authority.strip("[]"), None
    return host.strip("[]"), int(port) if port.isascii() and port.isdigit() else None


def _reply(status: int, body: str, reason: str, request_id: str, trace: Trace) -> Reply:
    """An answer of VPC Lattice's own: plain text, no trailing newline."""
    headers = Headers((("content-type", "text/plain"), (REQUEST_ID_HEADER, request_id)))
    return Reply(
        response=Response(status, headers=headers, body=body),
        reason=reason,
        request_id=request_id,
        trace=trace,
    )


def _request_id(headers: Headers, fresh: str) -> str:
    """The client's own id, cut to 512 bytes, else a fresh one."""
    given = headers.get(REQUEST_ID_HEADER)
    return given.encode()[:MAX_REQUEST_ID_BYTES].decode(errors="ignore") if given else fresh


def _header_problem(headers: Headers) -> str | None:
    """Say why the header block is refused: over 100 headers or 60 K."""
    pairs = headers.items()
    if len(pairs) > MAX_HEADERS:
        return f"{len(pairs)} headers; VPC Lattice takes {MAX_HEADERS}"
    size = sum(len(name) + len(value) + 4 for name, value in pairs)
    if size > MAX_HEADER_BYTES:
        return f"{size} bytes of headers; VPC Lattice takes {MAX_HEADER_BYTES}"
    return None


def _find_listener(service: Service, port: int) -> Listener | None:
    """The listener of a port."""
    return next((listener for listener in service.listeners if listener.port == port), None)


def _choose(network: Network, action: Action, roll: float) -> TargetGroup | None:
    """The target group that an action forwards to, if it forwards to one."""
    if not isinstance(action, ForwardAction):
        return None
    chosen = choose_target_group(action, roll)
    return network.target_group_by_arn[chosen.target_group_arn] if chosen else None


def _deliver(
    request: Request,
    network: Network,
    trace: Trace,
    group: TargetGroup,
    source: Source,
    request_id: str,
    now_us: int,
    assumptions: Assumptions,
) -> Request:
    """The request as a target gets it: spoofable headers stripped, VPC Lattice's own added."""
    assert trace.service
    assert trace.listener
    identity = Identity(source_vpc_arn=source.vpc_arn)
    network_arn = next(iter(trace.service.service_network_arns), None)
    headers = end_to_end(request.headers).without(IDENTITY_HEADER, NETWORK_HEADER, TARGET_HEADER, TAGS_HEADER)
    headers = headers.with_items(
        (
            ("x-forwarded-for", _forwarded_for(headers, source, assumptions)),
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
                (TARGET_HEADER, _target_header(trace.service, network_arn, group)),
            )
        )
    return request.replace(
        headers=headers,
        identity=identity,
        service_arn=trace.service.arn,
        service_network_arn=network_arn,
        target_group_arn=group.arn,
        region=network.region,
        time_epoch_us=now_us,
        request_id=request_id,
        event_version=event_version,
    )


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


def pass_back(decision: Forward, response: Response) -> Response:
    """The response as the client gets it: hop-by-hop headers dropped, the request id added."""
    headers = end_to_end(response.headers).with_items(((REQUEST_ID_HEADER, decision.request_id),))
    return response.replace(headers=headers)


def fail(decision: Forward, failure: Failure, reason: str, assumptions: Assumptions) -> Reply:
    """The answer when a target did not give a usable one."""
    status = {
        "connect": assumptions.connect_failure_status,
        "timeout": assumptions.timeout_status,
        "protocol": assumptions.target_protocol_error_status,
        "function": assumptions.function_error_status,
        "request_too_large": assumptions.request_too_large_status,
    }[failure]
    body = _PHRASES.get(status, "Error")
    return _reply(status, body, reason, decision.request_id, decision.trace)
