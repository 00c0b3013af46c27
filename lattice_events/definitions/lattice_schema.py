"""What may stand in a template's VPC Lattice resources: property names, enumerations, limits.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_PREFIX = "AWS::VpcLattice::"
CONTROLLER_PREFIX = "k8s-"  # of the names that the Gateway API controller gives to target groups

PROPERTIES: dict[str, frozenset[str]] = {
    _PREFIX + kind: frozenset(names.split())
    for kind, names in {
        "ServiceNetwork": "Name AuthType SharingConfig Tags",
        "Service": "Name AuthType CertificateArn CustomDomainName DnsEntry IdleTimeoutSeconds Tags",
        "Listener": "Name DefaultAction Port Protocol ServiceIdentifier Tags",
        "Rule": "Name Action Match Priority ListenerIdentifier ServiceIdentifier Tags",
        "TargetGroup": "Name Type Config Targets Tags",
        "ServiceNetworkServiceAssociation": "DnsEntry ServiceIdentifier ServiceNetworkIdentifier Tags",
        "ServiceNetworkVpcAssociation": (
            "VpcIdentifier ServiceNetworkIdentifier SecurityGroupIds PrivateDnsEnabled DnsOptions Tags"
        ),
        "AuthPolicy": "ResourceIdentifier Policy",
        "AccessLogSubscription": "DestinationArn ResourceIdentifier ServiceNetworkLogType Tags",
        "ResourcePolicy": "ResourceArn Policy",
    }.items()
}
# What the service has and the local network does not play; named, so that nobody waits for it.
NOT_PLAYED = frozenset(
    _PREFIX + kind
    for kind in (
        "DomainVerification",
        "ResourceConfiguration",
        "ResourceGateway",
        "ServiceNetworkResourceAssociation",
    )
)
TARGET_GROUP_CONFIG = (
    "HealthCheck",
    "IpAddressType",
    "LambdaEventStructureVersion",
    "Port",
    "Protocol",
    "ProtocolVersion",
    "VpcIdentifier",
)
AUTH_TYPES = ("NONE", "AWS_IAM")
FIXED_STATUSES = (404, 500)
CLOUDFORMATION_METHODS = ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE")
"""Of a rule; the API takes any."""


class Shape(NamedTuple):
    """What AWS takes for a value: of text the length, of a list the number of items, of a number itself.

    Attributes:
        low: The least.
        high: The most.
        pattern: Of a text, whole.
    """

    low: int
    high: int
    pattern: str = ""


_PATH = "/[a-zA-Z0-9@:%_+.~#?&/=-]*"
_NAME = "(?![-])(?!.*[-]$)(?!.*[-]{2})[a-z0-9-]+"
MAX_INTEGER = 2**31 - 1
"""Of a number for which AWS names no most."""
# By their names in the API models of VPC Lattice and Lambda, with which a test compares them.
SHAPES: Mapping[str, Shape] = {
    "HttpStatusCode": Shape(100, 599),
    "HttpMethod": Shape(0, 16),
    "HeaderMatchList": Shape(1, 5),
    "HeaderMatchName": Shape(1, 100),
    "HeaderMatchExact": Shape(1, 200),
    "HeaderMatchPrefix": Shape(1, 200),
    "HeaderMatchContains": Shape(1, 200),
    "HealthCheckIntervalSeconds": Shape(0, 300),
    "HealthCheckPath": Shape(0, 2048, ".*(^/[a-zA-Z0-9@:%_+.~#?&/=-]*$|(^$)).*"),
    "HealthCheckTimeoutSeconds": Shape(0, 120),
    "HealthyThresholdCount": Shape(0, 10),
    "HttpCodeMatcher": Shape(0, 2000, ".*(^[0-9-,]+$|(^$)).*"),
    "ListenerName": Shape(3, 63, "(?!listener-)" + _NAME),
    "PathMatchExact": Shape(1, 200, _PATH),
    "PathMatchPrefix": Shape(1, 200, _PATH),
    "Port": Shape(1, 65535),
    "RuleName": Shape(3, 63, "(?!rule-)" + _NAME),
    "RulePriority": Shape(1, 2000),
    "ServiceCustomDomainName": Shape(3, 255),
    "ServiceName": Shape(3, 40, "(?!svc-)" + _NAME),
    "ServiceNetworkName": Shape(3, 63, _NAME),
    "TargetGroupName": Shape(3, 128, "(?!tg-)" + _NAME),
    "TargetGroupWeight": Shape(0, 999),
    "UnhealthyThresholdCount": Shape(0, 10),
    "WeightedTargetGroupList": Shape(1, 10),
    "FunctionName": Shape(
        1,
        140,
        r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?"
        r"(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
    ),
    "Handler": Shape(0, 128, r"[^\s]+"),
    "MemorySize": Shape(128, 32768),
    "ReservedConcurrentExecutions": Shape(0, MAX_INTEGER),
    "Timeout": Shape(1, 5400),
}
MAX_ENVIRONMENT_BYTES = 4096
"""Of a function's variables, names and values together."""
ENVIRONMENT_NAME = re.compile("[a-zA-Z][a-zA-Z0-9_]*")
"""Of a function's variable. Lambda refuses a single letter too, which does no harm here."""
_NAMES = {  # kind: shape, and the start that CloudFormation forbids
    "service network": ("ServiceNetworkName", "servicenetwork-"),
    "service": ("ServiceName", "svc-"),
    "listener": ("ListenerName", "listener-"),
    "rule": ("RuleName", "rule-"),
    "target group": ("TargetGroupName", "tg-"),
}


def made_up_name(kind: str, *parts: str) -> str:
    """A name for what was given none, made of its stack and logical id as CloudFormation makes it."""
    text = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")
    return text[: SHAPES[_NAMES[kind][0]].high].strip("-")


def name_problem(kind: str, name: str) -> str | None:
    """Say why a name is not allowed, or ``None``."""
    shape, forbidden = _NAMES[kind]
    shortest, longest, pattern = SHAPES[shape]
    if not shortest <= len(name) <= longest:
        return f"the name {name!r} of a {kind} must have {shortest} to {longest} characters"
    if name.startswith(forbidden):
        return f"the name {name!r} of a {kind} must not start with {forbidden}"
    if not re.fullmatch(pattern, name):
        return f"the name {name!r} of a {kind} may have a-z, 0-9 and single hyphens inside"
    return None


def text_problem(shape: str, text: str) -> str | None:
    """Say why AWS would not take a text, or ``None``."""
    shortest, longest, pattern = SHAPES[shape]
    if not shortest <= len(text) <= longest:
        return f"must have {shortest} to {longest} characters, not {len(text)}"
    if pattern and not re.fullmatch(pattern, text):
        return f"must match the pattern {pattern} of AWS, but {text!r} does not"
    return None


def function_name_problem(name: str) -> str | None:
    """Say why Lambda would not take the name of a function, or ``None``; an ARN may be longer."""
    if text_problem("FunctionName", name) or (":" not in name and len(name) > 64):
        return f"must have 1 to 64 letters, digits, hyphens and underscores, not {name!r}"
    return None


def variable_name_problem(name: str) -> str | None:
    """Say why Lambda would not take the name of a function's variable, or ``None``."""
    if ENVIRONMENT_NAME.fullmatch(name):
        return None
    return f"The name of a function's variable must be a letter, then letters, digits and _, not {name!r}"
