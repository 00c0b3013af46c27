"""What a user may have meant by a name that nothing has."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 255  # of a name, as CloudFormation has it; comparing much longer ones takes minutes


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean X?``, or nothing when no known word is close; another case of letters is close."""
    by_lower = {each.lower(): each for each in known if len(each) <= _LONGEST}
    short = word[:_LONGEST]
    close = difflib.get_close_matches(short, by_lower.values(), n=1)
    close += difflib.get_close_matches(short.lower(), by_lower, n=1, cutoff=0.8)
    return f" Did you mean {by_lower[close[0].lower()]}?" if close else ""
