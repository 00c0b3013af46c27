"""A function that may be silent for longer than VPC Lattice keeps its connection."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.numbers import whole
from lattice_events.definitions.types import FUNCTION, SERVICE
from lattice_events.definitions.values import Resource
from lattice_events.network.model import ForwardAction, LambdaTarget, Service

_DEFAULT_SECONDS = 60
_OF_ROUTES = "application-networking.k8s.aws/idle-timeout-seconds"


def _check(material: Material) -> Iterator[Found]:
    network = material.network
    told: set[str] = set()
    for service in network.services if network else ():
        idle = _idle_seconds(material, service)
        for function in _functions_of(material, service) if idle is not None else ():
            seconds = whole(function.get("Timeout"))
            if seconds is not None and idle is not None and seconds > idle and function.origin not in told:
                told.add(function.origin)
                yield found_in(function, "Timeout", message=_message(function, service, seconds, idle))


def _message(function: Resource, service: Service, seconds: int, idle: int) -> str:
    return f"{function.name} may run for {seconds} s, but the service {service.name} closes a connection that is idle for {idle} s: VPC Lattice gives up while the function goes on."


def _idle_seconds(material: Material, service: Service) -> int | None:
    """The idle timeout of a service; ``None`` where it cannot be known."""
    resource = material.definitions.find(service.arn, SERVICE)
    if resource is not None:
        given = resource.get("IdleTimeoutSeconds")
        return _DEFAULT_SECONDS if given is None else whole(given)
    routes = material.definitions.of_kind("HTTPRoute", "GRPCRoute")
    is_said = any(_OF_ROUTES in (each.get("metadata", "annotations") or ()) for each in routes)
    return None if is_said else _DEFAULT_SECONDS


def _functions_of(material: Material, service: Service) -> Iterator[Resource]:
    """The functions that a service forwards to, as they are defined."""
    network = material.network
    assert network is not None  # the service is of it
    for arn in sorted(_groups_of(service)):
        group = network.target_group_by_arn.get(arn)
        for target in group.targets if group else ():
            if isinstance(target, LambdaTarget):
                function = material.definitions.find(target.function_arn, FUNCTION)
                if function is not None:
                    yield function


def _groups_of(service: Service) -> set[str]:
    """The ARNs of the target groups that a service forwards to."""
    actions = [
        action
        for listener in service.listeners
        for action in (listener.default_action, *(rule.action for rule in listener.rules))
    ]
    return {
        group.target_group_arn
        for action in actions
        if isinstance(action, ForwardAction)
        for group in action.target_groups
    }


RULE = Rule(
    code="LTC013",
    name="timeout-too-long",
    severity="warning",
    reason="The Timeout of a function is longer than the idle timeout of its service.",
    why="VPC Lattice closes a connection on which nothing has been sent for the idle timeout of the service: 60 seconds unless IdleTimeoutSeconds says otherwise, 600 at the most, and each connection ends after 10 minutes. A function sends nothing until it returns, so the client has an error while the function runs on, and is paid for.",
    fix="Shorten the function's Timeout, or set IdleTimeoutSeconds of the service. Work of more than 10 minutes needs a queue.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/services.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateService.html",
    ),
    wrong="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTPS
      DefaultAction:
        Forward:
          TargetGroups:
            - TargetGroupIdentifier: !Ref OrdersGroup
  OrdersGroup:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: !GetAtt Orders.Arn
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Timeout: 300
      Role: arn:aws:iam::123456789012:role/orders
      Code:
        ZipFile: |
          def handler(event, context):
              return {"statusCode": 200, "body": "order"}
""",
    right="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      IdleTimeoutSeconds: 300
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTPS
      DefaultAction:
        Forward:
          TargetGroups:
            - TargetGroupIdentifier: !Ref OrdersGroup
  OrdersGroup:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: !GetAtt Orders.Arn
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Timeout: 300
      Role: arn:aws:iam::123456789012:role/orders
      Code:
        ZipFile: |
          def handler(event, context):
              return {"statusCode": 200, "body": "order"}
""",
    check=_check,
)
