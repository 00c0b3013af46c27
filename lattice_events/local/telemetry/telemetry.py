"""Sends spans of requests to where the SDK's own variables say.

Nothing here stops a request: what cannot be made or sent is said once, and left out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lattice_events.errors import MissingExtraError
from lattice_events.local.output.records import Notice, Observe, Report
from lattice_events.local.telemetry.asked import asked_by, endpoint_of, problem_of
from lattice_events.network.dataplane import hide_userinfo

if TYPE_CHECKING:
    from lattice_events.local.telemetry.sdk import Spans

_LOGGER = "opentelemetry"  # and those below it


@contextmanager
def telemetry(variables: Mapping[str, str], report: Report) -> Iterator[Observe | None]:
    """Give what is to be told of every request, if the variables ask for spans and the packages are there.

    Args:
        variables: The environment.
        report: Told, once each, of what keeps spans from being made or sent.
    """

    def say(text: str) -> None:
        report(Notice(source="opentelemetry", text=text, stream="stderr"))

    asked = asked_by(variables)
    problem = problem_of(variables) if asked else None
    if problem:
        say(f"{problem} There are no spans.")
    if asked is None or problem:
        yield None
        return
    with _saying_once(say, f"{endpoint_of(variables)}. Start a collector there, or unset {asked}"):
        spans = _start(asked, say)
        try:
            yield spans.observe if spans else None
        finally:
            if spans:
                spans.close()


def _start(asked: str, say: Callable[[str], None]) -> Spans | None:
    """Start the SDK, or say why not."""
    try:
        from lattice_events.local.telemetry.sdk import Spans

        return Spans()
    except ImportError:
        missing = MissingExtraError("otel", needed_for=asked)
        say(f"{missing}. There are no spans.")
    except Exception as error:  # noqa: BLE001 - the SDK raises what it likes at a value that it does not take
        say(f"The SDK does not start: {type(error).__name__}: {error}. There are no spans.")
    return None


@contextmanager
def _saying_once(say: Callable[[str], None], where: str) -> Iterator[None]:
    """Take the log messages of the SDK, which has a thread, meanwhile; what it writes later nobody reads."""
    logger, handler = logging.getLogger(_LOGGER), _Once(say, where)
    logger.addHandler(handler)
    before, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.addHandler(logging.NullHandler())
        logger.removeHandler(handler)
        logger.propagate = before


class _Once(logging.Handler):
    """Says the first message of each logger: the SDK writes one for each batch, or for each span."""

    def __init__(self, say: Callable[[str], None], where: str) -> None:
        super().__init__(logging.WARNING)
        self._say = say
        self._where = where
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name not in self._said:
            self._said.add(record.name)
            raised = f" {record.exc_info[1]!r}" if record.exc_info else ""
            is_sending = record.name.startswith(f"{_LOGGER}.exporter")
            self._say(
                (f"Spans do not reach {self._where}. " if is_sending else "")
                + "Requests are served all the same, and this is said once. "
                f"The SDK says: {hide_userinfo(record.getMessage())}{raised}"
            )
