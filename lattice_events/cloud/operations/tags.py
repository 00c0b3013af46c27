"""Tags of every kind of resource."""

from __future__ import annotations

from lattice_events.cloud.errors import invalid, not_found
from lattice_events.cloud.operations.call import Call
from lattice_events.control_plane.records import Document

_MOST = 200  # of a resource: as many as the model lets it be created with


def tag_resource(call: Call) -> Document:
    """``TagResource``: a new value replaces the one of the same key."""
    arn = _tagged(call)
    tags = {**call.records.tags.get(arn, {}), **call.params["tags"]}
    reserved = [key for key in call.params["tags"] if key.lower().startswith("aws:")]
    if reserved:
        raise invalid(f"A tag key cannot begin with aws: {', '.join(reserved)}", ("tags", "begin with aws:"))
    if len(tags) > _MOST:
        raise invalid(f"{arn} would have {len(tags)} tags, and {_MOST} are allowed", ("tags", "are too many"))
    call.records.tags[arn] = tags
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
