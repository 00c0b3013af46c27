"""Keep signed URLs out of the logs of the HTTP libraries, which write URLs whole.

Only query mode puts anything secret there: the session token.
"""

from __future__ import annotations

import logging

from lattice_events.redaction import hide_in_text


def redact(text: str) -> str:
    """The text without what a signed URL in it gives away."""
    return hide_in_text(text)


class _Redacting(logging.Filter):
    """Redacts the arguments of a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, changed where it shows a signed URL."""
        if isinstance(record.args, tuple) and any("X-Amz-" in str(each) for each in record.args):
            record.args = tuple(redact(str(each)) if "X-Amz-" in str(each) else each for each in record.args)
        return True


_filter = _Redacting()


def redact_log(logger: str) -> None:
    """Redact what a library logs; a second call changes nothing."""
    logging.getLogger(logger).addFilter(_filter)
