"""What security groups let through, between clients, service networks and targets."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checking import codes_of
from tests.conftest import examples

LATTICE = [ipaddress.ip_address(each) for each in ("169.254.171.7", "fd00:ec2:80::a9fe:ab07")]
PREFIX_LIST = "pl-0123456789abcdef0"
URL = "https://orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"


def stack(resources: dict[str, Any], **parameters: str) -> str:
    """A template in JSON."""
    return json.dumps(
        {
            "Parameters": {name: {"Type": kind} for name, kind in parameters.items()},
            "Resources": {
                name: {"Type": kind, "Properties": properties}
                for name, (kind, properties) in resources.items()
            },
        }
    )


def group(**properties: Any) -> tuple[str, dict[str, Any]]:
    return "AWS::EC2::SecurityGroup", {"GroupDescription": "a", "VpcId": "vpc-1", **properties}


def client(*groups: Any, url: str = URL) -> tuple[str, dict[str, Any]]:
    return "AWS::Lambda::Function", {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": "arn:aws:iam::123456789012:role/client",
        "Code": {"ZipFile": "def handler(event, context): return event"},
        "Environment": {"Variables": {"URL": url}},
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": list(groups)},
    }


def rule(low: Any = 443, high: Any = 443, protocol: Any = "tcp", **peer: Any) -> dict[str, Any]:
    return {"IpProtocol": protocol, "FromPort": low, "ToPort": high, **peer}


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


ASSOCIATION = (
    "AWS::VpcLattice::ServiceNetworkVpcAssociation",
    {
        "VpcIdentifier": "vpc-1",
        "ServiceNetworkIdentifier": "sn-0123456789abcdef0",
        "SecurityGroupIds": ["sg-1"],
    },
)

# ── out of a client ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("egress", "found"),
    [
        pytest.param(None, [], id="the default lets everything out"),
        pytest.param([], [], id="so it does beside an empty list"),
        pytest.param([rule(DestinationPrefixListId=PREFIX_LIST)], [], id="the prefix list"),
        pytest.param([rule(DestinationPrefixListId=ref("Given"))], [], id="a prefix list of a parameter"),
        pytest.param([rule(CidrIp="0.0.0.0/0")], [], id="everywhere"),
        pytest.param([rule(CidrIp="169.254.171.0/24")], [], id="the addresses of VPC Lattice"),
        pytest.param([rule(CidrIp="129.224.0.0/17")], [], id="public addresses, which may be VPC Lattice's"),
        pytest.param([rule(CidrIpv6="fd00:ec2:80::/64")], [], id="its addresses of IPv6"),
        pytest.param([rule(CidrIp=ref("Given"))], [], id="addresses that are not known"),
        pytest.param([rule(0, 65535, CidrIp="0.0.0.0/0")], [], id="all ports"),
        pytest.param([rule(protocol="-1", CidrIp="0.0.0.0/0")], [], id="all protocols"),
        pytest.param([{"IpProtocol": -1, "CidrIp": "0.0.0.0/0"}], [], id="all protocols, as a number"),
        pytest.param([rule("443", "443", protocol="6", CidrIp="0.0.0.0/0")], [], id="numbers as texts"),
        pytest.param([rule(ref("Given"), ref("Given"), CidrIp="0.0.0.0/0")], [], id="a port that is not known"),
        pytest.param(ref("Given"), [], id="rules that are not known"),
        pytest.param([ref("Given")], [], id="a rule that is not known"),
        pytest.param([rule(CidrIp="10.0.0.0/8")], ["LTC405"], id="the VPC"),
        pytest.param([rule(CidrIpv6="fd12:3456::/32")], ["LTC405"], id="private addresses of IPv6"),
        pytest.param([rule(DestinationSecurityGroupId="sg-1")], ["LTC405"], id="another group"),
        pytest.param([rule(80, 80, CidrIp="0.0.0.0/0")], ["LTC405"], id="another port"),
        pytest.param([rule(protocol="udp", CidrIp="0.0.0.0/0")], ["LTC405"], id="another protocol"),
        pytest.param([rule()], ["LTC405"], id="nobody"),
        pytest.param([rule(252, 86, protocol="icmp", CidrIp="255.255.255.255/32")], ["LTC405"], id="what the CDK writes for nothing at all"),
    ],
)  # fmt: skip
def test_a_client_is_let_out_to_vpc_lattice(egress: Any, found: list[str], tmp_path: Path) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html"""
    rules = {} if egress is None else {"SecurityGroupEgress": egress}
    resources = {"Group": group(**rules), "Client": client(ref("Group")), "VpcOnShop": ASSOCIATION}

    assert codes_of(stack(resources, Given="String"), tmp_path, "LTC4", "LTC9") == found


