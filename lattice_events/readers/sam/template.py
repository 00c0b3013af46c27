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


def is_local_application(resource: Any) -> bool:
    """Whether a resource is an application whose template is named by its path or URL: a nested stack."""
    location = mapping(mapping(resource).get("Properties")).get("Location")
    return mapping(resource).get("Type") == APPLICATION and isinstance(location, str)
