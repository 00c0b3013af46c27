"""Where access logs go."""

from __future__ import annotations

from pathlib import Path

import pytest

from lattice_events.checks.rule import Edit
from tests.checking import codes_of, findings_in

LOGS = """\
Parameters:
  Given: {Type: String}
Resources:
  Network: {Type: AWS::VpcLattice::ServiceNetwork, Properties: {Name: web}}
  Group: {Type: AWS::Logs::LogGroup}
  Bucket: {Type: AWS::S3::Bucket}
  Stream: {Type: AWS::KinesisFirehose::DeliveryStream}
  Made: {Type: Custom::Destination, Properties: {ServiceToken: x}}
"""


def subscription(name: str, destination: str, more: str = "") -> str:
    return f"  {name}: {{Type: AWS::VpcLattice::AccessLogSubscription, Properties: {{ResourceIdentifier: !Ref Network, DestinationArn: {destination}{more}}}}}\n"


@pytest.mark.parametrize(
    ("destination", "found"),
    [
        ("!GetAtt Group.Arn", []),
        ("!GetAtt Bucket.Arn", []),
        ("!GetAtt Stream.Arn", []),
        ("!Sub 'arn:${AWS::Partition}:s3:::${Bucket}'", []),
        ("!Sub 'arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/vendedlogs/web:*'", []),
        ("arn:aws-cn:firehose:cn-north-1:123456789012:deliverystream/web", []),
        ("!Ref Given", []),
        ("!Ref Made", []),
        ("!GetAtt Made.Arn", []),
        ("!Ref Group", ["LTC410"]),
        ("!Ref Bucket", ["LTC410"]),
        ("!Ref Stream", ["LTC410"]),
        ("/aws/vendedlogs/web", ["LTC410"]),
        ("arn:aws:kinesis:us-east-1:123456789012:stream/web", ["LTC410"]),
    ],
)
def test_a_destination_is_the_arn_of_what_takes_access_logs(
    destination: str, found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateAccessLogSubscription.html"""
    assert codes_of(LOGS + subscription("Logs", destination), tmp_path, "LTC4", "LTC9") == found


@pytest.mark.parametrize(
    ("destination", "more", "found"),
    [
        ("!GetAtt Bucket.Arn", "", []),
        ("!Ref Given", "", []),
        ("!GetAtt Group.Arn", ", ServiceNetworkLogType: RESOURCE", []),
        ("!GetAtt Group.Arn", "", ["LTC413"]),
        ("arn:aws:logs:us-east-1:123456789012:log-group:audit", "", ["LTC413"]),
    ],
)
def test_there_is_one_destination_of_each_kind(
    destination: str, more: str, found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html"""
    first = subscription("Logs", "!GetAtt Group.Arn")

    assert codes_of(LOGS + first + subscription("More", destination, more), tmp_path, "LTC4", "LTC9") == found


def test_the_ref_of_a_log_group_becomes_its_arn(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(LOGS + subscription("Logs", "!Ref Group"))

    (found,) = findings_in(tmp_path / "a.yaml")

    value = {"Fn::GetAtt": ["Group", "Arn"]}
    assert found.edits == (Edit(place=str(found.place), name="DestinationArn", value=value),)
