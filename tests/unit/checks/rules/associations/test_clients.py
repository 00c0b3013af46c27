"""Functions that call services, and from where."""

from __future__ import annotations

from pathlib import Path

import pytest

from lattice_events.checks.rules.associations import network_without_vpc
from tests.checking import codes_of

SHOP = """\
Parameters:
  OtherVpc: {Type: String}
  Network: {Type: String}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Shop: {Type: AWS::VpcLattice::ServiceNetwork, Properties: {Name: shop}}
  ASSOCIATION
  Orders: {Type: AWS::VpcLattice::Service, Properties: {Name: orders}}
  OrdersOnShop:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Orders, ServiceNetworkIdentifier: !Ref Shop}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: out, VpcId: VPC}
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/client
      Code: {ZipFile: "def handler(event, context): return event"}
      Environment: {Variables: {URL: URL_VALUE}}
      CONFIG
  # more
"""
ASSOCIATION = "ShopVpc: {Type: AWS::VpcLattice::ServiceNetworkVpcAssociation, Properties: {VpcIdentifier: !Ref Vpc, ServiceNetworkIdentifier: !Ref Shop, SecurityGroupIds: [sg-1]}}"
URL = "!Sub 'https://${Orders.DnsEntry.DomainName}/orders'"
IN_VPC = "VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [!GetAtt Group.GroupId]}"


def shop(
    *,
    association: str = ASSOCIATION,
    vpc: str = "!Ref Vpc",
    url: str = URL,
    config: str = IN_VPC,
    more: str = "",
) -> str:
    return (
        SHOP.replace("  ASSOCIATION\n", f"  {association}\n" if association else "")
        .replace("VPC}", f"{vpc}}}")
        .replace("URL_VALUE", url)
        .replace("CONFIG", config)
        .replace("  # more\n", more)
    )


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (URL, ["LTC407"]),
        ("!GetAtt Orders.DnsEntry.DomainName", ["LTC407"]),
        ("!Sub 'orders=${Orders.DnsEntry.DomainName},stock=http://stock'", ["LTC407"]),
        ("""!Sub '{"orders": "https://${Orders.DnsEntry.DomainName}"}'""", ["LTC407"]),
        ("!Sub 'http://stock, https://${Orders.DnsEntry.DomainName}'", ["LTC407"]),
        ("https://orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws", ["LTC407"]),
        ("https://elsewhere-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws", ["LTC407"]),
        ("https://orders.example.com", []),
        ("!GetAtt Orders.Arn", []),
        ("!Ref Network", []),
        ("'http://[not-a-host'", []),
        ("vpc-lattice-svcs", []),
        ("12", []),
    ],
)
def test_a_variable_tells_what_a_function_calls(url: str, found: list[str], tmp_path: Path) -> None:
    assert codes_of(shop(url=url, config="Timeout: 10"), tmp_path, "LTC4", "LTC9") == found


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (IN_VPC, []),
        ("VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}", []),
        ("VpcConfig: {SubnetIds: !Ref Network, SecurityGroupIds: !Ref Network}", []),
        ("CapacityProviderConfig: {LambdaManagedInstancesCapacityProviderConfig: {CapacityProviderArn: a}}", []),
        ("VpcConfig: !If [InVpc, {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}, !Ref 'AWS::NoValue']", []),
        ("Timeout: 10", ["LTC407"]),
        ("VpcConfig: {SubnetIds: [], SecurityGroupIds: []}", ["LTC407"]),
        ("VpcConfig: !Ref AWS::NoValue", ["LTC407"]),
    ],
)  # fmt: skip
def test_a_function_that_calls_is_in_a_vpc(config: str, found: list[str], tmp_path: Path) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-network-associations.html"""
    definition = "Conditions: {InVpc: !Equals [!Ref Network, a]}\n" + shop(config=config)

    assert codes_of(definition, tmp_path, "LTC4", "LTC9") == found


def test_a_function_may_know_the_url_of_the_service_that_it_is_behind(tmp_path: Path) -> None:
    behind = """\
  Targets:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Type: LAMBDA, Config: {LambdaEventStructureVersion: V2}, Targets: [{Id: !GetAtt Client.Arn}]}
  Permission:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref Client, Action: lambda:InvokeFunction, Principal: vpc-lattice.amazonaws.com, SourceArn: !GetAtt Targets.Arn}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties: {ServiceIdentifier: !Ref Orders, Protocol: HTTPS, DefaultAction: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref Targets}]}}}
"""

    assert codes_of(shop(config="Timeout: 10", more=behind), tmp_path, "LTC4", "LTC9") == []


ENDPOINT = "  More: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref OtherVpc, ServiceNetworkArn: !Ref Shop}}\n"
SHARE = "  More: {Type: AWS::RAM::ResourceShare, Properties: {Name: a, ResourceArns: [!Ref Shop]}}\n"


@pytest.mark.parametrize(
    ("association", "vpc", "more", "found"),
    [
        pytest.param(ASSOCIATION, "!Ref Vpc", "", [], id="its VPC is associated"),
        pytest.param(ASSOCIATION, "vpc-0123", "", ["LTC407"], id="another VPC is"),
        pytest.param(ASSOCIATION, "!Ref OtherVpc", "", [], id="its VPC is not known"),
        pytest.param(ASSOCIATION.replace("!Ref Vpc", "!Ref OtherVpc"), "vpc-0123", "", [], id="the other VPC is not known"),
        pytest.param(ASSOCIATION.replace("!Ref Shop", "!Ref Network"), "vpc-0123", "", [], id="the network of an association is not known"),
        pytest.param(ASSOCIATION, "vpc-0123", ENDPOINT, [], id="an endpoint leads to the network"),
        pytest.param(ASSOCIATION, "vpc-0123", SHARE, [], id="others may associate with the network"),
        pytest.param("", "!Ref Vpc", "", ["LTC403"], id="none is"),
        pytest.param("", "!Ref OtherVpc", "", ["LTC403"], id="none is, whatever its VPC"),
        pytest.param("", "!Ref Vpc", ENDPOINT, [], id="none is, and an endpoint leads to the network"),
        pytest.param("", "!Ref Vpc", SHARE, [], id="none is, and others may associate"),
        pytest.param("", "!Ref Vpc", "Outputs: {Shop: {Value: !Ref Shop}}\n", [], id="none is, and others know the network"),
    ],
)  # fmt: skip
def test_the_vpc_of_a_client_is_on_the_network(
    association: str, vpc: str, more: str, found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-network-associations.html"""
    assert codes_of(shop(association=association, vpc=vpc, more=more), tmp_path, "LTC4", "LTC9") == found


def test_a_network_without_vpc_is_told_once_however_many_call_through_it(tmp_path: Path) -> None:
    urls = "!Sub 'https://${Orders.DnsEntry.DomainName} https://${Orders.DnsEntry.DomainName}/again'"

    assert codes_of(shop(association="", url=urls), tmp_path, "LTC4", "LTC9") == ["LTC403"]


def test_an_association_that_may_be_made_elsewhere_is_no_error() -> None:
    assert network_without_vpc.RULE.severity == "warning"
    assert "If it is made elsewhere, name that definition" in network_without_vpc.RULE.fix


def test_the_subnet_of_a_client_tells_its_vpc(tmp_path: Path) -> None:
    subnet = "  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: vpc-0123, CidrBlock: 10.1.0.0/24}}\n"
    config = "VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [sg-1]}"

    assert codes_of(shop(config=config, more=subnet), tmp_path, "LTC4", "LTC9") == ["LTC407"]
