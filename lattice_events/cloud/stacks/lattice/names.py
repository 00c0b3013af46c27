"""Names for resources that a template gives none."""

from __future__ import annotations

import re

from moto.cloudformation.utils import random_suffix


def made_up_name(stack_name: str, logical_id: str, *, longest: int) -> str:
    """A name as CloudFormation makes it: of stack and logical id, and unique by its end."""
    end = random_suffix().lower()
    start = re.sub(r"[^a-z0-9]+", "-", f"{stack_name}-{logical_id}".lower())
    return f"{start[: longest - len(end) - 1].strip('-')}-{end}"
