"""Stacks are updated as CloudFormation updates them: in place, by replacement, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.cloud.stacks.cloud import Cloud, template
from tests.unit.cloud.stacks.web import NOT_FOUND, V2, forward, path, web


@pytest.fixture
def deployed(cloud: Cloud) -> Cloud:
    """A cloud whose stack ``app`` stands."""
    assert cloud.create(web()) == "CREATE_COMPLETE"
    return cloud


@pytest.mark.parametrize(
    ("change", "member", "value"),
    [
        ({"Rule_Match": path("/new")}, "match", "/new"),
        ({"Rule_Action": forward(Blue=50, Green=50)}, "action", "'weight': 50"),
        ({"Rule_Priority": "20"}, "priority", "20"),
    ],
)
def test_a_rule_is_updated_in_place(deployed: Cloud, change: dict[str, Any], member: str, value: str) -> None:
    before = deployed.only("rules")
    assert deployed.update(web(**change)) == "UPDATE_COMPLETE"
    after = deployed.only("rules")
    assert after["arn"] == before["arn"]
    assert value in str(after[member])


def test_a_new_event_version_replaces_the_group_and_updates_who_forwards_to_it(deployed: Cloud) -> None:
    before = set(deployed.control_plane.records.target_groups)
    assert deployed.update(web(Blue_Config={"LambdaEventStructureVersion": "V1"})) == "UPDATE_COMPLETE"
    groups = deployed.control_plane.records.target_groups
    (new,) = set(groups) - before
    assert len(groups) == 2
    assert groups[new]["id"] in str(deployed.only("listeners")["defaultAction"])
    assert groups[new]["id"] in str(deployed.only("rules")["action"])
    assert deployed.events().index("Rule UPDATE_COMPLETE") < deployed.events().index(
        "Blue DELETE_IN_PROGRESS"
    )


def test_another_name_replaces_a_service_and_all_that_belongs_to_it(cloud: Cloud) -> None:
    nothing = {"Listener_DefaultAction": NOT_FOUND, "Rule_Action": NOT_FOUND}
    cloud.create(web(**nothing))
    before = cloud.only("services"), cloud.only("listeners"), cloud.only("rules")
    assert cloud.update(web(Web_Name="shop", **nothing)) == "UPDATE_COMPLETE"
    after = cloud.only("services"), cloud.only("listeners"), cloud.only("rules")
    assert cloud.names("services") == ["shop"]
    assert not {one["arn"] for one in before} & {one["arn"] for one in after}


def test_another_name_fails_where_a_group_would_belong_to_two_services(deployed: Cloud) -> None:
    assert deployed.update(web(Web_Name="shop")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "has been associated with other services" in deployed.reasons()["Listener"]
    assert deployed.names("services") == ["web"]


def test_a_group_with_a_name_of_its_own_cannot_be_replaced(deployed: Cloud) -> None:
    deployed.update(web(Blue_Name="blue"))
    changed = web(Blue_Name="blue", Blue_Config={"LambdaEventStructureVersion": "V1"})
    assert deployed.update(changed) == "UPDATE_ROLLBACK_COMPLETE"
    assert "blue" in deployed.reasons()["Blue"]
    assert deployed.names("target_groups")[1:] == ["blue"]


def test_what_the_template_no_longer_has_is_deleted(deployed: Cloud) -> None:
    resources = web(Listener_DefaultAction=forward(Blue=1))
    del resources["Rule"], resources["Green"]
    assert deployed.update(resources) == "UPDATE_COMPLETE"
    assert not deployed.control_plane.records.rules
    assert len(deployed.control_plane.records.target_groups) == 1
    assert deployed.events().index("Rule DELETE_COMPLETE") < deployed.events().index("Green DELETE_COMPLETE")


def test_targets_are_registered_and_deregistered(deployed: Cloud) -> None:
    arn = "arn:aws:lambda:ap-northeast-1:123456789012:function:"
    for name in ("one", "two"):
        deployed.update(web(Blue_Targets=[{"Id": arn + name}]))
        (targets,) = [each for each in deployed.control_plane.records.targets.values() if each]
        assert [target["id"] for target in targets] == [arn + name]


def test_tags_are_changed_and_removed(deployed: Cloud) -> None:
    arn = deployed.only("services")["arn"]
    for tags in ({"a": "1", "b": "2"}, {"b": "3"}):
        deployed.update(web(Web_Tags=[{"Key": key, "Value": value} for key, value in tags.items()]))
        assert deployed.call("ListTagsForResource", resourceArn=arn)["tags"] == tags


@pytest.mark.parametrize(
    ("change", "failed", "reason"),
    [
        ({"Rule_Priority": "soon"}, "Rule", "expected type: Integer"),
        (
            {
                "Rule_Action": {
                    "Forward": {"TargetGroups": [{"TargetGroupIdentifier": "tg-0123456789abcdefg"}]}
                }
            },
            "Rule",
            "tg-0123456789abcdefg",
        ),
        (
            {"Listener_ServiceIdentifier": {"Ref": "AWS::NoValue"}},
            "Listener",
            "ServiceIdentifier cannot be empty",
        ),
        ({"Web_AuthType": "BASIC"}, "Web", "BASIC"),
    ],
)
def test_a_failed_update_takes_everything_back(
    deployed: Cloud, change: dict[str, Any], failed: str, reason: str
) -> None:
    before = deployed.control_plane.snapshot()
    also = {"Web_IdleTimeoutSeconds": 120, "Blue_Config": {"LambdaEventStructureVersion": "V1"}}
    resources = web(**{**also, **change})
    resources["New"] = ("TargetGroup", {"Type": "LAMBDA", "Config": V2})
    assert deployed.update(resources) == "UPDATE_ROLLBACK_COMPLETE"
    assert reason in deployed.reasons()[failed]
    after = deployed.control_plane.snapshot()
    assert after.target_groups == before.target_groups
    assert deployed.only("services")["idleTimeoutSeconds"] == 60
    assert deployed.only("rules")["action"] == next(iter(before.rules.values()))["action"]


def test_a_stack_that_was_rolled_back_can_be_updated(deployed: Cloud) -> None:
    deployed.update(web(Rule_Priority="soon"))
    assert deployed.update(web(Rule_Priority=30)) == "UPDATE_COMPLETE"
    assert deployed.only("rules")["priority"] == 30


def test_a_stack_whose_creation_was_rolled_back_cannot_be_updated(cloud: Cloud) -> None:
    cloud.create(web(Web_AuthType="BASIC"))
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        cloud.update(web())


def test_the_same_template_again_is_no_update(deployed: Cloud) -> None:
    with pytest.raises(ClientError, match="No updates are to be performed"):
        deployed.update(web())


def test_conditions_let_resources_appear_and_disappear(cloud: Cloud) -> None:
    resources = web()
    resources["Rule"] = (*resources["Rule"], {"Condition": "HasRule"})
    parts: dict[str, Any] = {
        "Parameters": {"Rules": {"Type": "String", "Default": "no"}},
        "Conditions": {"HasRule": {"Fn::Equals": [{"Ref": "Rules"}, "yes"]}},
    }
    cloud.create(resources, **parts)
    for given, count in (("yes", 1), ("no", 0)):
        cloud.update(resources, **parts, Given={"Rules": given})
        assert len(cloud.control_plane.records.rules) == count


def test_a_retained_resource_stays_when_it_is_replaced_or_removed(cloud: Cloud) -> None:
    keep = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    cloud.create({"Web": ("Service", {"Name": "one"}, keep), "Other": ("Service", {"Name": "other"})})
    cloud.update({"Web": ("Service", {"Name": "two"}, keep), "Other": ("Service", {"Name": "other"})})
    cloud.update({"Other": ("Service", {"Name": "other"})})
    assert cloud.names("services") == ["one", "other", "two"]


def test_a_change_set_says_what_it_would_do(deployed: Cloud) -> None:
    body = template(web(Rule_Priority=11, Blue_Tags=[{"Key": "a", "Value": "b"}]))
    deployed.client.create_change_set(
        StackName="app", ChangeSetName="next", ChangeSetType="UPDATE", TemplateBody=body
    )
    changes = deployed.client.describe_change_set(StackName="app", ChangeSetName="next")["Changes"]
    listed = [(c["ResourceChange"]["Action"], c["ResourceChange"]["LogicalResourceId"]) for c in changes]
    assert listed == [("Modify", "Blue"), ("Modify", "Rule")]
    assert deployed.only("rules")["priority"] == 10


def test_a_change_set_without_changes_fails_and_cannot_be_executed(deployed: Cloud) -> None:
    deployed.client.create_change_set(
        StackName="app", ChangeSetName="same", ChangeSetType="UPDATE", TemplateBody=template(web())
    )
    described = deployed.client.describe_change_set(StackName="app", ChangeSetName="same")
    assert described["Status"] == "FAILED"
    assert "didn't contain changes" in described["StatusReason"]
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        deployed.client.execute_change_set(StackName="app", ChangeSetName="same")


def test_change_sets_of_two_stacks_may_have_one_name(cloud: Cloud) -> None:
    for name in ("one", "two"):
        body = template({"Web": ("Service", {"Name": name})})
        cloud.client.create_change_set(
            StackName=name, ChangeSetName="cs", ChangeSetType="CREATE", TemplateBody=body
        )
    described = cloud.client.describe_change_set(StackName="one", ChangeSetName="cs")
    assert described["StackName"] == "one"
    cloud.client.delete_change_set(StackName="two", ChangeSetName="cs")
    cloud.client.execute_change_set(StackName="one", ChangeSetName="cs")
    assert cloud.names("services") == ["one"]
    assert not cloud.client.list_change_sets(StackName="two")["Summaries"]
    with pytest.raises(ClientError, match="ChangeSetNotFound"):
        cloud.client.describe_change_set(StackName="two", ChangeSetName="cs")


def test_a_change_set_that_is_not_there_is_deleted(deployed: Cloud) -> None:
    deployed.client.delete_change_set(StackName="app", ChangeSetName="none")


def test_a_previous_value_that_was_the_default_is_no_change(cloud: Cloud) -> None:
    parts: dict[str, Any] = {"Parameters": {"Name": {"Type": "String", "Default": "web"}}}
    body = template({"Web": ("Service", {"Name": {"Ref": "Name"}})}, **parts)
    cloud.client.create_stack(StackName="app", TemplateBody=body)
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloud.client.update_stack(
            StackName="app",
            TemplateBody=body,
            Parameters=[{"ParameterKey": "Name", "UsePreviousValue": True}],
        )
