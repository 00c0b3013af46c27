"""Whether to try a call again, and when: a pure function of what happened.

Source:
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
"""

from __future__ import annotations

from typing import Literal, NamedTuple

IDEMPOTENT_METHODS = frozenset(("DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"))
RETRIED_STATUSES = frozenset((429, 502, 503, 504))
BASE_SECONDS = 0.05
LONGEST_SECONDS = 2.0
LONGEST_RETRY_AFTER_SECONDS = 20.0
"""A service that asks for more is not waited for: the caller gets its answer."""


class Outcome(NamedTuple):
    """What came of one attempt.

    Attributes:
        kind: ``answered`` with a status, ``not connected``, or ``broken`` after connecting.
        status: Of an answer.
        retry_after_seconds: What the answer's ``Retry-After`` says.
    """

    kind: Literal["answered", "not connected", "broken"]
    status: int = 0
    retry_after_seconds: float | None = None


def decide_delay(
    outcome: Outcome,
    *,
    method: str,
    attempt: int,
    max_retries: int,
    seconds_left: float,
    random: float,
    body_can_be_sent_again: bool = True,
) -> float | None:
    """Decide after an attempt: seconds to wait before the next one, or ``None`` for none.

    A method that is not idempotent is tried again only when connecting failed, since then nothing was
    sent. The delay is drawn from zero to a bound that doubles ("full jitter"); a ``Retry-After`` is
    its least, up to `LONGEST_RETRY_AFTER_SECONDS`.

    Args:
        outcome: What came of it.
        method: Of the request.
        attempt: 0 for the first.
        max_retries: How many attempts may follow the first.
        seconds_left: Until the deadline; a delay that does not fit is not waited for.
        random: From 0 to 1.
        body_can_be_sent_again: False for a body that was read from a stream.
    """
    if attempt >= max_retries:
        return None
    if outcome.kind != "not connected":
        if method.upper() not in IDEMPOTENT_METHODS or not body_can_be_sent_again:
            return None
        if outcome.kind == "answered" and outcome.status not in RETRIED_STATUSES:
            return None
    asked_for = outcome.retry_after_seconds or 0.0
    if asked_for > LONGEST_RETRY_AFTER_SECONDS:
        return None
    delay = max(asked_for, random * min(LONGEST_SECONDS, BASE_SECONDS * 2.0**attempt))
    return delay if delay < seconds_left else None


def parse_retry_after(text: str | None, now: float) -> float | None:
    """Seconds that a ``Retry-After`` header asks for: a number, or a date.

    Args:
        text: The header's value.
        now: Seconds since 1970.
    """
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text[:9])
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None
