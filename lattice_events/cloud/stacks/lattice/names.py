"""Names for resources that a template gives none."""

from __future__ import annotations

import re

from moto.cloudformation.utils import random_suffix

_RESERVED = "svc|servicenetwork|listener|rule|tg"  # starts that the API keeps for its ids


def made_up_name(stack_name: str, logical_id: str, *, longest: int) -> str:
    """A name as CloudFormation makes it: of stack and logical id, and unique by its end."""
    end = random_suffix().lower()
    start = re.sub(r"[^a-z0-9]+", "-", f"{stack_name}-{logical_id}".lower())
    start = re.sub(f"^(({_RESERVED})(-+|$))+", "", start)
    start = start[: longest - len(end) - 1].strip("-")
    return f"{start}-{end}" if start else end
