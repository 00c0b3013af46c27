from __future__ import annotations

from typing import Any

import pytest

from lattice_events.cloud.operations.call import Where
from tests.unit.cloud.operations.client import ACCOUNT, BASE, REGION, VPC, Client

POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "vpc-lattice:GetService"}]}'
OTHERS = (Where(region="us-east-1", account=ACCOUNT), Where(region=REGION, account="999999999999"))


@pytest.fixture
def client() -> Client:
    return Client()


def gateway(client: Client, name: str = "database", **params: Any) -> str:
    return str(client.call("CreateResourceGateway", name=name, vpcIdentifier=VPC, **params)["id"])


def configuration(client: Client, name: str = "database", kind: str = "SINGLE", **params: Any) -> str:
    return str(client.call("CreateResourceConfiguration", name=name, type=kind, **params)["id"])


def associated(client: Client, configuration: str, network: str) -> str:
    ends: dict[str, Any] = {
        "resourceConfigurationIdentifier": configuration,
        "serviceNetworkIdentifier": network,
    }
    return str(client.call("CreateServiceNetworkResourceAssociation", **ends)["id"])


def ids(answer: dict[str, Any]) -> list[str]:
    return [each["id"] for each in answer["items"]]


# Resource gateways


def test_resource_gateway_has_the_documented_defaults(client: Client) -> None:
    made = gateway(client)

    read = client.call("GetResourceGateway", resourceGatewayIdentifier=f"{BASE}:resourcegateway/{made}")
    assert (read["status"], read["vpcId"], read["ipAddressType"]) == ("ACTIVE", VPC, "IPV4")
    assert (read["ipv4AddressesPerEni"], read["resourceConfigDnsResolution"]) == (16, "PUBLIC")


def test_resource_gateway_of_ipv6_has_no_ipv4_addresses(client: Client) -> None:
    made = gateway(client, ipAddressType="IPV6")

    assert "ipv4AddressesPerEni" not in client.call("GetResourceGateway", resourceGatewayIdentifier=made)


def test_name_of_a_resource_gateway_is_taken_once(client: Client) -> None:
    gateway(client)

    assert client.refusal("CreateResourceGateway", name="database").code == "ConflictException"


def test_resource_gateway_is_updated(client: Client) -> None:
    made = gateway(client, ipAddressType="DUALSTACK")

    updated = client.call(
        "UpdateResourceGateway", resourceGatewayIdentifier=made, securityGroupIds=["sg-01234567"]
    )

    assert updated["securityGroupIds"] == ["sg-01234567"]
    assert "ipAddressType" not in updated  # the model has no value for it here


def test_resource_gateway_in_use_is_not_deleted(client: Client) -> None:
    made = gateway(client)
    user = configuration(client, resourceGatewayIdentifier=made)

    assert user in client.refusal("DeleteResourceGateway", resourceGatewayIdentifier=made).message
    client.call("DeleteResourceConfiguration", resourceConfigurationIdentifier=user)
    assert (
        client.call("DeleteResourceGateway", resourceGatewayIdentifier=made)["status"] == "DELETE_IN_PROGRESS"
    )
    assert ids(client.call("ListResourceGateways")) == []


# Resource configurations


@pytest.mark.parametrize(
    ("kind", "params", "message"),
    [
        ("GROUP", {"customDomainName": "a.example"}, "Unexpected attribute customDomainName for type GROUP"),
        ("ARN", {"portRanges": ["80"]}, "Unexpected attribute portRanges for type ARN"),
        ("CHILD", {"protocol": "TCP"}, "Unexpected attribute protocol for type CHILD"),
        ("SINGLE", {"groupDomain": "a.example"}, "Unexpected attribute groupDomain for type SINGLE"),
        ("SINGLE", {"protocol": "TCP_UDP"}, "TCP_UDP is for type CIDR"),
        ("CHILD", {}, "needs a resourceConfigurationGroupIdentifier"),
    ],
)
def test_member_of_another_type_of_resource_configuration_is_refused(
    kind: str, params: dict[str, Any], message: str, client: Client
) -> None:
    error = client.refusal("CreateResourceConfiguration", name="database", type=kind, **params)

    assert error.code == "ValidationException"
    assert message in error.message


