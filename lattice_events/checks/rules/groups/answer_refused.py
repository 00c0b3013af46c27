"""A function that returns what VPC Lattice does not take as a response."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.groups.dry_runs import example, found_in_handler
from lattice_events.codec import decode_response
from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.errors import ResponseError


def _check(material: Material) -> Iterator[Found]:
    for run in material.dry_runs:
        if not run.error_type:
            problem = _problem(run.payload, material)
            if problem:
                yield found_in_handler(
                    material, run, f"answers what VPC Lattice refuses: {problem.rstrip('.')}"
                )


def _problem(payload: bytes, material: Material) -> str:
    """Why the client would get a 5xx; empty where it would not."""
    if len(payload) > MAX_LAMBDA_BYTES:
        return f"the response has {len(payload):,} bytes, and Lambda takes {MAX_LAMBDA_BYTES:,}"
    try:
        decode_response(json.loads(payload), assumptions=material.assumptions)
    except ResponseError as error:
        return str(error)
    return ""


RULE = Rule(
    code="LTC012",
    name="answer-refused",
    severity="error",
    reason="A function answers in a shape that VPC Lattice does not take.",
    why="A response is an object with statusCode (a number from 200 to 599), headers (texts by name), body (text) and isBase64Encoded. The client gets a 5xx for anything else, and no log of VPC Lattice says why.",
    fix="Return {'statusCode': 200, 'headers': {…}, 'body': '…', 'isBase64Encoded': False}, or let lattice_events.handler make it.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html#respond-to-service",),
    wrong=example('return {"orders": []}'),
    right=example('return {"statusCode": 200, "headers": {}, "body": "[]", "isBase64Encoded": False}'),
    check=_check,
    runs_handlers=True,
)