CLOSED = group(SecurityGroupEgress=[rule(CidrIp="10.0.0.0/8")])
OPEN = rule(DestinationPrefixListId=PREFIX_LIST)


@pytest.mark.parametrize(
    ("groups", "more", "found"),
    [
        pytest.param([ref("Group")], {}, ["LTC405"], id="the group is closed"),
        pytest.param([ref("Group"), ref("Open")], {"Open": group()}, [], id="another group is open"),
        pytest.param([ref("Group"), "sg-1"], {}, [], id="another group is not known"),
        pytest.param([ref("Group")], {"Out": ("AWS::EC2::SecurityGroupEgress", {"GroupId": ref("Group"), **OPEN})}, [], id="a rule of its own opens it"),
        pytest.param([ref("Group")], {"Out": ("AWS::EC2::SecurityGroupEgress", {"GroupId": ref("Given"), **OPEN})}, [], id="a rule may open it"),
        pytest.param([ref("Group")], {"Other": group(), "Out": ("AWS::EC2::SecurityGroupEgress", {"GroupId": ref("Other"), **OPEN})}, ["LTC405"], id="a rule opens another one"),
        pytest.param([ref("Group")], {"Name": ("AWS::SSM::Parameter", {"Type": "String", "Value": ref("Group")})}, [], id="others may open it"),
    ],
)  # fmt: skip
def test_every_rule_of_every_group_counts(
    groups: list[Any], more: dict[str, Any], found: list[str], tmp_path: Path
) -> None:
    resources = {"Group": CLOSED, "Client": client(*groups), "VpcOnShop": ASSOCIATION, **more}

    assert codes_of(stack(resources, Given="String"), tmp_path, "LTC4", "LTC9") == found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (URL, []),
        (f"{URL}:8443", ["LTC405"]),
        (URL.replace("https", "http"), ["LTC405"]),
        (URL.removeprefix("https://"), []),
    ],
)
def test_the_url_tells_the_port(url: str, found: list[str], tmp_path: Path) -> None:
    resources = {"Group": group(SecurityGroupEgress=[OPEN]), "Client": client(ref("Group"), url=url)}

    assert codes_of(stack(resources), tmp_path, "LTC4", "LTC9") == found


ENDPOINT = ("AWS::EC2::VPCEndpoint", {"VpcId": "vpc-1", "ServiceNetworkArn": ref("Given")})


