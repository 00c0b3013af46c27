"""What operations on every kind of resource have in common: ids, ARNs, names, times and tags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lattice_events.cloud.errors import conflict, label_of, not_found
from lattice_events.cloud.operations.call import Call
from lattice_events.cloud.operations.tags import with_tags
from lattice_events.control_plane.records import Document


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of resource.

    Attributes:
        type: As errors name it: ``SERVICE_NETWORK``.
        prefix: Of its ids: ``sn``.
        path: Before the id in its ARNs: ``servicenetwork``.
        kept: The attribute of `Records` that keeps it.
    """

    type: str
    prefix: str
    path: str
    kept: str

    def of(self, call: Call) -> dict[str, Document]:
        """Every record of the kind, of all accounts and Regions, by ARN."""
        found: dict[str, Document] = getattr(call.records, self.kept)
        return found


SERVICE_NETWORK = Kind(type="SERVICE_NETWORK", prefix="sn", path="servicenetwork", kept="service_networks")
SERVICE = Kind(type="SERVICE", prefix="svc", path="service", kept="services")
LISTENER = Kind(type="LISTENER", prefix="listener", path="listener", kept="listeners")
RULE = Kind(type="RULE", prefix="rule", path="rule", kept="rules")
TARGET_GROUP = Kind(type="TARGET_GROUP", prefix="tg", path="targetgroup", kept="target_groups")
SERVICE_ASSOCIATION = Kind(
    type="SERVICE_NETWORK_SERVICE_ASSOCIATION",
    prefix="snsa",
    path="servicenetworkserviceassociation",
    kept="service_associations",
)
VPC_ASSOCIATION = Kind(
    type="SERVICE_NETWORK_VPC_ASSOCIATION",
    prefix="snva",
    path="servicenetworkvpcassociation",
    kept="vpc_associations",
)
LOG_SUBSCRIPTION = Kind(
    type="ACCESS_LOG_SUBSCRIPTION",
    prefix="als",
    path="accesslogsubscription",
    kept="access_log_subscriptions",
)


def find(call: Call, kind: Kind, identifier: str, parent: Document | None = None) -> Document:
    """The resource of an id or ARN, among those that the client has.

    Args:
        call: Of the client.
        kind: Of the resource.
        identifier: Its id or ARN.
        parent: What it belongs to: the listener of a rule.

    Raises:
        ApiError: There is none.
    """
    start = _arn_start(call, kind, parent)
    arn = identifier if identifier.startswith("arn:") else start + identifier
    found = kind.of(call).get(arn) if arn.startswith(start) else None
    if found is None:
        raise not_found(kind.type, identifier)
    return found


def find_any(call: Call, kinds: Iterable[Kind], identifier: str) -> Document:
    """The resource of an id or ARN, which may be of any of several kinds.

    Raises:
        ApiError: There is none.
    """
    name = identifier.rpartition("/")[2]
    for kind in kinds:
        if name.startswith(f"{kind.prefix}-"):
            return find(call, kind, identifier)
    raise not_found("RESOURCE", identifier)


def mine(call: Call, kind: Kind, parent: Document | None = None) -> list[Document]:
    """The client's resources of a kind, the oldest first."""
    start = _arn_start(call, kind, parent)
    return [each for arn, each in kind.of(call).items() if arn.startswith(start)]


def create(call: Call, kind: Kind, members: Document, parent: Document | None = None) -> Document:
    """Keep a new resource, with an id, an ARN, its times and the tags of the call."""
    new_id = call.new_id(kind.prefix)
    arn = _arn_start(call, kind, parent) + new_id
    times = {"createdAt": call.now, "lastUpdatedAt": call.now}
    kind.of(call)[arn] = {"arn": arn, "id": new_id, **members, **times}
    if call.params.get("tags"):
        call.records.tags[arn] = with_tags({}, call.params["tags"])
    return kind.of(call)[arn]


def update(call: Call, kind: Kind, resource: Document, changes: Document) -> Document:
    """Keep a resource with some members changed."""
    changed = {**resource, **changes, "lastUpdatedAt": call.now}
    kind.of(call)[resource["arn"]] = changed
    return changed


def remove(call: Call, kind: Kind, resource: Document) -> Document:
    """Forget a resource, with its tags; the answer says that it is being deleted."""
    del kind.of(call)[resource["arn"]]
    call.records.tags.pop(resource["arn"], None)
    return {**resource, "status": "DELETE_IN_PROGRESS"}


def refuse_taken(
    call: Call,
    kind: Kind,
    value: tuple[str, Any],
    parent: Document | None = None,
    *,
    but: Document | None = None,
) -> None:
    """Raise when another of the client's resources has a member already.

    Args:
        call: Of the client.
        kind: Of the resources.
        value: The member with its value: ``("name", "web")``.
        parent: What they belong to.
        but: The one that may have it.

    Raises:
        ApiError: It is taken.
    """
    member, wanted = value
    for each in mine(call, kind, parent):
        if each.get(member) == wanted and each["id"] != (but or {}).get("id"):
            message = f"{label_of(kind.type)} with {member} {wanted} already exists: {each['id']}"
            raise conflict(kind.type, each["id"], message)


def _arn_start(call: Call, kind: Kind, parent: Document | None) -> str:
    """An ARN of the kind up to its id."""
    if parent is not None:
        return f"{parent['arn']}/{kind.path}/"
    return f"arn:aws:vpc-lattice:{call.where.region}:{call.where.account}:{kind.path}/"
