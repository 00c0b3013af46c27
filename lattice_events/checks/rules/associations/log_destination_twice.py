"""Two access log subscriptions of one thing with one kind of destination."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.access_logs import kind_of
from lattice_events.definitions.types import ACCESS_LOG_SUBSCRIPTION
from lattice_events.definitions.values import Resource, Unknown


def _check(material: Material) -> Iterator[Found]:
    first: dict[tuple[object, ...], Resource] = {}
    for subscription in material.definitions.of_type(ACCESS_LOG_SUBSCRIPTION):
        kind = kind_of(material.definitions, subscription.get("DestinationArn"))
        of = subscription.get("ResourceIdentifier")
        if kind is None or not isinstance(of, str | Unknown):
            continue
        named = material.definitions.find(of)
        key = (kind, named.origin if named else of, str(subscription.get("ServiceNetworkLogType")))
        other = first.setdefault(key, subscription)
        if other is not subscription:
            message = f"{other.name} ({other.origin}) sends these access logs to {kind} already, and AWS takes one destination of each kind."
            yield found_in(subscription, "DestinationArn", message=message)


RULE = Rule(
    code="LTC413",
    name="log-destination-twice",
    severity="error",
    reason="One service or service network sends its access logs to two destinations of one kind.",
    why="A service or a service network may have one subscription for each kind of destination: a log group, a bucket and a Firehose stream. AWS refuses the second of a kind.",
    fix="Keep one subscription of each kind; let the log group, the bucket or the stream pass the records on.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html",),
    wrong="""\
Resources:
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
  AccessLogs:
    Type: AWS::VpcLattice::AccessLogSubscription
    Properties:
      ResourceIdentifier: !Ref Site
      DestinationArn: arn:aws:logs:us-east-1:123456789012:log-group:site
  AuditLogs:
    Type: AWS::VpcLattice::AccessLogSubscription
    Properties:
      ResourceIdentifier: !Ref Site
      DestinationArn: arn:aws:logs:us-east-1:123456789012:log-group:audit
""",
    right="""\
Resources:
  Site:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: site
  AccessLogs:
    Type: AWS::VpcLattice::AccessLogSubscription
    Properties:
      ResourceIdentifier: !Ref Site
      DestinationArn: arn:aws:logs:us-east-1:123456789012:log-group:site
  AuditLogs:
    Type: AWS::VpcLattice::AccessLogSubscription
    Properties:
      ResourceIdentifier: !Ref Site
      DestinationArn: arn:aws:s3:::audit
""",
    check=_check,
)
