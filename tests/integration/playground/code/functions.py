"""Functions that misbehave in every way."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from typing import Any

Answer = dict[str, Any]


def echo(event: Any, context: Any) -> Answer:
    print(f"echo {event.get('path')}")
    return {"statusCode": 200, "body": json.dumps({"event": event, "environment": dict(os.environ)})}


def sleep(event: Any, context: Any) -> Answer:
    if "quick" not in event["path"]:
        time.sleep(30)
    return {"statusCode": 200, "body": "awake"}


def leave(event: Any, context: Any) -> Answer:
    if "stay" not in event["path"]:
        sys.exit(3)
    return {"statusCode": 200, "body": "stayed"}


def fail(event: Any, context: Any) -> Answer:
    if "not" not in event["path"]:
        raise ValueError("on purpose")
    return {"statusCode": 200, "body": "fine"}


def kill(event: Any, context: Any) -> Answer:
    if "now" in event["path"]:
        os.kill(os.getpid(), 9)
    time.sleep(0.02)
    return {"statusCode": 200, "body": "alive"}


def nonsense(event: Any, context: Any) -> Any:
    return {"status": 200}


def big(event: Any, context: Any) -> Answer:
    return {"statusCode": 200, "body": "x" * (7 * 1024 * 1024)}


def outside(event: Any, context: Any) -> Answer:
    with urllib.request.urlopen(os.environ["OUTSIDE_URL"], timeout=5) as response:
        return {"statusCode": 200, "body": response.read().decode()}
