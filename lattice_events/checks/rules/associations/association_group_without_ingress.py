"""A VPC association whose security groups admit no client on the listeners' ports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.clients import Call, calls, vpc_of
from lattice_events.checks.rules.associations.security_groups import (
    INLINE,
    Direction,
    WrittenRule,
    may_be_any_of,
    may_pass,
)
from lattice_events.definitions.types import SECURITY_GROUP_INGRESS, SERVICE_NETWORK, VPC_ASSOCIATION
from lattice_events.definitions.values import Resource, Unknown

Client = tuple[Call, Callable[[Mapping[str, Any]], bool]]  # with whether a rule's source may be it


def _check(material: Material) -> Iterator[Found]:
    key = INLINE[SECURITY_GROUP_INGRESS]
    ingress, clients = Direction(material.definitions, SECURITY_GROUP_INGRESS), _clients(material)
    for association in material.definitions.of_type(VPC_ASSOCIATION):
        known = ingress.known(association.get("SecurityGroupIds"))
        network = material.definitions.find(association.get("ServiceNetworkIdentifier"), SERVICE_NETWORK)
        if known is None or network is None:
            continue
        group, rules = known
        vpc = association.get("VpcIdentifier")
        from_vpc = [
            (call, is_client)
            for call, is_client in (clients.get(vpc, ()) if isinstance(vpc, str | Unknown) else ())
            if call.service and network.arn in call.service.service_network_arns
        ]
        shut = _shut_out(rules, _ports(material, network), from_vpc)
        if shut:
            message = f"{group.name}, the security group of {association.name}, {shut}."
            yield found_in(group, *((key,) if group.get(key) else ()), message=message)


def _clients(material: Material) -> Mapping[object, Sequence[Client]]:
    """The calls of functions whose security groups are known, by VPC."""
    ingress = Direction(material.definitions, SECURITY_GROUP_INGRESS)
    found: dict[object, list[Client]] = {}
    for call in calls(material):
        groups = ingress.groups(call.function.get("VpcConfig", "SecurityGroupIds"))
        vpc = vpc_of(material.definitions, call.function)
        if groups and call.ports and vpc is not None:
            client = (call, may_be_any_of(material.definitions, groups))
            found.setdefault(vpc, []).append(client)
    return found


def _shut_out(rules: Sequence[WrittenRule], ports: Sequence[int], clients: Iterable[Client]) -> str:
    """Whom the rules surely keep out; empty for nobody."""
    if ports and not any(may_pass(rule, port, lambda _: True) for rule in rules for port in ports):
        shown = ", ".join(map(str, ports))
        return f"admits nobody on a port of a listener ({shown}), so calls from the VPC hang"
    for call, is_client in clients:
        if not any(may_pass(rule, port, is_client) for rule in rules for port in call.ports):
            return f"does not admit {call.function.name}, which calls {call.called}, so its calls hang"
    return ""


def _ports(material: Material, network: Resource) -> Sequence[int]:
    """The ports of all listeners on a service network."""
    services = material.network.services if material.network else ()
    on_network = (each for each in services if network.arn in each.service_network_arns)
    return sorted({port for each in on_network for port in each.listener_by_port})


RULE = Rule(
    code="LTC415",
    name="association-group-without-ingress",
    severity="error",
    reason="The security group of a VPC association does not admit clients on the ports of the listeners.",
    why="The security groups of the association stand between the clients of the VPC and the service network. What they do not admit gets no answer, so calls hang until they time out, with no HTTP status at all.",
    fix="Add an ingress rule for TCP and the listener's port (443 for HTTPS, 80 for HTTP, unless it says another) from the clients' security group or the VPC's address range.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html",),
    wrong="""\
Resources:
  Shop:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
  Clients:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Who may call
      VpcId: vpc-0123456789abcdef0
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: 10.0.0.0/16
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: !Ref Shop
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [!GetAtt Clients.GroupId]
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  OrdersOnShop:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties:
      ServiceIdentifier: !Ref Orders
      ServiceNetworkIdentifier: !Ref Shop
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Orders
      Protocol: HTTP
      DefaultAction:
        FixedResponse:
          StatusCode: 404
""",
    right="""\
Resources:
  Shop:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
  Clients:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Who may call
      VpcId: vpc-0123456789abcdef0
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 80
          ToPort: 80
          CidrIp: 10.0.0.0/16
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: !Ref Shop
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [!GetAtt Clients.GroupId]
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  OrdersOnShop:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties:
      ServiceIdentifier: !Ref Orders
      ServiceNetworkIdentifier: !Ref Shop
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Orders
      Protocol: HTTP
      DefaultAction:
        FixedResponse:
          StatusCode: 404
""",
    check=_check,
)
