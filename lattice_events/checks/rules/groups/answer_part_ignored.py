"""A function that returns a part that VPC Lattice does not know, so that the client never sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.groups.dry_runs import example, found_in_handler

_KNOWN = ("statusCode", "statusDescription", "headers", "body", "isBase64Encoded")
_ADVICE = {
    "cookies": "send one cookie as the header set-cookie",
    "multiValueHeaders": "write each header into headers, its values joined with a comma",
}


def _check(material: Material) -> Iterator[Found]:
    for run in material.dry_runs:
        answer = None if run.error_type else json.loads(run.payload)
        if isinstance(answer, dict) and "statusCode" in answer:
            for key in answer:
                if key not in _KNOWN and not (
                    key == "cookies" and material.assumptions.response_cookies == "accept"
                ):
                    advice = f"; {_ADVICE[key]}" if key in _ADVICE else ""
                    yield found_in_handler(
                        material, run, f"answers with {key}, which VPC Lattice ignores{advice}"
                    )


RULE = Rule(
    code="LTC022",
    name="answer-part-ignored",
    severity="warning",
    reason="A function answers with a part that VPC Lattice ignores.",
    why="The documented response has statusCode, headers, body and isBase64Encoded. What other services take beside them, such as the cookies of an HTTP API or the multiValueHeaders of a load balancer, does not reach the client.",
    fix="Put what the client needs into headers and body.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html#respond-to-service",),
    wrong=example('return {"statusCode": 200, "body": "", "multiValueHeaders": {"x-a": ["1", "2"]}}'),
    right=example(
        'return {"statusCode": 200, "headers": {"x-a": "1, 2"}, "body": "", "isBase64Encoded": False}'
    ),
    check=_check,
    runs_handlers=True,
)
