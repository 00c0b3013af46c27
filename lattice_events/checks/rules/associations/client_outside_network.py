"""A function that calls a service from where the service cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.clients import Call, calls, is_in_no_vpc, vpc_of
from lattice_events.checks.rules.associations.connections import associations_of, networks_of


def _check(material: Material) -> Iterator[Found]:
    for call in calls(material):
        name = call.function.name
        if is_in_no_vpc(call.function):
            message = f"{name} calls {call.called} ({call.variable}) and is in no VPC, so its calls reach nothing and hang."
            yield found_in(call.function, message=message)
        elif _is_in_another_vpc(material, call):
            message = f"{name} calls {call.called} ({call.variable}) from a VPC that is associated with no service network of that service, so its calls hang."
            yield found_in(call.function, message=message)


def _is_in_another_vpc(material: Material, call: Call) -> bool:
    """Whether the function's VPC is surely on none of the networks of the service, and other VPCs are."""
    networks = networks_of(material, call.service) if call.service else None
    associations = [each for network in networks or () for each in associations_of(material, network)]
    vpcs = [
        vpc_of(material.definitions, call.function),
        *(each.get("VpcIdentifier") for each in associations),
    ]
    return bool(associations) and all(isinstance(each, str) for each in vpcs) and vpcs[0] not in vpcs[1:]


RULE = Rule(
    code="LTC407",
    name="client-outside-network",
    severity="error",
    reason="A function calls a service of VPC Lattice and is in no VPC that reaches it.",
    why="The addresses of VPC Lattice are link-local: they mean something only inside of a VPC that is associated with a service network of the called service. From anywhere else calls hang until they time out, with no HTTP status at all.",
    fix="Give the function a VpcConfig with subnets of a VPC that is associated with the service network, or associate its VPC.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-network-associations.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html",
    ),
    wrong="""\
Resources:
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/client
      Code:
        ZipFile: "def handler(event, context): return event"
      Environment:
        Variables:
          ORDERS_URL: https://orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws
""",
    right="""\
Resources:
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/client
      Code:
        ZipFile: "def handler(event, context): return event"
      Environment:
        Variables:
          ORDERS_URL: https://orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws
      VpcConfig:
        SubnetIds: [subnet-0123456789abcdef0]
        SecurityGroupIds: [sg-0123456789abcdef0]
""",
    check=_check,
)
