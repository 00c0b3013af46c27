"""A function that fails on a request that its rule lets through."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.groups.dry_runs import example, found_in_handler


def _check(material: Material) -> Iterator[Found]:
    for run in material.dry_runs:
        if run.error_type:
            yield found_in_handler(material, run, f"fails with {run.error_type}{_message(run.payload)}")


def _message(payload: bytes) -> str:
    """What the function says of it, in the JSON of Lambda."""
    try:
        report = json.loads(payload)
    except ValueError:
        return ""
    message = report.get("errorMessage") if isinstance(report, dict) else None
    return f": {message.rstrip('.')}" if isinstance(message, str) and message else ""


RULE = Rule(
    code="LTC021",
    name="handler-failed",
    severity="warning",
    reason="A function fails on the first request that its rule lets through.",
    why="Without an answer of the function, VPC Lattice answers the client with a 5xx. The request is made up: it has the method, the path and the headers of the rule, no body, and the credentials of the function are made up too, so a function that needs more may be right to fail.",
    fix="Read the error and what the function wrote; run it again with lattice invoke FUNCTION --request 'GET /…'.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html",),
    wrong=example('return event["rawPath"]'),
    right=example(
        'return {"statusCode": 200, "headers": {}, "body": event["path"], "isBase64Encoded": False}'
    ),
    check=_check,
    runs_handlers=True,
)
