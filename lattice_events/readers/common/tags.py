"""What a principal's tags may say; a tag that IAM would refuse might break the header that targets get."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

_SIGNS = "_.:/=+-@"


def tag_problem(tags: Mapping[str, str]) -> str | None:
    """Say which tag IAM would refuse, and why.

    Source:
        https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
    """
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256:
            return f"the tag {key[:40]!r} is too long: IAM takes a key of 1 to 128 characters and a value of up to 256"
        if not (_is_plain(key) and _is_plain(value)):
            return f"the tag {key!r}: {value!r} may contain only letters, digits, spaces and {_SIGNS}"
    return None


def _is_plain(text: str) -> bool:
    """Whether a text has letters, numbers, separators and a few signs only."""
    return all(each in _SIGNS or unicodedata.category(each)[0] in "LZN" for each in text)
