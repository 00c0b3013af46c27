"""What ``Ref`` and ``Fn::GetAtt`` give of each type: a table, held against CloudFormation's schema by a test.

What only AWS knows, such as a time, is made up: no decision of the network uses it.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lattice_events.definitions.types import (
    ALIAS,
    AUTH_POLICY,
    FUNCTION,
    LATTICE,
    LAYER,
    LISTENER,
    MANAGED_POLICY,
    ROLE,
    SERVICE,
    SERVICE_ASSOCIATION,
    SERVICE_NETWORK,
    TARGET_GROUP,
    VERSION,
    VPC,
    VPC_ASSOCIATION,
)
from lattice_events.readers.cloudformation.outside import UnresolvableError

if TYPE_CHECKING:
    from lattice_events.readers.cloudformation.references import References

Answer = Callable[["References", str], Any]
_SERVICE = ("ServiceIdentifier", "service", SERVICE)
_NETWORK = ("ServiceNetworkIdentifier", "servicenetwork", SERVICE_NETWORK)


def attributes_of(kind: str) -> Mapping[str, Answer]:
    """What ``Fn::GetAtt`` gives of a type."""
    if kind in _ATTRIBUTES:
        return _ATTRIBUTES[kind]
    return _IDENTITY if kind.startswith(LATTICE) else {}


def reference_of(kind: str) -> Answer | None:
    """What ``Ref`` gives of a type."""
    if kind in _REFERENCES:
        return _REFERENCES[kind]
    return _arn if kind.startswith(LATTICE) else None


def _arn(references: References, name: str) -> str:
    return references.arn(name)


def _id(references: References, name: str) -> str:
    return references.id(name)


def _name(references: References, name: str) -> str:
    return references.name(name)


def _vpc_id(references: References, name: str) -> str:
    return references.vpc_id(name)


def _domain(references: References, name: str) -> str:
    return references.service_domain(name)


def _property(key: str) -> Answer:
    """What a resource says itself."""
    return lambda references, name: references.needed(name, key)


def _constant(value: Any) -> Answer:
    return lambda _, __: value


def _named_arn(key: str, word: str, _: str) -> Answer:
    """The ARN of what a property names."""
    return lambda references, name: references.named_arn(name, key, word)


def _named_id(key: str, word: str, _: str) -> Answer:
    """The id of what a property names."""
    return lambda references, name: references.named_arn(name, key, word).rpartition("/")[2]


def _of_named(key: str, word: str, kind: str, answer: Answer) -> Answer:
    """What is known of a resource of this template that a property names."""

    def get(references: References, name: str) -> Any:
        arn = references.named_arn(name, key, word)
        named = references.find(kind, arn)
        if named is None:
            why = f"{arn} is not in this template"
            raise UnresolvableError("Fn::GetAtt", f"{name}.{key}", why=why, is_outside=True)
        return answer(references, named)

    return get


_TIME = _constant("1970-01-01T00:00:00.000Z")
_ACTIVE = _constant("ACTIVE")
_ZONE = _constant("Z00000000000000000000")
_IDENTITY: Mapping[str, Answer] = {"Arn": _arn, "Id": _id}
_TIMES: Mapping[str, Answer] = {"CreatedAt": _TIME, "LastUpdatedAt": _TIME}
_OF_NETWORK: Mapping[str, Answer] = {
    "ServiceNetworkArn": _named_arn(*_NETWORK),
    "ServiceNetworkId": _named_id(*_NETWORK),
    "ServiceNetworkName": _of_named(*_NETWORK, _name),
}
_OF_SERVICE: Mapping[str, Answer] = {
    "ServiceArn": _named_arn(*_SERVICE),
    "ServiceId": _named_id(*_SERVICE),
}
_ASSOCIATION: Mapping[str, Answer] = {**_IDENTITY, **_OF_NETWORK, "CreatedAt": _TIME, "Status": _ACTIVE}
_ATTRIBUTES: Mapping[str, Mapping[str, Answer]] = {
    SERVICE_NETWORK: {**_IDENTITY, **_TIMES},
    SERVICE: {
        **_IDENTITY,
        **_TIMES,
        "DnsEntry.DomainName": _domain,
        "DnsEntry.HostedZoneId": _ZONE,
        "Status": _ACTIVE,
    },
    LISTENER: {**_IDENTITY, **_OF_SERVICE},
    TARGET_GROUP: {**_IDENTITY, **_TIMES, "Status": _ACTIVE},
    SERVICE_ASSOCIATION: {
        **_ASSOCIATION,
        **_OF_SERVICE,
        "ServiceName": _of_named(*_SERVICE, _name),
        "DnsEntry.DomainName": _of_named(*_SERVICE, _domain),
        "DnsEntry.HostedZoneId": _ZONE,
    },
    VPC_ASSOCIATION: {**_ASSOCIATION, "VpcId": _property("VpcIdentifier")},
    AUTH_POLICY: {"State": _constant("Active")},
    f"{LATTICE}AccessLogSubscription": {
        **_IDENTITY,
        "ResourceArn": _property("ResourceIdentifier"),
        "ResourceId": lambda references, name: references.needed(name, "ResourceIdentifier").rpartition("/")[
            2
        ],
    },
    f"{LATTICE}ResourcePolicy": {},
    f"{LATTICE}DomainVerification": {
        **_IDENTITY,
        "Status": _constant("VERIFIED"),
        "TxtMethodConfig": _constant({"name": "unknown", "value": "unknown"}),
        "TxtMethodConfig.name": _constant("unknown"),
        "TxtMethodConfig.value": _constant("unknown"),
    },
    FUNCTION: {"Arn": _arn},
    LAYER: {"LayerVersionArn": _arn},
    ROLE: {"Arn": _arn},
    MANAGED_POLICY: {"PolicyArn": _arn},
    ALIAS: {"AliasArn": _arn},
    VERSION: {"FunctionArn": _arn, "Version": _constant("1")},
    VPC: {"VpcId": _vpc_id},
}
_REFERENCES: Mapping[str, Answer] = {
    FUNCTION: _name,
    ROLE: _name,
    LAYER: _arn,
    MANAGED_POLICY: _arn,
    ALIAS: _arn,
    VERSION: _arn,
    VPC: _vpc_id,
    AUTH_POLICY: _property("ResourceIdentifier"),
    f"{LATTICE}ResourcePolicy": _property("ResourceArn"),
}
