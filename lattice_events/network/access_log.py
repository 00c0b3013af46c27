"""The access log: one record for each request to a service, field for field; and what a record means.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html
    The order of the fields, and ``-`` for what has no value, are as observed: docs/fidelity.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lattice_events.network.decision import Decision, Failure, Forward
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import LambdaTarget

_NOTHING = "-"
_FAILURE_REASONS: Mapping[Failure, str] = {
    "connect": "TargetConnectionError",
    "timeout": "TargetDataTimeout",
    "protocol": "TargetProtocolError",
    "closed": "TargetConnectionClosed",
    "function": "TargetProtocolError",
    "throttled": "TargetProtocolError",
    "request_too_large": "ClientProtocolError",
    "client_closed": "ClientConnectionClosed",
}


def access_log_record(exchange: Exchange) -> dict[str, str | int]:
    """The record of one request to a service, its fields in the order of the service's own."""
    decision, request = exchange.decision, exchange.request
    assert decision is not None
    trace = decision.trace
    vpc_arn = trace.source_vpc_arn
    caller = trace.principal.caller if trace.principal else None
    fields: dict[str, str | int | None] = {
        "serviceNetworkArn": trace.service_network.arn if trace.service_network else None,
        "resolvedUser": _resolved_user(decision),
        "listenerType": None,
        "authDeniedReason": _denied_reason(decision),
        "targetGroupArn": trace.target_group.arn if trace.target_group else None,
        "sourceVpcArn": vpc_arn,
        "destinationVpcId": None,
        "sourceIpPort": f"{exchange.source_address}:{exchange.source_port}",
        "listenerId": None,
        "targetIpPort": _target_address(decision),
        "failureReason": _failure_reason(decision, exchange.failure, exchange.status),
        "serviceArn": trace.service.arn if trace.service else None,
        "sourceVpcId": vpc_arn.rpartition("/")[2] if vpc_arn else None,
        "startTime": _time_text(exchange.started_us),
        "requestMethod": request.method,
        "requestPath": request.path,
        "protocol": "HTTP/1.1",
        "responseCode": exchange.status,
        "bytesReceived": exchange.bytes_received,
        "bytesSent": exchange.bytes_sent,
        "duration": round(exchange.duration_ms),
        "userAgent": request.headers.get("user-agent"),
        "hostHeader": request.headers.get("host"),
        "serverNameIndication": exchange.server_name,
        "requestToTargetDuration": round(exchange.to_target_ms),
        "responseFromTargetDuration": round(exchange.from_target_ms),
        "sslCipher": exchange.tls_cipher,
        "tlsVersion": exchange.tls_version,
        "callerPrincipal": caller.arn if caller else None,
        "callerPrincipalOrgID": caller.org_id if caller else None,
        "callerX509IssuerOU": None,
        "callerX509SubjectCN": None,
        "callerX509SANNameCN": None,
        "callerX509SANDNS": None,
        "callerX509SANURI": None,
        "callerPrincipalTags": ";".join(f"{key}={value}" for key, value in caller.tags.items())
        if caller
        else None,
        "requestId": decision.request_id,
    }
    return {name: _NOTHING if value in (None, "") else value for name, value in fields.items()}


def _time_text(time_us: int) -> str:
    """``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.fromtimestamp(time_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _resolved_user(decision: Decision) -> str | None:
    """Who was authenticated; nothing where nobody looked."""
    authentication = decision.trace.authentication
    if authentication is None:
        return None
    if authentication.is_rejected:
        return "Unknown"
    principal = authentication.principal
    return (principal.caller.arn if principal else None) or "Anonymous"


def _denied_reason(decision: Decision) -> str | None:
    """``Service``, ``Network`` or ``Identity``."""
    authorization = decision.trace.authorization
    denied_by = authorization.denied_by if authorization else None
    return denied_by.kind.capitalize() if denied_by else None


def _target_address(decision: Decision) -> str | None:
    """Address and port of an HTTP target."""
    if not isinstance(decision, Forward) or isinstance(decision.target, LambdaTarget):
        return None
    return decision.target.url.partition("://")[2].rstrip("/")


def _failure_reason(decision: Decision, failure: Failure | None, status: int) -> str | None:
    """Why the request failed, in the log's words."""
    if decision.trace.is_denied:
        return "ClientAccessDenied"
    if failure is not None:
        return _FAILURE_REASONS[failure]
    return "ClientProtocolError" if status == 400 and not isinstance(decision, Forward) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """What a record of a failed request means.

    Attributes:
        is_denied: Whether the caller was not let in.
        what: What happened.
        advice: What to look at.
    """

    is_denied: bool
    what: str
    advice: str


