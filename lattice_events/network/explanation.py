"""A decision of the data plane, whole and in plain values: for people, scripts and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lattice_events.assumptions import Assumptions
from lattice_events.codec import encode_event
from lattice_events.headers import Headers
from lattice_events.network.authorization import Authorization, Layer
from lattice_events.network.decision import Decision, Forward, Reply, Trace
from lattice_events.network.faults import Fault
from lattice_events.network.model import ForwardAction, LambdaTarget, Network, Target
from lattice_events.network.policy import Facts, Policy, find_lacks
from lattice_events.redaction import hide_headers, hide_in_query
from lattice_events.request import Request

NO_NETWORK = (
    "it has no association with a service network, so no client could reach it on AWS; add a "
    "ServiceNetworkServiceAssociation"
)


def describe(
    decision: Decision, network: Network, assumptions: Assumptions, *, faults: Sequence[Fault] = ()
) -> dict[str, Any]:
    """Everything that was decided, and why; JSON values throughout.

    Signatures, session tokens and cookies are left out.

    Args:
        decision: What the data plane decided.
        network: The one that it decided for.
        assumptions: With which an event is written.
        faults: On purpose, that the request met.
    """
    is_sent = isinstance(decision, Forward) and not any(fault.keeps_from_target for fault in faults)
    trace = decision.trace
    return {
        "request_id": decision.request_id,
        "service": trace.service and {"name": trace.service.name, "arn": trace.service.arn},
        "service_network": trace.service_network and trace.service_network.name,
        "listener": trace.listener and trace.listener.in_words,
        "source_vpc": trace.source_vpc_arn and trace.source_vpc_arn.rpartition("/")[2],
        "authentication": _authentication(trace),
        "authorization": None if trace.authorization is None else _authorization(trace.authorization),
        "rules": [
            {"priority": trial.rule.priority, "name": trial.rule.name, "mismatch": trial.mismatch}
            for trial in trace.trials
        ],
        "action": _action(trace, network) if trace.routing and not trace.is_denied else None,
        "target": None if isinstance(decision, Reply) else target_name(decision.target),
        "reply": _reply(decision) if isinstance(decision, Reply) else None,
        "sent": _sent(decision, assumptions) if isinstance(decision, Forward) and is_sent else None,
        "faults": [fault.line for fault in faults],
        "notes": [] if trace.service is None or trace.service.service_network_arns else [NO_NETWORK],
    }


def target_name(target: Target) -> str:
    """A function's name, or the URL of an HTTP target."""
    return target.function_arn.rpartition(":")[2] if isinstance(target, LambdaTarget) else target.url


def _authentication(trace: Trace) -> dict[str, Any] | None:
    """Who calls; nothing where nobody looked."""
    authentication = trace.authentication
    if authentication is None:
        return None
    verification = authentication.verification
    return {
        "principal": trace.principal and trace.principal.caller.arn,
        "signed": verification is not None,
        "problem": authentication.body if authentication.is_rejected else None,
        "differs": verification.differs if verification else None,
    }


def _authorization(authorization: Authorization) -> dict[str, Any]:
    return {
        "allowed": authorization.denied_by is None,
        "denied_by": authorization.denied_by and authorization.denied_by.kind,
        "layers": [_layer(layer, authorization.facts) for layer in authorization.layers],
    }


def _layer(layer: Layer, facts: Facts) -> dict[str, Any]:
    """One policy, with what each of its statements says."""
    return {
        "kind": layer.kind,
        "owner": layer.owner,
        "effect": "not asked" if layer.verdict is None else layer.verdict.effect,
        "remark": layer.remark,
        "statements": describe_statements(layer.policy, facts) if layer.policy else [],
    }


def describe_statements(policy: Policy, facts: Facts) -> list[dict[str, Any]]:
    """What keeps each statement of a policy from matching a request; one that lacks nothing matches."""
    return [
        {
            "name": statement.name,
            "effect": statement.effect,
            "lacks": [str(lack) for lack in find_lacks(statement, facts)],
        }
        for statement in policy.statements
    ]


def _action(trace: Trace, network: Network) -> dict[str, Any]:
    """What the rule, or the listener by default, does."""
    assert trace.listener  # whose rules were tried
    action = trace.rule.action if trace.rule else trace.listener.default_action
    by = trace.rule.name if trace.rule else "default action"
    if not isinstance(action, ForwardAction):
        return {"by": by, "fixed_response": action.status}
    total = sum(group.weight for group in action.target_groups)
    chosen = trace.target_group.arn if trace.target_group else None
    return {
        "by": by,
        "target_groups": [
            {
                "name": network.target_group_by_arn[group.target_group_arn].name,
                "weight": group.weight,
                "share": group.weight / total if total else 0.0,
                "chosen": group.target_group_arn == chosen,
            }
            for group in action.target_groups
        ],
    }


def _reply(reply: Reply) -> dict[str, Any]:
    return {"status": reply.response.status, "body": reply.response.body.decode(), "reason": reply.reason}


def _sent(decision: Forward, assumptions: Assumptions) -> dict[str, Any]:
    """The event, or the request line and headers, that the target gets."""
    request = without_secrets(decision.request)
    if isinstance(decision.target, LambdaTarget):
        return {"event": encode_event(request, assumptions=assumptions)}
    return {
        "request": f"{request.method} {request.target}",
        "headers": [list(pair) for pair in request.headers.items()],
    }


def without_secrets(request: Request) -> Request:
    """The request without its signature, session token and cookies, wherever they stand."""
    return request.replace(
        headers=Headers(hide_headers(request.headers.items())),
        query_string=hide_in_query(request.query_string),
    )
