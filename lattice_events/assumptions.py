"""What nobody outside AWS knows for sure, or where sources conflict: one named switch each.

`Assumptions` is an argument of the core; nothing here decides anything. ``docs/fidelity.md`` has a
row for each field. Marks: *observed* on the service, *documented* by AWS, *assumed*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


def _switch(default: Any, mark: Literal["observed", "documented", "assumed"], why: str) -> Any:
    """A field with its reason and mark, for ``docs/fidelity.md``."""
    return field(default=default, metadata={"mark": mark, "why": why})


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """How the local network behaves where VPC Lattice is silent or its sources disagree."""

    prefix_mode: Literal["string", "element"] = _switch(
        "string",
        "assumed",
        "Whether prefix /app matches /apple. The guide says only 'prefix matching'; the Gateway API "
        "controller writes gRPC prefixes with a trailing slash, which hints at plain strings.",
    )
    api_case_sensitive: bool = _switch(
        True,
        "documented",
        "A path or header match that does not say caseSensitive, from the API or the Gateway API "
        "controller: the API reference says true.",
    )
    cloudformation_case_sensitive: bool = _switch(
        False,
        "documented",
        "The same in a CloudFormation template, whose schema gives CaseSensitive the default false.",
    )
    match_query_string: bool = _switch(
        False,
        "assumed",
        "Whether a path match sees the query string. Condition keys speak of 'the path portion'.",
    )
    v1_query_repeat: Literal["first", "last"] = _switch(
        "first",
        "observed",
        "Which value of a repeated key stands in V1's query_string_parameters; the guide says last.",
    )
    v1_header_join: Literal[",", ", "] = _switch(
        ",",
        "observed",
        "What joins a repeated header in a V1 event; the guide prints a comma and a space.",
    )
    text_type_with_parameters: Literal["base64", "text"] = _switch(
        "base64",
        "assumed",
        "A body of type 'application/json; charset=utf-8': Envoy, whose filter V1 equals field for "
        "field, compares the whole value and so encodes it; the guide lists the bare types only.",
    )
    identity_empty_fields: bool = _switch(
        True,
        "observed",
        "x-amzn-lattice-identity writes an empty value for what it does not know (2026); older "
        "captures (2024) leave the key out.",
    )
    forwarded_for: Literal["append", "replace"] = _switch(
        "append",
        "observed",
        "A client's own X-Forwarded-For is kept and the source address appended, in one value: seen in "
        "Lambda events, and taken to be so for HTTP targets.",
    )
    request_too_large_status: int = _switch(
        413,
        "assumed",
        "The status for a body over 6 MB to a Lambda target; the guide gives the limit only.",
    )
    response_envoy_leniency: bool = _switch(
        False,
        "assumed",
        "Whether a response without statusCode is a 200 and one with statusCode '200' is taken, as "
        "in Envoy's Lambda filter; the guide says that the status code is a must.",
    )
    response_header_lists: Literal["accept", "refuse"] = _switch(
        "accept",
        "documented",
        "A list as a header's value in a response: the guide says that repeated headers work and "
        "does not show how to write them; Envoy's filter would refuse a list.",
    )
    response_cookies: Literal["accept", "ignore"] = _switch(
        "accept",
        "assumed",
        "A 'cookies' list in a response: Envoy writes one Set-Cookie for each item; the guide does "
        "not name the key.",
    )
    function_error_status: int = _switch(
        502,
        "assumed",
        "The status when a function raises, times out, crashes or returns no valid response.",
    )
    connect_failure_status: int = _switch(
        503,
        "observed",
        "The status when no target takes the connection: seen when pods vanish; the guide says 500.",
    )
    target_protocol_error_status: int = _switch(
        502, "assumed", "The status when an HTTP target sends garbage or closes early."
    )
    timeout_status: int = _switch(
        504, "assumed", "The status when a target is silent past the idle timeout of 60 seconds."
    )
    empty_group_status: int = _switch(
        503, "assumed", "The status when a target group has no target, or every weight is 0."
    )
    unknown_host_body: str = _switch(
        "Not Found", "assumed", "The body of the 404 for a host that is no service of the network."
    )
    verify_signature_when_auth_none: bool = _switch(
        False,
        "assumed",
        "Whether a wrong signature is refused where neither the service nor its network has AuthType "
        "AWS_IAM. The guide says that every signed request is authenticated; whether so there, too, it "
        "does not say.",
    )
    authorize_before_rules: bool = _switch(
        True,
        "assumed",
        "Whether a request is refused before rules are matched: access logs of denied requests have no "
        "target address and a target duration of 0.",
    )
    explicit_deny_first: bool = _switch(
        True,
        "assumed",
        "Whether the 403 blames a Deny statement before a layer that only lacks an Allow. Of several "
        "layers that lack one the network's is blamed first, then the service's: observed.",
    )
    clock_skew_seconds: int = _switch(
        300,
        "assumed",
        "How far the time of a signature may be from now: five minutes for AWS services in general, no "
        "figure of VPC Lattice's own is published.",
    )
    single_path_encoding: bool = _switch(
        True,
        "assumed",
        "Whether a signature over the path encoded once is taken, normalized or as it was sent, beside "
        "one over the normalized path encoded twice, which the AWS SDKs send to every service but S3.",
    )
    forward_signature: bool = _switch(
        True,
        "assumed",
        "Whether targets get the Authorization and x-amz-* headers of a signed request.",
    )


DEFAULTS = Assumptions()
