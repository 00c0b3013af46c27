"""A destination of access logs that is a name, or nothing that takes access logs."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.access_logs import KINDS, kind_of, referred
from lattice_events.definitions.types import ACCESS_LOG_SUBSCRIPTION
from lattice_events.definitions.values import Resource

_KEY = "DestinationArn"


def _check(material: Material) -> Iterator[Found]:
    for subscription in material.definitions.of_type(ACCESS_LOG_SUBSCRIPTION):
        destination = subscription.get(_KEY)
        named = referred(material.definitions, destination)
        if named is not None:
            message = f"Ref of {named.name} gives its name; {_KEY} of {subscription.name} must be its ARN."
            yield found_in(subscription, _KEY, message=message, edits=(_arn_of(named, subscription),))
        elif isinstance(destination, str) and not destination.startswith("arn:"):
            message = f"{_KEY} of {subscription.name} must be an ARN, but {destination} is a name."
            yield found_in(subscription, _KEY, message=message)
        elif kind_of(material.definitions, destination) not in (None, *KINDS.values()):
            message = (
                f"{destination} takes no access logs: only a log group, a bucket or a Firehose stream does."
            )
            yield found_in(subscription, _KEY, message=message)


def _arn_of(named: Resource, subscription: Resource) -> Edit:
    return Edit(place=subscription.place(_KEY), name=_KEY, value={"Fn::GetAtt": [named.name, "Arn"]})


RULE = Rule(
    code="LTC410",
    name="log-destination-without-arn",
    severity="error",
    reason="Access logs are sent to a name where an ARN is due, or to what takes no access logs.",
    why="Ref of a log group, a bucket or a Firehose stream gives its name, which AWS refuses as a destination. Access logs go to CloudWatch Logs, S3 and Firehose only.",
    fix="Write !GetAtt and the logical id with .Arn, or the whole ARN.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateAccessLogSubscription.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html",
    ),
    wrong="""\
Resources:
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
  Logs:
    Type: AWS::Logs::LogGroup
  AccessLogs:
    Type: AWS::VpcLattice::AccessLogSubscription
    Properties:
      ResourceIdentifier: !Ref Site
      DestinationArn: !Ref Logs
""",
    right="""\
Resources:
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
  Logs:
    Type: AWS::Logs::LogGroup
  AccessLogs:
    Type: AWS::VpcLattice::AccessLogSubscription
    Properties:
      ResourceIdentifier: !Ref Site
      DestinationArn: !GetAtt Logs.Arn
""",
    check=_check,
    is_fixable=True,
)
