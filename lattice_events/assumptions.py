"""One named switch for each behaviour that is undocumented or on which sources conflict.

`Assumptions` is an argument of the core; nothing here decides anything. ``docs/fidelity.md`` has a
row for each field. Marks: *observed* on the service, *documented* by AWS, *assumed*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

_FAILURES = (400, 599)  # statuses that say so


def _switch(
    default: Any,
    mark: Literal["observed", "documented", "assumed"],
    why: str,
    *,
    limits: tuple[int, int] | None = None,
) -> Any:
    """A field with its reason and mark, for ``docs/fidelity.md``, and the least and the most of a number."""
    return field(default=default, metadata={"mark": mark, "why": why, "limits": limits})


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
        "Which value of a repeated key is in V1's query_string_parameters; the guide says the last.",
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
        "Whether x-amzn-lattice-identity has an empty value for an unknown field (captures of 2026) "
        "or leaves it out (captures of 2024).",
    )
    forwarded_for: Literal["append", "replace"] = _switch(
        "append",
        "observed",
        "Whether the source address is appended to a client's own X-Forwarded-For, in one value: seen in "
        "Lambda events, and assumed for HTTP targets.",
    )
    keep_target_connections: bool = _switch(
        True,
        "assumed",
        "Whether connections to HTTP targets are kept for further requests. If not, each request has its own "
        "and says 'Connection: close'; else targets see no Connection header.",
    )
    request_too_large_status: int = _switch(
        413,
        "assumed",
        "The status for a body over 6 MB to a Lambda target; the guide gives only the limit.",
        limits=_FAILURES,
    )
    response_envoy_leniency: bool = _switch(
        False,
        "assumed",
        "Whether a response without statusCode is a 200 and statusCode '200' is accepted, as in "
        "Envoy's Lambda filter; the guide says that the status code is required.",
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
        limits=_FAILURES,
    )
    function_throttled_status: int = _switch(
        502,
        "assumed",
        "The status when Lambda throttles a function at its reserved concurrency; an Application Load "
        "Balancer answers 502.",
        limits=_FAILURES,
    )
    connect_failure_status: int = _switch(
        503,
        "observed",
        "The status when no target takes the connection: seen when pods vanish; the guide says 500.",
        limits=_FAILURES,
    )
    target_protocol_error_status: int = _switch(
        502,
        "assumed",
        "The status when an HTTP target sends garbage or closes early.",
        limits=_FAILURES,
    )
    timeout_status: int = _switch(
        504,
        "assumed",
        "The status when a target is silent past the idle timeout of 60 seconds.",
        limits=_FAILURES,
    )
    empty_group_status: int = _switch(
        503,
        "assumed",
        "The status when a target group has no target, or every weight is 0.",
        limits=_FAILURES,
    )
    unknown_host_body: str = _switch(
        "Not Found", "assumed", "The body of the 404 for a host that is not a service of the network."
    )
    verify_signature_when_auth_none: bool = _switch(
        False,
        "assumed",
        "Whether a wrong signature is refused where neither the service nor its network has AuthType "
        "AWS_IAM. The guide says that every signed request is authenticated, but not whether this "
        "includes such services.",
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
        "Whether the 403 names a Deny statement before a policy that only has no Allow. When several "
        "policies have none, it names the network's first, then the service's: observed.",
    )
    clock_skew_seconds: int = _switch(
        300,
        "assumed",
        "How far the time of a signature may be from now: five minutes for other AWS services; AWS "
        "publishes no figure for VPC Lattice.",
        limits=(0, 24 * 60 * 60),
    )
    single_path_encoding: bool = _switch(
        True,
        "assumed",
        "Whether a signature over the path encoded once (normalized, or as it was sent) is also accepted. "
        "The AWS SDKs sign the normalized path encoded twice for every service except S3.",
    )
    forward_signature: bool = _switch(
        True,
        "assumed",
        "Whether targets get the Authorization and x-amz-* headers of a signed request.",
    )


DEFAULTS = Assumptions()
