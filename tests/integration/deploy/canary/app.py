"""Two versions of a shop behind one service, and the function that may call it."""

from typing import Any

VERSION = 1


def stable(event: Any, context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "body": f"stable {VERSION}"}


def canary(event: Any, context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "body": f"canary {VERSION}"}


def caller(event: Any, context: Any) -> None:
    """Has the role that the auth policy lets in; the test calls as this function."""
