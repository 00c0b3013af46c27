"""Stacks are created with everything that their templates ask for, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.cloud.stacks.cloud import Cloud
from tests.unit.cloud.stacks.web import web

WEB: dict[str, Any] = {
    "Listener": (
        "Listener",
        {
            "ServiceIdentifier": {"Ref": "Web"},
            "Protocol": "HTTP",
            "DefaultAction": {"Forward": {"TargetGroups": [{"TargetGroupIdentifier": {"Ref": "Group"}}]}},
        },
    ),
    "Group": ("TargetGroup", {"Type": "LAMBDA", "Config": {"LambdaEventStructureVersion": "V2"}}),
    "Web": ("Service", {"Name": "web", "Tags": [{"Key": "team", "Value": "shop"}]}),
}


def test_what_a_template_asks_for_stands(cloud: Cloud) -> None:
    assert cloud.create(WEB) == "CREATE_COMPLETE"
    listener, group = cloud.only("listeners"), cloud.only("target_groups")
    assert listener["serviceArn"] == cloud.only("services")["arn"]
    assert listener["defaultAction"]["forward"]["targetGroups"][0]["targetGroupIdentifier"] == group["id"]
    assert cloud.call("ListTagsForResource", resourceArn=cloud.only("services")["arn"])["tags"] == {
        "team": "shop"
    }


def test_a_resource_comes_after_those_that_it_refers_to(cloud: Cloud) -> None:
    cloud.create(WEB)
    events = cloud.events()
    assert events.index("Listener CREATE_IN_PROGRESS") > events.index("Web CREATE_COMPLETE")
    assert events.index("Listener CREATE_IN_PROGRESS") > events.index("Group CREATE_COMPLETE")
    assert (events[0], events[-1]) == ("app CREATE_IN_PROGRESS", "app CREATE_COMPLETE")


def test_ref_gives_the_arn_and_get_att_the_attributes(cloud: Cloud) -> None:
    outputs = {
        "Ref": {"Value": {"Ref": "Web"}},
        "Host": {"Value": {"Fn::GetAtt": ["Web", "DnsEntry.DomainName"]}},
        "Url": {"Value": {"Fn::Sub": "https://${Web.DnsEntry.DomainName}/${!literal}"}},
    }
    cloud.create({"Web": WEB["Web"]}, Outputs=outputs)
    service = cloud.only("services")
    host = service["dnsEntry"]["domainName"]
    assert cloud.outputs() == {"Ref": service["arn"], "Host": host, "Url": f"https://{host}/${{literal}}"}


def test_a_resource_without_a_name_gets_one_that_is_unique(cloud: Cloud) -> None:
    cloud.create({"MyGroup": WEB["Group"], "Other": WEB["Group"]})
    names = cloud.names("target_groups")
    assert [name.rpartition("-")[0] for name in names] == ["app-mygroup", "app-other"]
    assert names[0][-12:] != names[1][-12:]


def test_targets_are_registered(cloud: Cloud) -> None:
    targets = [{"Id": "arn:aws:lambda:ap-northeast-1:123456789012:function:hello"}]
    assert (
        cloud.create({"Group": ("TargetGroup", {"Type": "LAMBDA", "Targets": targets})}) == "CREATE_COMPLETE"
    )
    group = cloud.only("target_groups")
    listed = cloud.call("ListTargets", targetGroupIdentifier=group["arn"])["items"]
    assert [target["id"] for target in listed] == [targets[0]["Id"]]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Nmae": "web"}, "#: extraneous key [Nmae] is not permitted"),
        ({"Name": ["web"]}, "#/Name: expected type: String, found: list ['web']"),
        ({"IdleTimeoutSeconds": "soon"}, "#/IdleTimeoutSeconds: expected type: Integer, found: str 'soon'"),
        ({"Name": "svc-web"}, "svc-"),
        ({"AuthType": "BASIC"}, "BASIC"),
    ],
)
def test_wrong_properties_fail_the_resource_with_the_reason(
    cloud: Cloud, properties: dict[str, Any], reason: str
) -> None:
    assert cloud.create({"Web": ("Service", properties)}) == "ROLLBACK_COMPLETE"
    assert reason in cloud.reasons()["Web"]


@pytest.mark.parametrize(
    ("name", "missing"),
    [("Listener", "ServiceIdentifier"), ("Rule", "ServiceIdentifier"), ("Rule", "ListenerIdentifier")],
)
def test_what_has_no_parent_fails_with_the_reason(cloud: Cloud, name: str, missing: str) -> None:
    resources = web()
    del resources[name][1][missing]
    assert cloud.create(resources) == "ROLLBACK_COMPLETE"
    assert f"{missing} cannot be empty" in cloud.reasons()[name]


def test_a_failure_takes_everything_back(cloud: Cloud) -> None:
    broken = {**WEB, "Same": ("Service", {"Name": "web"}, {"DependsOn": "Listener"})}
    assert cloud.create(broken) == "ROLLBACK_COMPLETE"
    assert cloud.stack()["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "web" in cloud.reasons()["Same"]
    assert not cloud.control_plane.records.services
    assert not cloud.control_plane.records.target_groups


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ({"Web": ("Service", {"Name": {"Ref": "Gone"}})}, r"Unresolved resource dependencies \[Gone\]"),
        (
            {
                "A": ("Service", {"Name": {"Fn::GetAtt": ["B", "Id"]}}),
                "B": ("Service", {"Name": {"Fn::Sub": "${A.Id}"}}),
            },
            r"Circular dependency between resources: \[A, B\]",
        ),
    ],
)
def test_a_template_that_cannot_be_ordered_is_refused(
    cloud: Cloud, resources: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        cloud.create(resources)


def test_an_attribute_that_a_type_does_not_have_fails_the_resource(cloud: Cloud) -> None:
    wrong = {**WEB, "Other": ("Service", {"Name": {"Fn::GetAtt": ["Web", "Url"]}})}
    assert cloud.create(wrong) == "ROLLBACK_COMPLETE"
    assert "Web does not support attribute type Url" in cloud.reasons()["Other"]