@pytest.mark.parametrize(
    ("rule_", "more", "found"),
    [
        pytest.param(rule(CidrIp="10.0.0.0/8"), {"VpcOnShop": ASSOCIATION}, ["LTC405"], id="an association"),
        pytest.param(rule(CidrIp="10.0.0.0/8"), {"VpcOnShop": ASSOCIATION, "Endpoint": ENDPOINT}, [], id="an endpoint"),
        pytest.param(rule(CidrIp="10.0.0.0/8"), {}, [], id="perhaps an endpoint"),
        pytest.param(rule(DestinationSecurityGroupId="sg-1"), {}, [], id="perhaps the group of an endpoint"),
        pytest.param(rule(80, 80, CidrIp="10.0.0.0/8"), {}, ["LTC405"], id="perhaps an endpoint, on another port"),
        pytest.param(rule(), {}, ["LTC405"], id="nobody"),
    ],
)  # fmt: skip
def test_an_endpoint_has_an_address_of_the_vpc(
    rule_: dict[str, Any], more: dict[str, Any], found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-networks.html"""
    resources = {"Group": group(SecurityGroupEgress=[rule_]), "Client": client(ref("Group")), **more}

    assert codes_of(stack(resources, Given="String"), tmp_path, "LTC4", "LTC9") == found


CIDRS = [
    "0.0.0.0/0", "10.0.0.0/16", "169.254.0.0/16", "169.254.171.0/24", "172.16.0.0/12", "192.168.1.1/32",
    "::/0", "fd00:ec2:80::/64", "fd00:ec2::/32", "fd12::/16",
]  # fmt: skip
PORTS = st.sampled_from([0, 80, 442, 443, 444, 8443, 65535])
PEERS: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.sampled_from(CIDRS).map(lambda cidr: {"CidrIpv6" if ":" in cidr else "CidrIp": cidr}),
    st.just({"DestinationPrefixListId": PREFIX_LIST}),
    st.just({"DestinationSecurityGroupId": "sg-1"}),
    st.just({}),
)
RULES = st.builds(
    lambda low, high, protocol, peer: rule(low, high, protocol, **peer),
    PORTS,
    PORTS,
    st.sampled_from(["tcp", "6", "udp", "icmp", "-1"]),
    PEERS,
)


def lets_out(rules: list[dict[str, Any]], port: int) -> bool:
    """Whether EC2 would let a packet out to VPC Lattice: some rule has its protocol, its port and its address.

    Source: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    for each in rules:
        has_port = each["IpProtocol"] == "-1" or (
            each["IpProtocol"] in ("tcp", "6") and port in range(each["FromPort"], each["ToPort"] + 1)
        )
        cidr = each.get("CidrIp") or each.get("CidrIpv6")
        has_address = cidr is not None and any(addr in ipaddress.ip_network(cidr) for addr in LATTICE)
        if has_port and (has_address or "DestinationPrefixListId" in each):
            return True
    return False


@examples(1000)
@given(
    inline=st.lists(RULES, min_size=1, max_size=3),
    alone=st.lists(RULES, max_size=2),
    port=st.sampled_from([80, 443, 8443]),
)
def test_a_closed_group_is_what_lets_no_packet_out(
    inline: list[dict[str, Any]],
    alone: list[dict[str, Any]],
    port: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    resources = {
        "VpcOnShop": ASSOCIATION,
        "Group": group(SecurityGroupEgress=inline),
        "Client": client(ref("Group"), url=f"{URL}:{port}"),
        **{
            f"Out{index}": ("AWS::EC2::SecurityGroupEgress", {"GroupId": ref("Group"), **each})
            for index, each in enumerate(alone)
        },
    }

    found = codes_of(stack(resources), tmp_path_factory.mktemp("group"), "LTC4", "LTC9")

    assert found == ([] if lets_out([*inline, *alone], port) else ["LTC405"])


# ── into a service network ────────────────────────────────────────────────────────────────────


def shop(ingress: Any, *clients: Any, protocol: str = "HTTPS") -> dict[str, Any]:
    """A service network with one service, a VPC on it whose association has a group with some rules, and clients."""
    lattice = "AWS::VpcLattice::"
    return {
        "Shop": (f"{lattice}ServiceNetwork", {"Name": "shop"}),
        "Orders": (f"{lattice}Service", {"Name": "orders"}),
        "OrdersOnShop": (
            f"{lattice}ServiceNetworkServiceAssociation",
            {"ServiceIdentifier": ref("Orders"), "ServiceNetworkIdentifier": ref("Shop")},
        ),
        "Listener": (
            f"{lattice}Listener",
            {
                "ServiceIdentifier": ref("Orders"),
                "Protocol": protocol,
                "DefaultAction": {"FixedResponse": {"StatusCode": 404}},
            },
        ),
        "ShopVpc": (
            f"{lattice}ServiceNetworkVpcAssociation",
            {
                "VpcIdentifier": "vpc-1",
                "ServiceNetworkIdentifier": ref("Shop"),
                "SecurityGroupIds": [ref("Group")],
            },
        ),
        "Group": group(**({} if ingress is None else {"SecurityGroupIngress": ingress})),
        "Clients": group(),
        **{f"Client{index}": each for index, each in enumerate(clients)},
    }


CALLER = client(
    ref("Clients"), url="https://orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"
)


@pytest.mark.parametrize(
    ("ingress", "clients", "found"),
    [
        pytest.param([rule(CidrIp="10.0.0.0/16")], [CALLER], [], id="the VPC"),
        pytest.param([rule(SourceSecurityGroupId=ref("Clients"))], [CALLER], [], id="the client's group"),
        pytest.param([rule(SourceSecurityGroupId=ref("Given"))], [CALLER], [], id="a group that is not known"),
        pytest.param([rule(SourcePrefixListId=PREFIX_LIST)], [CALLER], [], id="a prefix list"),
        pytest.param([rule(protocol="-1", CidrIp="0.0.0.0/0")], [CALLER], [], id="everything"),
        pytest.param([rule(SourceSecurityGroupId=ref("Group"))], [], [], id="somebody, and no client is known"),
        pytest.param(ref("Given"), [CALLER], [], id="what is not known"),
        pytest.param([rule(SourceSecurityGroupId=ref("Group"))], [CALLER], ["LTC415"], id="another group than the client's"),
        pytest.param([rule(SourceSecurityGroupId=ref("Group"))], [client("sg-1", url=URL)], [], id="perhaps the client"),
        pytest.param([rule(80, 80, CidrIp="10.0.0.0/16")], [], ["LTC415"], id="another port"),
        pytest.param([rule(protocol="udp", CidrIp="10.0.0.0/16")], [], ["LTC415"], id="another protocol"),
        pytest.param(None, [], ["LTC415"], id="nobody"),
        pytest.param([], [], ["LTC415"], id="nobody of an empty list"),
    ],
)  # fmt: skip
def test_an_association_admits_clients_to_the_listeners(
    ingress: Any, clients: list[Any], found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html"""
    assert codes_of(stack(shop(ingress, *clients), Given="String"), tmp_path, "LTC4", "LTC9") == found


def test_the_port_of_http_is_80(tmp_path: Path) -> None:
    ingress = [rule(80, 80, CidrIp="10.0.0.0/16")]

    assert codes_of(stack(shop(ingress, protocol="HTTP")), tmp_path, "LTC4", "LTC9") == []


# ── to targets ────────────────────────────────────────────────────────────────────────────────


def targets(ingress: Any, **changed: Any) -> dict[str, Any]:
    """A load balancer behind a target group."""
    balancer = {"Type": "application", "Subnets": ["subnet-1"], "SecurityGroups": [ref("Group")]}
    config = {"VpcIdentifier": "vpc-1", "Protocol": "HTTP", "Port": 80}
    return {
        "Group": group(**({} if ingress is None else {"SecurityGroupIngress": ingress})),
        "Balancer": ("AWS::ElasticLoadBalancingV2::LoadBalancer", {**balancer, **changed}),
        "Targets": (
            "AWS::VpcLattice::TargetGroup",
            {"Type": "ALB", "Config": config, "Targets": [{"Id": ref("Balancer"), "Port": 8080}]},
        ),
    }


@pytest.mark.parametrize(
    ("ingress", "changed", "found"),
    [
        pytest.param([rule(8080, 8080, SourcePrefixListId=PREFIX_LIST)], {}, [], id="the prefix list"),
        pytest.param([rule(8000, 9000, CidrIp="0.0.0.0/0")], {}, [], id="everybody"),
        pytest.param([rule(8080, 8080, CidrIp=ref("Given"))], {}, [], id="addresses that are not known"),
        pytest.param(None, {"SecurityGroups": ["sg-1"]}, [], id="a group that is not known"),
        pytest.param(None, {"SecurityGroups": None}, [], id="the default group of the VPC"),
        pytest.param([rule(80, 80, SourcePrefixListId=PREFIX_LIST)], {}, ["LTC416"], id="another port"),
        pytest.param([rule(8080, 8080, CidrIp="10.0.0.0/16")], {}, ["LTC416"], id="the VPC"),
        pytest.param([rule(8080, 8080, SourceSecurityGroupId="sg-1")], {}, ["LTC416"], id="another group"),
        pytest.param(None, {}, ["LTC416"], id="nobody"),
    ],
)  # fmt: skip
def test_a_load_balancer_admits_vpc_lattice(
    ingress: Any, changed: dict[str, Any], found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html"""
    assert codes_of(stack(targets(ingress, **changed), Given="String"), tmp_path, "LTC4", "LTC9") == found


def test_an_instance_admits_vpc_lattice(tmp_path: Path) -> None:
    resources = {
        "Group": group(),
        "Server": ("AWS::EC2::Instance", {"ImageId": "ami-1", "SecurityGroupIds": [ref("Group")]}),
        "Targets": (
            "AWS::VpcLattice::TargetGroup",
            {
                "Type": "INSTANCE",
                "Config": {"VpcIdentifier": "vpc-1", "Protocol": "HTTP", "Port": 80},
                "Targets": [{"Id": ref("Server")}],
            },
        ),
    }

    assert codes_of(stack(resources), tmp_path, "LTC4", "LTC9") == ["LTC416"]