def test_member_of_another_type_is_refused_by_an_update_too(client: Client) -> None:
    made = configuration(client, kind="ARN")

    error = client.refusal(
        "UpdateResourceConfiguration", resourceConfigurationIdentifier=made, portRanges=["80"]
    )

    assert error.message == "Unexpected attribute portRanges for type ARN"


@pytest.mark.parametrize(("kind", "resolution"), [("CIDR", "PUBLIC"), ("ARN", "IN_VPC")])
def test_resource_configuration_needs_a_gateway_with_its_dns_resolution(
    kind: str, resolution: str, client: Client
) -> None:
    made = gateway(client, resourceConfigDnsResolution=resolution)

    error = client.refusal(
        "CreateResourceConfiguration", name="database", type=kind, resourceGatewayIdentifier=made
    )

    assert f"whose resourceConfigDnsResolution is {resolution}" in error.message


def test_child_has_the_gateway_of_its_group(client: Client) -> None:
    made = gateway(client)
    group = configuration(client, "group", "GROUP", resourceGatewayIdentifier=made)

    child = configuration(client, "child", "CHILD", resourceConfigurationGroupIdentifier=group)

    read = client.call("GetResourceConfiguration", resourceConfigurationIdentifier=child)
    assert (read["resourceGatewayId"], read["resourceConfigurationGroupId"]) == (made, group)
    assert (
        group in client.refusal("DeleteResourceConfiguration", resourceConfigurationIdentifier=group).message
    )


def test_child_of_what_is_not_a_group_is_refused(client: Client) -> None:
    single = configuration(client)

    error = client.refusal(
        "CreateResourceConfiguration", name="child", type="CHILD", resourceConfigurationGroupIdentifier=single
    )

    assert "is of type SINGLE, not GROUP" in error.message


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("SINGLE", "resourceGatewayIdentifier"),
        ("CHILD", "resourceConfigurationGroupIdentifier"),
        ("SINGLE", "domainVerificationIdentifier"),
    ],
)
def test_resource_configurations_are_listed_by_what_they_use(kind: str, name: str, client: Client) -> None:
    used = {
        "resourceGatewayIdentifier": gateway(client),
        "resourceConfigurationGroupIdentifier": configuration(client, "group", "GROUP"),
        "domainVerificationIdentifier": client.call("StartDomainVerification", domainName="a.example")["id"],
    }
    user = configuration(client, kind=kind, **{name: used[name]})

    assert user in ids(client.call("ListResourceConfigurations"))
    assert ids(client.call("ListResourceConfigurations", **{name: used[name]})) == [user]


def test_resource_configuration_shows_the_verification_of_its_domain(client: Client) -> None:
    domain = client.call("StartDomainVerification", domainName="a.example")["id"]
    made = configuration(client, customDomainName="a.example", domainVerificationIdentifier=domain)

    read = client.call("GetResourceConfiguration", resourceConfigurationIdentifier=made)

    assert (read["domainVerificationId"], read["domainVerificationStatus"]) == (domain, "PENDING")


def test_flag_of_a_resource_configuration_is_true_or_false(client: Client) -> None:
    flag: dict[str, Any] = {"allowAssociationToShareableServiceNetwork": "true"}

    error = client.refusal("CreateResourceConfiguration", name="database", type="SINGLE", **flag)

    assert (error.code, "Member must be true or false" in error.message) == ("SerializationException", True)


def test_token_of_another_request_names_the_kind_of_what_it_made(client: Client) -> None:
    client.call("StartDomainVerification", domainName="a.example", clientToken="one")

    error = client.refusal("StartDomainVerification", domainName="b.example", clientToken="one")

    assert (error.code, error.members["resourceType"]) == ("ConflictException", "DOMAIN_VERIFICATION")


# Associations


