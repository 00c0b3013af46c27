"""A name that VPC Lattice refuses."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.lattice_schema import name_problem
from lattice_events.definitions.types import LISTENER, SERVICE, SERVICE_NETWORK, TARGET_GROUP
from lattice_events.definitions.types import RULE as LISTENER_RULE

_KINDS = {
    SERVICE_NETWORK: "service network",
    SERVICE: "service",
    LISTENER: "listener",
    LISTENER_RULE: "rule",
    TARGET_GROUP: "target group",
}


def _check(material: Material) -> Iterator[Found]:
    for resource in material.definitions.of_type(*_KINDS):
        name = resource.get("Name")
        problem = name_problem(_KINDS[resource.type], name) if isinstance(name, str) else None
        if problem:
            yield found_in(resource, "Name", message=f"AWS refuses this: {problem}.")


RULE = Rule(
    code="LTC502",
    name="name-refused",
    severity="error",
    reason="VPC Lattice does not take this name.",
    why="Names have lower-case letters, digits and single hyphens, none of them at either end, and do not start as the ids of their kind do. A service has 3 to 40 characters, a service network, a listener and a rule 3 to 63, a target group 3 to 128. The deploy fails.",
    fix="Choose another name. Where it is made of a stage or a branch, mind what those may be.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateService.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-vpclattice-service.html",
    ),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: Orders_v2
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders-v2
""",
    check=_check,
)
