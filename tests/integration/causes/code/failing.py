"""Functions that fail."""

from __future__ import annotations

import threading
from typing import Any


def raising(event: Any, context: Any) -> Any:
    return {"tea": 4}["coffee"]


def shapeless(event: Any, context: Any) -> Any:
    if "large" in event["path"]:
        return {"statusCode": 200, "isBase64Encoded": False, "headers": {}, "body": "x" * 6_300_000}
    return {"message": "no status code"}


def slow(event: Any, context: Any) -> None:
    threading.Event().wait()
