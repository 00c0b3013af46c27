"""Access log subscriptions; nothing is sent to their destinations.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html
"""

from __future__ import annotations

from lattice_events.arn import Arn
from lattice_events.cloud.errors import conflict, invalid
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.kinds import (
    LOG_SUBSCRIPTION,
    SERVICE,
    SERVICE_NETWORK,
    create,
    find,
    find_any,
    mine,
    remove,
    update,
)
from lattice_events.cloud.operations.pages import page
from lattice_events.cloud.operations.resource_configurations import RESOURCE_CONFIGURATION
from lattice_events.control_plane.records import Document

_OWNERS = (SERVICE, SERVICE_NETWORK, RESOURCE_CONFIGURATION)
_DESTINATIONS = {  # by the service of an ARN, how what may be a destination begins
    "logs": "log-group:",
    "s3": "",
    "firehose": "deliverystream/",
}


def create_subscription(call: Call) -> Document:
    """``CreateAccessLogSubscription``: a resource has one for each type of destination."""
    owner = find_any(call, _OWNERS, call.params["resourceIdentifier"])
    members = {
        "resourceId": owner["id"],
        "resourceArn": owner["arn"],
        **call.given("destinationArn", "serviceNetworkLogType"),
    }
    _refuse_second(call, members)
    return create(call, LOG_SUBSCRIPTION, members)


def get_subscription(call: Call) -> Document:
    """``GetAccessLogSubscription``."""
    return _named(call)


def list_subscriptions(call: Call) -> Document:
    """``ListAccessLogSubscriptions`` of a resource; of one that is not there, none."""
    wanted = call.params["resourceIdentifier"]
    subscriptions = mine(call, LOG_SUBSCRIPTION)
    return page(call, [each for each in subscriptions if wanted in (each["resourceId"], each["resourceArn"])])


def update_subscription(call: Call) -> Document:
    """``UpdateAccessLogSubscription``."""
    subscription = _named(call)
    changes = call.given("destinationArn")
    _refuse_second(call, {**subscription, **changes})
    return update(call, LOG_SUBSCRIPTION, subscription, changes)


def delete_subscription(call: Call) -> Document:
    """``DeleteAccessLogSubscription``."""
    remove(call, LOG_SUBSCRIPTION, _named(call))
    return {}


def _named(call: Call) -> Document:
    """The subscription that the client names."""
    return find(call, LOG_SUBSCRIPTION, call.params["accessLogSubscriptionIdentifier"])


def _refuse_second(call: Call, wanted: Document) -> None:
    """Refuse a subscription of a resource that has another one for the same type of destination and of log."""
    topic = _topic(wanted)
    for each in mine(call, LOG_SUBSCRIPTION):
        if each["id"] != wanted.get("id") and _topic(each) == topic:
            message = (
                f"{wanted['resourceId']} has an access log subscription for {topic[1]} already: {each['id']}"
            )
            raise conflict(LOG_SUBSCRIPTION.type, each["id"], message)


def _topic(subscription: Document) -> tuple[str, str, str]:
    """What no two subscriptions have in common."""
    log_type = subscription.get("serviceNetworkLogType", "SERVICE")
    return subscription["resourceArn"], _type_of(subscription["destinationArn"]), log_type


def _type_of(destination: str) -> str:
    """The service that a destination is of.

    Raises:
        ApiError: Access logs cannot be sent there.
    """
    arn = Arn.parse(destination)
    if arn is None or not arn.resource.startswith(_DESTINATIONS.get(arn.service, "\0")):
        raise invalid(
            "The destination must be the ARN of a CloudWatch log group, an Amazon S3 bucket or a "
            f"Data Firehose delivery stream, not {destination}",
            ("destinationArn", "is not the ARN of a destination"),
        )
    return arn.service


TABLE = {
    "CreateAccessLogSubscription": create_subscription,
    "GetAccessLogSubscription": get_subscription,
    "ListAccessLogSubscriptions": list_subscriptions,
    "UpdateAccessLogSubscription": update_subscription,
    "DeleteAccessLogSubscription": delete_subscription,
}
