"""The types of VPC Lattice in CloudFormation: what differs from the operations of the API.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "AWS::VpcLattice::"
_ASSOCIATED = "ServiceNetworkArn ServiceNetworkId ServiceNetworkName"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A type; everything else is in the API's model, whose members are named as the properties are.

    Attributes:
        create: The operation that makes it, where it is not ``Create`` and the name of the type.
        identifier: Of a type with no ARN of its own: the property that identifies it.
        create_only: Properties whose change replaces the resource.
        required: Properties that the type's schema asks for.
        needed: Those that only its handler asks for.
        attributes: For ``Fn::GetAtt``.
        defaults: Of the type's schema.
        renamed: Property and member of the API where the names differ in more than the first letter.
    """

    create: str = ""
    identifier: str = ""
    create_only: str = ""
    required: str = ""
    needed: str = ""
    attributes: str = "Arn Id"
    defaults: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


KINDS: Mapping[str, Kind] = {
    "ServiceNetwork": Kind(
        create_only="Name SharingConfig",
        attributes="Arn CreatedAt Id LastUpdatedAt",
        defaults={"AuthType": "NONE"},
    ),
    "Service": Kind(
        create_only="Name CustomDomainName",
        attributes="Arn CreatedAt DnsEntry.DomainName DnsEntry.HostedZoneId Id LastUpdatedAt Status",
        defaults={"AuthType": "NONE"},
    ),
    "Listener": Kind(
        create_only="ServiceIdentifier Name Port Protocol",
        required="DefaultAction Protocol",
        needed="ServiceIdentifier",
        attributes="Arn Id ServiceArn ServiceId",
    ),
    "Rule": Kind(
        create_only="ListenerIdentifier ServiceIdentifier Name",
        required="Action Match Priority",
        needed="ServiceIdentifier ListenerIdentifier",
    ),
    "TargetGroup": Kind(
        create_only="Name Type Config.Port Config.IpAddressType Config.Protocol Config.ProtocolVersion "
        "Config.VpcIdentifier Config.LambdaEventStructureVersion",
        required="Type",
        attributes="Arn CreatedAt Id LastUpdatedAt Status",
    ),
    "AuthPolicy": Kind(
        create="PutAuthPolicy",
        identifier="ResourceIdentifier",
        create_only="ResourceIdentifier",
        required="ResourceIdentifier Policy",
        attributes="State",
    ),
    "ResourcePolicy": Kind(
        create="PutResourcePolicy",
        identifier="ResourceArn",
        create_only="ResourceArn",
        required="ResourceArn Policy",
        attributes="",
    ),
    "ServiceNetworkServiceAssociation": Kind(
        create_only="ServiceNetworkIdentifier ServiceIdentifier",
        attributes="Arn CreatedAt DnsEntry.DomainName DnsEntry.HostedZoneId Id ServiceArn ServiceId "
        f"ServiceName Status {_ASSOCIATED}",
    ),
    "ServiceNetworkVpcAssociation": Kind(
        create_only="ServiceNetworkIdentifier VpcIdentifier",
        attributes=f"Arn CreatedAt Id Status VpcId {_ASSOCIATED}",
    ),
    "AccessLogSubscription": Kind(
        # The API cannot change ServiceNetworkLogType, which the schema does not say.
        create_only="ResourceIdentifier ServiceNetworkLogType",
        required="DestinationArn",
        attributes="Arn Id ResourceArn ResourceId",
    ),
    "ResourceGateway": Kind(
        create_only="VpcIdentifier SubnetIds IpAddressType Name ResourceConfigDnsResolution",
        required="Name VpcIdentifier SubnetIds",
    ),
    "ResourceConfiguration": Kind(
        create_only="ResourceGatewayId ResourceConfigurationType ProtocolType ResourceConfigurationAuthType "
        "CustomDomainName GroupDomain DomainVerificationId",
        required="Name ResourceConfigurationType",
        renamed={
            "AllowAssociationToSharableServiceNetwork": "allowAssociationToShareableServiceNetwork",
            "DomainVerificationId": "domainVerificationIdentifier",
            "ProtocolType": "protocol",
            "ResourceConfigurationGroupId": "resourceConfigurationGroupIdentifier",
            "ResourceConfigurationType": "type",
            "ResourceGatewayId": "resourceGatewayIdentifier",
        },
    ),
    "ServiceNetworkResourceAssociation": Kind(
        create_only="ResourceConfigurationId ServiceNetworkId PrivateDnsEnabled",
        renamed={
            "ResourceConfigurationId": "resourceConfigurationIdentifier",
            "ServiceNetworkId": "serviceNetworkIdentifier",
        },
    ),
    "DomainVerification": Kind(
        create="StartDomainVerification",
        create_only="DomainName",
        required="DomainName",
        attributes="Arn Id Status",
    ),
}