def test_resource_configuration_is_associated_once(client: Client) -> None:
    made, network = configuration(client), client.network()
    association = associated(client, made, network)

    ends: dict[str, Any] = {"resourceConfigurationIdentifier": made, "serviceNetworkIdentifier": network}
    assert (
        client.refusal("CreateServiceNetworkResourceAssociation", **ends).members["resourceId"] == association
    )
    assert (
        client.refusal("DeleteResourceConfiguration", resourceConfigurationIdentifier=made).code
        == "ConflictException"
    )


def test_resource_configuration_of_a_cidr_is_not_associated(client: Client) -> None:
    made, network = configuration(client, kind="CIDR"), client.network()

    ends: dict[str, Any] = {"resourceConfigurationIdentifier": made, "serviceNetworkIdentifier": network}
    assert "is of type CIDR" in client.refusal("CreateServiceNetworkResourceAssociation", **ends).message


def test_deleted_association_frees_both_ends(client: Client) -> None:
    made, network = configuration(client), client.network()
    association = associated(client, made, network)
    identifier: dict[str, Any] = {"serviceNetworkResourceAssociationIdentifier": association}

    assert client.call("GetServiceNetworkResourceAssociation", **identifier)["status"] == "ACTIVE"
    assert (
        client.call("DeleteServiceNetworkResourceAssociation", **identifier)["status"] == "DELETE_IN_PROGRESS"
    )
    client.call("DeleteResourceConfiguration", resourceConfigurationIdentifier=made)
    client.call("DeleteServiceNetwork", serviceNetworkIdentifier=network)


def test_associations_are_listed_by_either_end_and_with_children(client: Client) -> None:
    group = configuration(client, "group", "GROUP")
    child = configuration(client, "child", "CHILD", resourceConfigurationGroupIdentifier=group)
    one, other = client.network("one"), client.network("other")
    of_group, of_child = associated(client, group, one), associated(client, child, other)

    def listed(**params: Any) -> list[str]:
        return ids(client.call("ListServiceNetworkResourceAssociations", **params))

    assert listed() == [of_group, of_child]
    assert listed(serviceNetworkIdentifier=f"{BASE}:servicenetwork/{other}") == [of_child]
    assert listed(resourceConfigurationIdentifier=group) == [of_group]
    assert listed(resourceConfigurationIdentifier=group, includeChildren=True) == [of_group, of_child]


def test_there_are_no_vpc_endpoints(client: Client) -> None:
    network, made = client.network(), configuration(client)
    gone = "rea-0123456789abcdef0"

    assert client.call("ListServiceNetworkVpcEndpointAssociations", serviceNetworkIdentifier=network) == {
        "items": []
    }
    assert client.call("ListResourceEndpointAssociations", resourceConfigurationIdentifier=made) == {
        "items": []
    }
    error = client.refusal("DeleteResourceEndpointAssociation", resourceEndpointAssociationIdentifier=gone)
    assert error.code == "ResourceNotFoundException"


# Domain verifications


def test_domain_verification_stays_pending_with_the_record_to_create(client: Client) -> None:
    made = client.call("StartDomainVerification", domainName="a.example", tags={"team": "web"})

    read = client.call("GetDomainVerification", domainVerificationIdentifier=made["arn"])
    assert (read["status"], read["tags"]) == ("PENDING", {"team": "web"})
    assert read["txtMethodConfig"]["name"].endswith(".a.example")
    assert client.call("ListDomainVerifications")["items"] == [read]
    client.call("DeleteDomainVerification", domainVerificationIdentifier=made["id"])
    assert client.call("ListDomainVerifications")["items"] == []


# Resource policies


@pytest.mark.parametrize("kind", ["service", "servicenetwork", "resourceconfiguration"])
def test_resource_policy_is_kept_until_it_is_deleted(kind: str, client: Client) -> None:
    make = {
        "service": client.service,
        "servicenetwork": client.network,
        "resourceconfiguration": lambda: configuration(client),
    }
    arn: dict[str, Any] = {"resourceArn": f"{BASE}:{kind}/{make[kind]()}"}

    client.call("PutResourcePolicy", **arn, policy=POLICY)

    assert client.call("GetResourcePolicy", **arn) == {"policy": POLICY}
    client.call("DeleteResourcePolicy", **arn)
    assert client.refusal("GetResourcePolicy", **arn).members["resourceType"] == "RESOURCE_POLICY"


