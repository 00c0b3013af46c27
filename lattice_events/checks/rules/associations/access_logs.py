"""Where access log subscriptions send their records."""

from __future__ import annotations

from lattice_events.arn import Arn
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import BUCKET, DELIVERY_STREAM, LOG_GROUP
from lattice_events.definitions.values import Resource, Unknown

KINDS = {LOG_GROUP: "logs", BUCKET: "s3", DELIVERY_STREAM: "firehose"}
"""What takes access logs, by type, with the word for it in an ARN."""


def kind_of(definitions: Definitions, destination: object) -> str | None:
    """The service whose resource a destination is; ``None`` where that cannot be known."""
    if isinstance(destination, Unknown):
        given = definitions.find(destination)
        return KINDS.get(given.type) if given else None
    arn = Arn.parse(destination) if isinstance(destination, str) else None
    return arn.service if arn else None


def referred(definitions: Definitions, destination: object) -> Resource | None:
    """The log group, bucket or stream whose ``Ref`` a destination is: that gives its name."""
    given = definitions.find(destination, *KINDS) if isinstance(destination, Unknown) else None
    return given if given and destination == Unknown(f"Ref {given.name}", given.name, given.stack) else None
