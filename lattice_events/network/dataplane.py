"""What VPC Lattice does with a request: find the service, let the caller in, route, choose a target.

Everything here is a pure function; the local network executes the decision, and whoever wants to
explain it reads its trace. A request that is refused or finds no rule is a `Reply`, not an error.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/how-it-works.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from itertools import chain

from lattice_events.assumptions import Assumptions
from lattice_events.headers import Headers, end_to_end
from lattice_events.network.admission import admit
from lattice_events.network.authentication import Keyring
from lattice_events.network.decision import (
    Circumstances,
    Decision,
    Forward,
    Reply,
    Source,
    TargetFailure,
    Trace,
)
from lattice_events.network.delivery import REQUEST_ID_HEADER, deliver
from lattice_events.network.health import Health, usable_targets
from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    Network,
    Service,
    TargetGroup,
)
from lattice_events.network.routing import Routing, choose_target_group, route
from lattice_events.request import Request
from lattice_events.response import Response

MAX_REQUEST_ID_BYTES = 512
MAX_HEADERS = 100
_EXPECT = frozenset(("expect",))
MAX_HEADER_BYTES = 60 * 1024

IDLE_TIMEOUT_SECONDS = 60

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_LONGEST_HOST = 255  # that a hint is looked for
_MOST_NAMES = 20

# RFC 3986 §3.2, without userinfo: a name, or an address of IPv4 or IPv6, and a port.
_AUTHORITY = re.compile(
    r"(?:\[([0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)\]|([\w.~!$&'()*+,;=%-]*))(?::([0-9]{0,5}))?", re.ASCII
)
_USERINFO = re.compile(r"(?:^|(?<=//))[^/?#]*@")

_PHRASES = {
    400: "Bad Request",
    404: "Not Found",
    413: "Payload Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def plan(
    network: Network,
    request: Request,
    *,
    source: Source,
    credentials: Keyring,
    fresh_request_id: str,
    now_us: int,
    roll: float,
    turn: Mapping[str, int],
    health: Health,
    assumptions: Assumptions,
) -> Decision:
    """Decide what happens to a request.

    Args:
        network: The services and what they forward to.
        request: As the client sent it; its ``host`` header names the service. The body may be
            left out: nothing is decided by it.
        source: Where it came from.
        credentials: By access key id, those that a signature may be made with.
        fresh_request_id: Used when the client sent no ``x-amzn-requestid``.
        now_us: The time, microseconds since 1970.
        roll: A number from 0 up to, not including, 1: the draw for weighted target groups.
        turn: By target group ARN, how many requests it had: targets take turns.
        health: Of the targets that are checked.
        assumptions: Where VPC Lattice is silent.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html
    """
    request_id = _request_id(request.headers, fresh_request_id)
    host, service = _find_service(network, request.headers)
    problem = _header_problem(request.headers, host)
    if problem:  # comes first, but the access log of the service has a record of it
        at = service.listener_by_port.get(source.port) if service else None
        return _reply(400, "Bad Request", problem, request_id, Trace(service=service, listener=at))
    assert host is not None  # else it is a problem
    if service is None:
        hint = _hint(network, host)
        reason = f"{host or 'an empty host'} is not a service of the network{hint}"
        body = f"lattice dev: {reason}\n" if _is_local_name(host) else assumptions.unknown_host_body
        return _reply(404, body, reason, request_id, Trace())
    listener = service.listener_by_port.get(source.port)
    if listener is None:
        reason = f"{service.name} has no listener on port {source.port}"
        return _reply(404, "Not Found", reason, request_id, Trace(service=service))
    # From here on policies, rules and the target see the same headers.
    headers = travelling(request.headers)
    if headers is not request.headers:
        request = request.replace(headers=headers)
    circumstances = Circumstances(source, credentials, now_us, assumptions)
    trace = admit(network, request, service, listener, circumstances)
    if trace.is_denied and assumptions.authorize_before_rules:
        return _refuse(trace, request_id)
    routing = route(listener, request, assumptions)
    action = routing.rule.action if routing.rule else listener.default_action
    group = None
    if isinstance(action, ForwardAction) and not trace.is_denied:
        group = _choose(network, action, roll)
    trace = trace.routed(routing, group)
    if trace.is_denied:
        return _refuse(trace, request_id)
    if isinstance(action, FixedResponseAction):
        reason = _fixed_reason(action, routing)
        return _reply(action.status, _PHRASES[action.status], reason, request_id, trace)
    if group is None or not group.targets:
        reason = f"target group {group.name} has no target" if group else "every weight is 0"
        return _reply(assumptions.empty_group_status, "Service Unavailable", reason, request_id, trace)
    targets = usable_targets(group, health)
    target = targets[turn.get(group.arn, 0) % len(targets)]
    delivered = deliver(request, trace, request_id, circumstances)
    return Forward(group, target, delivered, request_id, trace)


def travelling(headers: Headers) -> Headers:
    """The headers of a request that go on to a target.

    ``Expect`` asks the next server alone, and that one is VPC Lattice (RFC 9110 §10.1.1).
    """
    return end_to_end(headers, also=_EXPECT)


def _is_local_name(host: str) -> bool:
    """Whether a host can be no service's on AWS, so that an answer for it is not VPC Lattice's."""
    host = host.lower().removesuffix(".")
    return host in _LOOPBACK or host.endswith(".localhost")


def _hint(network: Network, host: str) -> str:
    """The end of a sentence: the service that was meant; for a local name else all services."""
    known = {each.name: f"{each.name}.localhost" for each in network.services}
    known |= {name.lower(): name for each in network.services if (name := each.custom_domain_name)}
    label, _, parent = host.lower()[:_LONGEST_HOST].removesuffix(".").partition(".")
    is_generated = ".vpc-lattice-svcs." in parent
    written = label if parent in ("", "localhost") else f"{label}.{parent}"
    if is_generated:
        written = label.rpartition("-")[0]
    near = get_close_matches(written, known, n=1, cutoff=0.7)
    if near:
        return f"; did you mean {known[near[0]]}?"
    names = ", ".join(f"{each.name}.localhost" for each in network.services[:_MOST_NAMES])
    return f"; the services are {names}" if names and _is_local_name(host) else ""


def _refuse(trace: Trace, request_id: str) -> Reply:
    """The 403 of a caller that is not let in."""
    refused = trace.authorization or trace.authentication
    assert refused is not None
    return _reply(403, refused.body, refused.reason, request_id, trace)


def _fixed_reason(action: FixedResponseAction, routing: Routing) -> str:
    """Why there is a fixed response, and which rule was the last that did not match."""
    if routing.rule is not None:
        return f"rule {routing.rule.name} answers with a fixed {action.status}"
    first = f"no rule matched; the default action is a fixed {action.status}"
    trials = routing.trials
    if not trials:
        return f"{first}\nthe listener has no rules"
    tried = "; ".join(f"{trial.rule.name}: {trial.mismatch}" for trial in trials[-3:])
    return f"{first}\n{tried}"


def hide_userinfo(text: str) -> str:
    """A host or URL to be shown, without the user's name and password that stand in front of an ``@``."""
    return _USERINFO.sub("", text)


