"""Recognize the events of other services, so that an error can say what came instead."""

from __future__ import annotations

from typing import Any

_WHAT_TO_DO = (
    "lattice-events reads the events of VPC Lattice target groups only. To serve Lattice traffic, "
    "make the function the target of an AWS::VpcLattice::TargetGroup of type LAMBDA "
    "(Config.LambdaEventStructureVersion V2 is the richer one; V1 works too)"
)


def describe(event: object) -> str:
    """Say what an event that is not VPC Lattice's looks like, and what to set."""
    return f"This is {_kind(event)}, not a VPC Lattice event. {_WHAT_TO_DO}."


def _kind(event: object) -> str:
    """What an event looks like, in words."""
    if not isinstance(event, dict):
        return f"a {type(event).__name__}"
    context = event.get("requestContext")
    if isinstance(context, dict):
        return _kind_by_context(event, context)
    if isinstance(event.get("Records"), list):
        return _kind_of_records(event["Records"])
    if "detail-type" in event:
        return "an EventBridge event"
    if "rawPath" in event or "httpMethod" in event:
        return "an HTTP event of API Gateway or a load balancer"
    if "path" in event and event.get("version") == "2.0":
        return "a V2 event without a requestContext that names a serviceArn"
    return f"an event with the keys {_keys(event)}" if event else "an empty event"


def _kind_by_context(event: dict[str, Any], context: dict[str, Any]) -> str:
    """Tell the HTTP services apart by their request context."""
    if "elb" in context:
        return "an Application Load Balancer event"
    if "http" in context:
        is_url = "lambda-url" in str(context.get("domainName"))
        return "a Lambda Function URL event" if is_url else "an API Gateway HTTP API event (payload 2.0)"
    if "connectionId" in context:
        return "an API Gateway WebSocket event"
    if "httpMethod" in event:
        return "an API Gateway REST API event (payload 1.0)"
    return f"an event whose requestContext has the keys {_keys(context)}"


def _kind_of_records(records: list[Any]) -> str:
    """Name the service that sends records."""
    first = records[0] if records else None
    source = first.get("eventSource") or first.get("EventSource") if isinstance(first, dict) else None
    return f"a batch of records from {source}" if isinstance(source, str) else "a batch of records"


def _keys(mapping: dict[Any, Any]) -> str:
    """A few keys of a mapping."""
    shown = [str(key)[:40] for key in list(mapping)[:6]]
    return ", ".join(shown) + (", …" if len(mapping) > len(shown) else "") if shown else "(none)"