def test_resource_policy_goes_with_its_resource_configuration(client: Client) -> None:
    made = configuration(client)
    client.call("PutResourcePolicy", resourceArn=f"{BASE}:resourceconfiguration/{made}", policy=POLICY)

    client.call("DeleteResourceConfiguration", resourceConfigurationIdentifier=made)

    assert client.records.resource_policies == {}


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ("{", "not JSON"),
        ("[" * 9_000, "not JSON"),
        ("9" * 9_000, "not JSON: a number in it has too many digits"),
        ('{"Statement": NaN}', "not JSON: NaN is not a number of JSON"),
        (r'{"Statement": "\ud800"}', "not JSON: it is not UTF-8"),
        ("[]", "not an object with statements"),
        ('{"Statement": []}', "not an object with statements"),
        ('{"Statement": "Allow"}', "policy.Statement[0] has no Effect"),
        ('{"Statement": {"Effect": "Permit"}}', "policy.Statement[0] has no Effect of Allow or Deny"),
        ('{"Statement": [{"Effect": "Allow"}]}', "policy.Statement[0] has no Principal"),
        ('{"Statement": [{"Effect": "Allow", "Principal": "*"}]}', "policy.Statement[0] has no Action"),
        (POLICY.replace(" ", "\n"), "regular expression"),
    ],
)
def test_resource_policy_that_is_not_a_policy_is_refused(policy: str, why: str, client: Client) -> None:
    arn = f"{BASE}:service/{client.service()}"

    error = client.refusal("PutResourcePolicy", resourceArn=arn, policy=policy)

    assert error.code == "ValidationException"
    assert why in error.message


# Tags


def test_tags_are_added_replaced_and_taken_away(client: Client) -> None:
    arn: dict[str, Any] = {"resourceArn": f"{BASE}:service/{client.service(tags={'a': '1', 'b': '2'})}"}

    client.call("TagResource", **arn, tags={"b": "3", "c": "4"})
    client.call("UntagResource", **arn, tagKeys=["a", "x"])

    assert client.call("ListTagsForResource", **arn) == {"tags": {"b": "3", "c": "4"}}


def test_every_kind_of_resource_has_tags(client: Client) -> None:
    service = client.service()
    client.listener(service)
    client.associate(service, client.network())
    associated(
        client, configuration(client, resourceGatewayIdentifier=gateway(client)), client.network("two")
    )
    client.call("StartDomainVerification", domainName="a.example")
    arns = [arn for kept in vars(client.records).values() for arn in kept]

    for arn in arns:
        client.call("TagResource", resourceArn=arn, tags={"a": "1"})

    assert [client.call("ListTagsForResource", resourceArn=arn)["tags"] for arn in arns] == [
        {"a": "1"}
    ] * len(arns)


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({"aws:cloudformation:stack-name": "a"}, "cannot begin with aws:"),
        ({f"new{n}": "" for n in range(200)}, "201 tags"),
    ],
)
def test_tags_that_are_reserved_or_too_many_are_refused(
    tags: dict[str, str], why: str, client: Client
) -> None:
    arn = f"{BASE}:service/{client.service(tags={'a': '1'})}"

    error = client.refusal("TagResource", resourceArn=arn, tags=tags)

    assert error.code == "ValidationException"
    assert why in error.message


@pytest.mark.parametrize("where", OTHERS)
def test_another_account_or_region_sees_nothing_of_it(where: Where, client: Client) -> None:
    arn = f"{BASE}:resourcegateway/{gateway(client)}"

    stranger = client.elsewhere(where)
    refused = [
        stranger.refusal("GetResourceGateway", resourceGatewayIdentifier=arn),
        stranger.refusal("DeleteResourceGateway", resourceGatewayIdentifier=arn),
        stranger.refusal("ListTagsForResource", resourceArn=arn),
    ]
    assert {each.code for each in refused} == {"ResourceNotFoundException"}
    assert stranger.call("ListResourceGateways") == {"items": []}
