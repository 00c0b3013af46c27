from __future__ import annotations

from typing import Any

import pytest

from lattice_events.definitions.mentions import Mention, mentions


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param({"Ref": "Group"}, [Mention("Group")], id="Ref"),
        pytest.param({"Fn::GetAtt": ["Group", "Arn"]}, [Mention("Group", "Arn")], id="Fn::GetAtt"),
        pytest.param({"Fn::GetAtt": "Group.Arn"}, [Mention("Group", "Arn")], id="Fn::GetAtt of a text"),
        pytest.param(
            {"Fn::GetAtt": ["Service", "DnsEntry.DomainName"]},
            [Mention("Service", "DnsEntry.DomainName")],
            id="an attribute with a dot",
        ),
        pytest.param(
            {"Fn::GetAtt": ["aws_vpclattice_service.a", "Arn"]},
            [Mention("aws_vpclattice_service.a", "Arn")],
            id="an address of Terraform",
        ),
        pytest.param(
            {"Fn::Sub": "${Group.Arn}/${AWS::Region}/${!Literal}"},
            [Mention("Group", "Arn"), Mention("AWS::Region")],
            id="Fn::Sub",
        ),
        pytest.param(
            {"Fn::Sub": ["${Name}", {"Name": {"Ref": "Service"}}]},
            [Mention("Name"), Mention("Service")],
            id="Fn::Sub with values",
        ),
        pytest.param([{"a": [{"Ref": "Deep"}]}, "text", 1], [Mention("Deep")], id="deep inside"),
        pytest.param({"Fn::GetAtt": [], "Ref": {"Ref": "Inner"}}, [Mention("Inner")], id="odd shapes"),
    ],
)
def test_a_value_mentions_what_its_intrinsics_name(value: Any, found: list[Mention]) -> None:
    assert list(mentions(value)) == found
