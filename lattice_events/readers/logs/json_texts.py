"""JSON values in a text that holds more than them: lines, lists, documents one after another, prefixes of tools.

What stands around the values is passed over where it is known; every other line is told, and costs nothing
but itself: what comes after it is read. A value is held in memory as a whole, up to a limit, and no more.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

LIMIT = 16 * 1024 * 1024
"""Characters of one value. What is larger is opened: its inner objects are values then."""
_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,\[\]]+")
# `aws logs tail` writes time and stream before a message; --format json has the message on the next line.
# `--output text` writes the name of the list and what comes before the message, separated by tabs.
_BEFORE = re.compile(r"\d{4}-\d\d-\d\dT[^{\n]*(?=\{)|\d{4}-\d\d-\d\dT\S+ \S+ (?=\n)|EVENTS\t[^{\n]*(?=\{)")
_AFTER = re.compile(r"\t\d+(?=\n|\Z)")  # the time after a message of `--output text`
_NOT_YET = 16  # an error so near to the end may be gone when more of the text is there
_LONGEST_PREFIX = 1024
_LONG = 131_072
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


class Found(NamedTuple):
    """A value of the text, or a line that is none (``is_json`` is false then)."""

    line: int
    value: Any
    is_json: bool = True


def find_values(chunks: Iterable[str]) -> Iterator[Found]:
    """Every JSON object and string of a text outside of others, and every line that is none."""
    text = _Text(iter(chunks))
    while text.skip_between():
        line = text.line
        try:
            yield Found(line, text.take_value())
        except ValueError:
            text.take_line()
            yield Found(line, None, is_json=False)


class _Text:
    """A text that comes in chunks, and how far it has been read."""

    def __init__(self, chunks: Iterator[str]) -> None:
        """Begin at line 1."""
        self._chunks = chunks
        self._given_back: deque[str] = deque()
        self._text = ""
        self.line = 1

    def skip_between(self) -> bool:
        """Go to the next thing that counts; whether there is one."""
        while True:
            self._fill_line()
            match = _BETWEEN.match(self._text) or _BEFORE.match(self._text)
            if match:
                self._drop(match.end())
            elif self._text or not self._more():
                return bool(self._text)

    def take_value(self) -> Any:
        """The value that begins here.

        Raises:
            ValueError: None does, or it is broken or too large.
        """
        if self._text[0] not in '{"':
            raise ValueError("neither an object nor a string")
        value, end = self._decode()
        self._drop(end)
        if after := _AFTER.match(self._text):
            self._drop(after.end())
        return value

    def _decode(self) -> tuple[Any, int]:
        """The value and its end; each try has twice the text of the one before."""
        while True:
            try:
                return _DECODER.raw_decode(self._text)
            except RecursionError as error:
                raise ValueError("too deep") from error
            except json.JSONDecodeError as error:
                if not self._may_go_on(error) or not self._double():
                    raise

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether an error may be only that the text has not come yet."""
        cut = error.msg.startswith("Unterminated") and "\n" not in self._text[error.pos :]
        return cut or error.pos >= len(self._text.rstrip()) - _NOT_YET

    def take_line(self) -> None:
        """Pass over the rest of this line."""
        self._give_back()
        end = self._text.find("\n")
        while end < 0:
            self._text = ""
            if not self._more():
                return
            end = self._text.find("\n")
        self._drop(end)

    def _drop(self, count: int) -> None:
        """Forget what has been read."""
        self.line += self._text.count("\n", 0, count)
        self._text = self._text[count:]

    def _fill_line(self) -> None:
        """Have a whole line, if it is not too long."""
        while "\n" not in self._text and len(self._text) < _LONGEST_PREFIX and self._more():
            pass

    def _double(self) -> bool:
        """Get as much text again; whether there was any within the limit."""
        wanted = min(2 * len(self._text), LIMIT) - len(self._text)
        parts = [self._text]
        while wanted > 0 and (chunk := self._next_chunk()):
            parts.append(chunk)
            wanted -= len(chunk)
        self._text = "".join(parts)
        return len(parts) > 1

    def _more(self) -> bool:
        """Get the next chunk."""
        chunk = self._next_chunk()
        self._text += chunk
        return bool(chunk)

    def _next_chunk(self) -> str:
        """What comes next, without colours."""
        if self._given_back:
            return self._given_back.popleft()
        chunk = next(self._chunks, "")
        return _COLOR.sub("", chunk) if "\x1b" in chunk else chunk

    def _give_back(self) -> None:
        """Be short again after a long value that was none, so that the next steps are cheap."""
        if len(self._text) > _LONG:
            pieces = [self._text[at : at + _LONG] for at in range(0, len(self._text), _LONG)]
            self._text = pieces[0]
            self._given_back.extendleft(reversed(pieces[1:]))
