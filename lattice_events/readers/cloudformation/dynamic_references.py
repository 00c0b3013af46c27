"""Dynamic references, ``{{resolve:ssm:/path}}``: what they ask for, and who answers.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lattice_events.readers.common.documents import mapping

REFERENCE = re.compile(r"\{\{resolve:([^{}]*)\}\}")
_WHOLE = ":SecretString"  # of a secret; a key of its JSON may follow


def find_answer(reference: str, variables: Mapping[str, str]) -> str | None:
    """The value of a reference, if ``--variable`` gave it.

    Args:
        reference: What stands behind ``resolve:``, such as ``ssm:/path:3``.
        variables: By ``KIND:NAME``. A name without its version stands for every version; a secret's
            name stands for the whole secret, of which a JSON key is taken.
    """
    for key in _keys(reference):
        if key in variables:
            return variables[key]
    secret, part, rest = reference.partition(_WHOLE)
    if not part or secret not in variables:
        return None
    json_key = rest.removeprefix(":").partition(":")[0]
    found = _fields(variables[secret])
    if not json_key:
        return variables[secret]
    return _field_text(found[json_key]) if json_key in found else None


def question(reference: str) -> str:
    """The ``KIND:NAME`` that answers a reference."""
    return reference.rstrip(":")


def is_secret(key: str) -> bool:
    """Whether the value of a ``KIND:NAME`` must not be shown."""
    return key.startswith(("secretsmanager:", "ssm-secure:"))


def fields(secret: str) -> Iterator[str]:
    """A secret's text, and what a reference could take of it."""
    yield secret
    yield from map(_field_text, _fields(secret).values())


def _keys(reference: str) -> Iterator[str]:
    """Names of a value, the most exact first."""
    yield reference
    yield question(reference)
    kind, _, name = reference.partition(":")
    if kind in ("ssm", "ssm-secure"):
        yield f"{kind}:{re.sub(':[^:/]+$', '', name)}"


def _fields(secret: str) -> Mapping[str, Any]:
    """The fields of a secret that is JSON."""
    try:
        return mapping(json.loads(secret))
    except (ValueError, RecursionError):
        return {}


def _field_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
