"""A VPC association whose security groups admit no client on the listeners' ports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.clients import Call, calls, vpc_of
from lattice_events.checks.rules.associations.security_groups import (
    INLINE,
    WrittenRule,
    known_groups,
    known_rules,
    may_be_any_of,
    may_pass,
)
from lattice_events.definitions.types import SECURITY_GROUP_INGRESS, SERVICE_NETWORK, VPC_ASSOCIATION
from lattice_events.definitions.values import Resource
from lattice_events.network.model import Service


def _check(material: Material) -> Iterator[Found]:
    for association in material.definitions.of_type(VPC_ASSOCIATION):
        groups = known_groups(material.definitions, association.get("SecurityGroupIds"))
        rules = known_rules(material.definitions, groups, SECURITY_GROUP_INGRESS) if groups else None
        if groups and rules is not None:
            shut = _shut_out(material, association, rules)
            if shut:
                path = (
                    (INLINE[SECURITY_GROUP_INGRESS],) if groups[0].get(INLINE[SECURITY_GROUP_INGRESS]) else ()
                )
                message = f"{groups[0].name}, the security group of {association.name}, {shut}."
                yield found_in(groups[0], *path, message=message)


def _shut_out(material: Material, association: Resource, rules: Sequence[WrittenRule]) -> str:
    """Whom the rules surely keep out; empty for nobody."""
    services = _services_on(material, association)
    ports = sorted({port for each in services for port in each.listener_by_port})
    if ports and not any(may_pass(rule, port, lambda _: True) for rule in rules for port in ports):
        shown = ", ".join(map(str, ports))
        return f"admits nobody on a port of a listener ({shown}), so calls from the VPC hang"
    for call in calls(material):
        if call.ports and call.service in services and _is_from(material, call, association):
            groups = known_groups(material.definitions, call.function.get("VpcConfig", "SecurityGroupIds"))
            is_client = may_be_any_of(material.definitions, groups or ())
            if groups and not any(may_pass(rule, port, is_client) for rule in rules for port in call.ports):
                return f"does not admit {call.function.name}, which calls {call.called}, so its calls hang"
    return ""


def _services_on(material: Material, association: Resource) -> list[Service]:
    """The services of the network of an association."""
    named = material.definitions.find(association.get("ServiceNetworkIdentifier"), SERVICE_NETWORK)
    services = material.network.services if material.network and named else ()
    return [each for each in services if named and named.arn in each.service_network_arns]


def _is_from(material: Material, call: Call, association: Resource) -> bool:
    """Whether a function calls from the VPC of an association."""
    vpc = association.get("VpcIdentifier")
    return vpc is not None and vpc_of(material.definitions, call.function) == vpc


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