def explain_record(record: Mapping[str, Any]) -> Explanation | None:
    """Say what a record means; ``None`` for a request that was served.

    Args:
        record: Of VPC Lattice's access log, or of this package's.
    """
    reason = _text(record, "failureReason") or ""
    denied = _text(record, "authDeniedReason") or ""
    status = record.get("responseCode")
    is_of_target = bool(_text(record, "targetGroupArn"))
    if denied or reason == "ClientAccessDenied" or (status == 403 and not is_of_target):
        return _explain_denial(record, denied)
    if reason in _FAILURES:
        what, advice = _FAILURES[reason]
        return Explanation(is_denied=False, what=what, advice=advice)
    if not isinstance(status, int) or status < 400:
        return None
    if not is_of_target:
        return Explanation(
            is_denied=False,
            what=f"VPC Lattice itself answered {status}: no target group was chosen.",
            advice="No rule matched, or the rule has a fixed response: check the listener's rules, their priorities, and upper and lower case in their paths.",
        )
    return Explanation(
        is_denied=False,
        what=f"The target answered {status}.",
        advice="Look for the request id in the target's own log.",
    )


def _explain_denial(record: Mapping[str, Any], denied: str) -> Explanation:
    """A 403: who was refused, and by which policy."""
    caller = _text(record, "callerPrincipal") or _text(record, "resolvedUser") or "the caller"
    where = f"{record.get('requestMethod', '-')} {record.get('requestPath', '-')}"
    if denied in _POLICIES:
        whose, advice = _POLICIES[denied]
        subject = f"{whose} {_short(record, denied)}".rstrip()
        return Explanation(is_denied=True, what=f"{subject} does not allow {caller} {where}.", advice=advice)
    if caller == "Unknown":
        return Explanation(
            is_denied=True,
            what="The signature was not accepted.",
            advice="Sign for the service vpc-lattice-svcs, in the service's Region, with x-amz-content-sha256: UNSIGNED-PAYLOAD; check the clock, and look for a proxy that changes the request.",
        )
    return Explanation(
        is_denied=True, what=f"{caller} was refused {where}.", advice="Read the body of the answer."
    )


_POLICIES: Mapping[str, tuple[str, str]] = {
    "Service": (
        "The auth policy of the service",
        "Allow the caller vpc-lattice-svcs:Invoke on SERVICE-ARN/PATH there, or look for a Deny; with AuthType AWS_IAM "
        "and no policy, everything is denied.",
    ),
    "Network": (
        "The auth policy of the service network",
        "Allow the caller there too: the network's policy and the service's must both allow.",
    ),
    "Identity": (
        "The caller's own IAM policy",
        "Give the caller's role a policy that allows vpc-lattice-svcs:Invoke on SERVICE-ARN/*.",
    ),
}
_FAILURES: Mapping[str, tuple[str, str]] = {
    "TargetConnectionError": (
        "VPC Lattice could not connect to the target.",
        "Check that it listens on the target's port, and that its security group allows VPC Lattice.",
    ),
    "TargetProtocolError": (
        "The target did not answer in the protocol of its target group.",
        "Check the group's protocol and version; a Lambda function must return statusCode, headers and body.",
    ),
    "TargetDataTimeout": (
        "The target did not answer in time.",
        "A connection may be idle for 60 seconds: answer sooner, or raise the service's idle timeout.",
    ),
    "TargetConnectionClosed": (
        "The target closed the connection before it answered.",
        "Its keep-alive must outlast VPC Lattice's idle timeout; pods should drain before they end.",
    ),
    "ClientConnectionClosed": (
        "The client closed the connection before it got the answer.",
        "Its timeout may be shorter than the target's work.",
    ),
    "ClientRateLimited": (
        "The client sent more requests than the service accepts.",
        "The quota is 10,000 requests per second for each service and Availability Zone.",
    ),
    "ClientProtocolError": (
        "The request was not valid HTTP, or was too large.",
        "The limits are 100 headers, 60 K of headers, and 6 MB for Lambda targets.",
    ),
    "ConnectionDurationExceeded": (
        "The connection was older than ten minutes.",
        "Open a new connection; clients that reuse connections should retry this error.",
    ),
    "InternalError": ("VPC Lattice had an internal error.", "Try again."),
}


def _short(record: Mapping[str, Any], denied: str) -> str:
    """The id of the service or service network."""
    key = {"Service": "serviceArn", "Network": "serviceNetworkArn"}.get(denied)
    return (_text(record, key) or "").rpartition("/")[2] if key else ""


def _text(record: Mapping[str, Any], key: str) -> str | None:
    """A field's value; absent, ``-``, ``null`` and empty are none."""
    value = record.get(key)
    return value if isinstance(value, str) and value not in ("", "-", "null") else None
