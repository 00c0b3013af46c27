"""What every runner of this benchmark runs; an answer that API Gateway and VPC Lattice both take."""

from typing import Any


def hello(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "Hello Foo Lambda!!"}


def echo(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The body, as it came: base64 stays base64."""
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/octet-stream"},
        "body": event.get("body") or "",
        "isBase64Encoded": event.get("isBase64Encoded", False),
    }
