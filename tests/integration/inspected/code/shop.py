"""The functions of the shop."""

from __future__ import annotations

import json
import sys
from typing import Any

Answer = dict[str, Any]


def orders(event: Any, context: Any) -> Answer:
    text = (event.get("headers") or {}).get("x-say", ["nothing"])[0]
    print(f"order by {event['method']} {event['path']}, which says {text}")
    print("a warning on standard error", file=sys.stderr)
    found = {"id": 7, "items": [{"name": "Kettle", "price": 29.5}, {"name": "Tea", "price": 4}], "paid": True}
    body = "x" * 6_000_000 if "large" in event["path"] else json.dumps(found)
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "set-cookie": "session=made-up-secret-of-the-shop"},
        "body": body,
    }


def broken(event: Any, context: Any) -> Answer:
    raise ValueError("the stock is not what it was")
