"""The name of a prefix list where EC2 wants its id."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.security_groups import all_rules

_KEYS = ("SourcePrefixListId", "DestinationPrefixListId")


def _check(material: Material) -> Iterator[Found]:
    for rule in all_rules(material.definitions):
        for key in _KEYS:
            named = rule.values.get(key)
            if isinstance(named, str) and named and not named.startswith("pl-"):
                message = f"{key} is {named}, which is no id: the id of a prefix list starts with pl-."
                yield found_in(rule.resource, *rule.path, key, message=message)


RULE = Rule(
    code="LTC406",
    name="prefix-list-by-name",
    severity="error",
    reason="A security group names a prefix list by its name where its id is due.",
    why="The prefix lists of VPC Lattice are called com.amazonaws.REGION.vpc-lattice, but rules of security groups take ids only, which differ from Region to Region. The deploy fails.",
    fix='Ask for the id and give it as a parameter: aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values="com.amazonaws.REGION.vpc-lattice".',
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ec2-securitygroup-egress.html",
    ),
    wrong="""\
Resources:
  Client:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Out to VPC Lattice
      SecurityGroupEgress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          DestinationPrefixListId: com.amazonaws.us-east-1.vpc-lattice
""",
    right="""\
Resources:
  Client:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Out to VPC Lattice
      SecurityGroupEgress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          DestinationPrefixListId: pl-0123456789abcdef0
""",
    check=_check,
)
