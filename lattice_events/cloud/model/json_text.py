"""JSON that a client wrote."""

from __future__ import annotations

import json
from typing import Any, NoReturn

_MOST_DIGITS = 400  # Python reads at most 4300, in a time that grows with their square


def read_json(text: str | bytes) -> Any:
    """What a text of JSON stands for; bytes are UTF-8.

    Raises:
        ValueError: It is not JSON, which has no NaN, or it is nested too deeply, or a number in it has too many
            digits, or half of a character stands in it.
    """
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
        value = json.loads(decoded, parse_constant=_refuse_constant, parse_int=_whole_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half of a character: "\ud800"
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeError:
        raise ValueError("it is not UTF-8") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _whole_number(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("a number in it has too many digits")
    return int(digits)
