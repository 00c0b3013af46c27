"""Why a function cannot be initialized, in the words of a person, with file and line."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from lattice_events.local.functions.invocation import Outcome

_FRAME = re.compile(r'File "(?P<file>[^"<]+)",? [Ll]ine (?P<line>\d+)')
_PREFIX = re.compile(r"RequestId: \S* ?Error: ")


def in_words(outcome: Outcome) -> str:
    """What a child has posted, or what became of it: ``handlers/app.py:3: ValueError: no such table``."""
    said: dict[str, Any] = json.loads(outcome.payload)
    text = f"{outcome.error_type}: {_PREFIX.sub('', str(said.get('errorMessage', '')))}"
    frames = [each for entry in said.get("stackTrace") or () for each in _FRAME.finditer(str(entry))]
    return f"{_shown(frames[-1]['file'])}:{frames[-1]['line']}: {text}" if frames else text


def _shown(file: str) -> str:
    """A path relative to where the user stands, if it is below."""
    real = os.path.realpath(file)
    below = os.path.relpath(real)
    return real if below.startswith(os.pardir) else below