def split_host(authority: str) -> tuple[str, int | None] | None:
    """Split ``host:port`` into host and port; no port is ``None``, and so is text of another form.

    Source:
        https://www.rfc-editor.org/rfc/rfc9110#section-7.2
    """
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        return None
    address, name, digits = found.groups()
    port = int(digits) if digits else None
    return (address or name, port) if port is None or 0 < port < 65536 else None


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


def _find_service(network: Network, headers: Headers) -> tuple[str | None, Service | None]:
    """The host that a request names, ``None`` where it cannot be read, and its service."""
    authority = headers.get("host") or ""
    known = network.service_by_authority.get(authority)
    if known is not None:
        return known
    split = split_host(authority)
    return (split[0], network.find_service(split[0])) if split else (None, None)


def _header_problem(headers: Headers, host: str | None) -> str | None:
    """Say why the header block is refused: no one Host that can be read, over 100 headers or 60 K."""
    if host is None:
        return f"the Host {hide_userinfo(headers.get('host') or '')!r} is not HOST or HOST:PORT"
    if len(headers.get_all("host")) > 1:
        return "more than one Host"
    pairs = headers.items()
    if len(pairs) > MAX_HEADERS:
        return f"{len(pairs)} headers; VPC Lattice accepts {MAX_HEADERS}"
    size = sum(map(len, chain.from_iterable(pairs))) + 4 * len(pairs)
    if size > MAX_HEADER_BYTES:
        return f"{size} bytes of headers; VPC Lattice accepts {MAX_HEADER_BYTES}"
    return None


def _choose(network: Network, action: ForwardAction, roll: float) -> TargetGroup | None:
    """The target group that an action forwards to; ``None`` where every weight is 0."""
    chosen = choose_target_group(action, roll)
    return network.target_group_by_arn[chosen.target_group_arn] if chosen else None


def pass_back(decision: Forward, response: Response) -> Response:
    """The response as the client gets it: hop-by-hop headers dropped, the request id added."""
    headers = end_to_end(response.headers).with_items(((REQUEST_ID_HEADER, decision.request_id),))
    return Response(response.status, headers=headers, body=response.body)


def fail(decision: Forward, failure: TargetFailure, reason: str, assumptions: Assumptions) -> Reply:
    """The answer when a target did not give a usable one."""
    status = {
        "connect": assumptions.connect_failure_status,
        "timeout": assumptions.timeout_status,
        "protocol": assumptions.target_protocol_error_status,
        "closed": assumptions.target_protocol_error_status,
        "function": assumptions.function_error_status,
        "throttled": assumptions.function_throttled_status,
        "request_too_large": assumptions.request_too_large_status,
    }[failure]
    body = _PHRASES.get(status, "Error")
    return _reply(status, body, reason, decision.request_id, decision.trace)
