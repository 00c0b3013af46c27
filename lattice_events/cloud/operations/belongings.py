"""What belongs to a service, service network or resource configuration, and goes with it."""

from __future__ import annotations

from lattice_events.cloud.operations.call import Call
from lattice_events.control_plane.records import Document


def forget_belongings(call: Call, owner: Document) -> None:
    """Forget the auth policy, the resource policy and the access log subscriptions of what is deleted."""
    call.records.auth_policies.pop(owner["arn"], None)
    call.records.resource_policies.pop(owner["arn"], None)
    subscriptions = call.records.access_log_subscriptions
    for arn in [arn for arn, each in subscriptions.items() if each["resourceArn"] == owner["arn"]]:
        del subscriptions[arn]
        call.records.tags.pop(arn, None)
