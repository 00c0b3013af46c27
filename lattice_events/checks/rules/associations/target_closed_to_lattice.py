"""Targets whose security groups do not admit VPC Lattice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.security_groups import (
    INLINE,
    Direction,
    may_be_lattice,
    may_pass,
)
from lattice_events.definitions.types import (
    CONTAINER_SERVICE,
    INSTANCE,
    LOAD_BALANCER,
    SECURITY_GROUP_INGRESS,
    TARGET_GROUP,
)
from lattice_events.definitions.values import Resource

_GROUPS = {LOAD_BALANCER: "SecurityGroups", INSTANCE: "SecurityGroupIds"}
Server = tuple[Resource, Any, int | None]  # a target, the ids of its security groups, its port if it is known


def _check(material: Material) -> Iterator[Found]:
    key = INLINE[SECURITY_GROUP_INGRESS]
    ingress = Direction(material.definitions, SECURITY_GROUP_INGRESS)
    for server, ids, port in (*_registered(material), *_tasks(material)):
        known = ingress.known(ids)
        if known is None or any(may_pass(rule, port, may_be_lattice) for rule in known[1]):
            continue
        group = known[0]
        where = "" if port is None else f" on port {port}"
        message = f"{group.name}, the security group of {server.name}, does not admit VPC Lattice{where}, so nothing is forwarded there."
        yield found_in(group, *((key,) if group.get(key) else ()), message=message)


def _registered(material: Material) -> Iterator[Server]:
    """Load balancers and instances that are targets."""
    for group in material.definitions.of_type(TARGET_GROUP):
        targets = group.get("Targets")
        for index in range(len(targets)) if isinstance(targets, list) else ():
            target = material.definitions.find(group.get("Targets", index, "Id"), *_GROUPS)
            port = group.get("Targets", index, "Port") or group.get("Config", "Port")
            if target is not None:
                yield target, target.get(_GROUPS[target.type]), port if isinstance(port, int) else None


def _tasks(material: Material) -> Iterator[Server]:
    """Services of ECS, whose tasks are registered as they start."""
    for service in material.definitions.of_type(CONTAINER_SERVICE):
        if service.get("VpcLatticeConfigurations"):
            path = ("NetworkConfiguration", "AwsvpcConfiguration", "SecurityGroups")
            yield service, service.get(*path), None


RULE = Rule(
    code="LTC416",
    name="target-closed-to-lattice",
    severity="error",
    reason="The security group of a target does not admit VPC Lattice.",
    why="Requests and health checks come to targets from addresses of VPC Lattice, which are in its managed prefix list and in no VPC: a rule for the VPC's address range does not have them. The targets never become healthy, and requests fail.",
    fix="Add an ingress rule for TCP, the target's port and the id of the prefix list com.amazonaws.REGION.vpc-lattice (SourcePrefixListId).",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html",),
    wrong="""\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: What may reach the load balancer
      VpcId: vpc-0123456789abcdef0
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 80
          ToPort: 80
          CidrIp: 10.0.0.0/16
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Type: application
      Scheme: internal
      Subnets: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
      SecurityGroups: [!GetAtt Group.GroupId]
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: ALB
      Config:
        VpcIdentifier: vpc-0123456789abcdef0
        Protocol: HTTP
        Port: 80
      Targets:
        - Id: !Ref Balancer
""",
    right="""\
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: What may reach the load balancer
      VpcId: vpc-0123456789abcdef0
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 80
          ToPort: 80
          SourcePrefixListId: pl-0123456789abcdef0
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Type: application
      Scheme: internal
      Subnets: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
      SecurityGroups: [!GetAtt Group.GroupId]
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: ALB
      Config:
        VpcIdentifier: vpc-0123456789abcdef0
        Protocol: HTTP
        Port: 80
      Targets:
        - Id: !Ref Balancer
""",
    check=_check,
)
