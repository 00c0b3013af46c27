"""Tags of every kind of resource."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.cloud.errors import invalid, not_found
from lattice_events.cloud.operations.call import Call
from lattice_events.control_plane.records import Document

_MOST = 200  # of a resource: as many as the model lets it be created with


def tag_resource(call: Call) -> Document:
    """``TagResource``: a new value replaces the one of the same key."""
    arn = _tagged(call)
    call.records.tags[arn] = with_tags(call.records.tags.get(arn, {}), call.params["tags"])
    return {}


def untag_resource(call: Call) -> Document:
    """``UntagResource``; a key that is not there is not an error."""
    arn = _tagged(call)
    gone = set(call.params["tagKeys"])
    kept = call.records.tags.get(arn, {})
    call.records.tags[arn] = {key: value for key, value in kept.items() if key not in gone}
    return {}


def list_tags(call: Call) -> Document:
    """``ListTagsForResource``."""
    return {"tags": call.records.tags.get(_tagged(call), {})}


def with_tags(tags: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Tags and new ones; a new value replaces the one of the same key.

    Raises:
        ApiError: A new key is reserved, or they are too many.
    """
    reserved = [key for key in new if key.lower().startswith("aws:")]
    if reserved:
        raise invalid(f"A tag key cannot begin with aws: {', '.join(reserved)}", ("tags", "begin with aws:"))
    together = {**tags, **new}
    if len(together) > _MOST:
        message = f"The resource would have {len(together)} tags, and {_MOST} are allowed"
        raise invalid(message, ("tags", "are too many"))
    return together


def _tagged(call: Call) -> str:
    """The ARN of what the client names, which must be there and its own."""
    arn: str = call.params["resourceArn"]
    is_mine = arn.startswith(f"arn:aws:vpc-lattice:{call.where.region}:{call.where.account}:")
    if not is_mine or not any(arn in kept for kept in vars(call.records).values()):
        raise not_found("RESOURCE", arn)
    return arn


TABLE = {
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "ListTagsForResource": list_tags,
}
