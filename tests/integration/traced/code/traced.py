"""A function that tells what it got, and calls another service with the trace context of its own request."""

from __future__ import annotations

import json
import os
import urllib.request
from typing import Any


def shop(event: Any, context: Any) -> dict[str, Any]:
    path = event.get("path") or event["raw_path"]
    if "broken" in path:
        raise ValueError(f"no order, says {event['headers']['authorization'][0]}")
    if "stock" in path:
        _call_stock(event["headers"])
    return {
        "statusCode": 200,
        "body": json.dumps({"headers": event["headers"], "environment": dict(os.environ)}),
    }


def _call_stock(headers: dict[str, list[str]]) -> None:
    context = {name: ",".join(headers[name]) for name in ("traceparent", "tracestate") if name in headers}
    request = urllib.request.Request(os.environ["LATTICE_SERVICE_STOCK_URL"] + "/kettles", headers=context)
    with urllib.request.urlopen(request, timeout=30) as response:
        response.read()
