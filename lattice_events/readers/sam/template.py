"""The names of SAM's templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lattice_events.readers.common.documents import mapping

TRANSFORM = "AWS::Serverless-2016-10-31"
PREFIX = "AWS::Serverless::"
FUNCTION = PREFIX + "Function"
LAYER = PREFIX + "LayerVersion"
APPLICATION = PREFIX + "Application"
# Where a local path stands, by type.
CODE_KEYS: Mapping[str, str] = {FUNCTION: "CodeUri", LAYER: "ContentUri"}


def is_sam(template: Any) -> bool:
    """Whether a template names SAM's transform."""
    given = mapping(template).get("Transform")
    return TRANSFORM in (given if isinstance(given, list) else [given])
