"""What may stand in a template's VPC Lattice resources: property names, enumerations, limits.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html
"""

from __future__ import annotations

import re

_PREFIX = "AWS::VpcLattice::"

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
TARGET = ("Id", "Port")
AUTH_TYPES = ("NONE", "AWS_IAM")
FIXED_STATUSES = (404, 500)
MAX_WEIGHT = 999
MAX_TARGET_GROUPS = 10
MAX_HEADER_MATCHES = 5
MAX_PRIORITY = 2000
MAX_RESOURCES = 500
"""Of a template: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

_NAME = re.compile(r"(?!-)(?!.*-$)(?!.*--)[a-z0-9-]+")
_NAME_RULES = {  # kind: shortest, longest, forbidden start
    "service network": (3, 63, "servicenetwork-"),
    "service": (3, 40, "svc-"),
    "listener": (3, 63, "listener-"),
    "rule": (3, 63, "rule-"),
    "target group": (3, 128, "tg-"),
}


def made_up_name(kind: str, *parts: str) -> str:
    """A name for what was given none, made of its stack and logical id as CloudFormation makes it."""
    text = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")
    return text[: _NAME_RULES[kind][1]].strip("-")


def name_problem(kind: str, name: str) -> str | None:
    """Say why a name is not allowed, or ``None``."""
    shortest, longest, forbidden = _NAME_RULES[kind]
    if not shortest <= len(name) <= longest:
        return f"the name {name!r} of a {kind} must have {shortest} to {longest} characters"
    if name.startswith(forbidden):
        return f"the name {name!r} of a {kind} must not start with {forbidden}"
    if not _NAME.fullmatch(name):
        return f"the name {name!r} of a {kind} may have a-z, 0-9 and single hyphens inside"
    return None
