"""What a stack exports, others import; and nobody takes it away from them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cloud.stacks.cloud import Cloud, template

NETWORK: dict[str, Any] = {"Net": ("ServiceNetwork", {"Name": "net"})}
SHARED = {"Net": {"Value": {"Ref": "Net"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-arn"}}}}
USER = {
    "Web": ("Service", {"Name": "web"}),
    "On": (
        "ServiceNetworkServiceAssociation",
        {"ServiceIdentifier": {"Ref": "Web"}, "ServiceNetworkIdentifier": {"Fn::ImportValue": "base-arn"}},
    ),
}


@pytest.fixture
def base(cloud: Cloud) -> Cloud:
    """A cloud with a stack ``base`` that exports a network, and a stack ``app`` that imports it."""
    cloud.create(NETWORK, name="base", Outputs=SHARED)
    assert cloud.create(USER) == "CREATE_COMPLETE"
    return cloud


def test_an_export_is_imported(base: Cloud) -> None:
    assert base.only("service_associations")["serviceNetworkArn"] == base.only("service_networks")["arn"]
    assert [export["Name"] for export in base.client.list_exports()["Exports"]] == ["base-arn"]


def test_an_export_is_imported_by_a_change_set(cloud: Cloud) -> None:
    cloud.create(NETWORK, name="base", Outputs=SHARED)
    cloud.client.create_change_set(
        StackName="app", ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=template(USER)
    )
    assert cloud.status() == "REVIEW_IN_PROGRESS"
    cloud.client.execute_change_set(StackName="app", ChangeSetName="first")
    assert cloud.status() == "CREATE_COMPLETE"


def test_an_export_that_is_not_there_fails_the_resource(cloud: Cloud) -> None:
    assert cloud.create(USER) == "ROLLBACK_COMPLETE"
    assert "No export named base-arn found" in cloud.reasons()["On"]


def test_an_export_in_use_cannot_be_deleted(base: Cloud) -> None:
    base.client.delete_stack(StackName="base")
    assert base.status("base") == "DELETE_FAILED"
    assert "in use by app" in base.stack("base")["StackStatusReason"]
    base.client.delete_stack(StackName="app")
    base.client.delete_stack(StackName="base")
    assert not base.control_plane.records.service_networks


def test_an_export_in_use_cannot_change(base: Cloud) -> None:
    assert (
        base.update({"Net": ("ServiceNetwork", {"Name": "other"})}, name="base", Outputs=SHARED)
        == "UPDATE_ROLLBACK_COMPLETE"
    )
    assert base.names("service_networks") == ["net"]


def test_a_name_is_exported_once(base: Cloud) -> None:
    again = {"Other": {"Value": "x", "Export": {"Name": "base-arn"}}}
    assert (
        base.create({"More": ("Service", {"Name": "more"})}, name="more", Outputs=again)
        == "ROLLBACK_COMPLETE"
    )
    assert "more" not in base.names("services")


def test_a_stack_that_was_rolled_back_exports_nothing(cloud: Cloud) -> None:
    broken = {**NETWORK, "Bad": ("Service", {"AuthType": "BASIC"})}
    cloud.create(broken, name="base", Outputs=SHARED)
    assert not cloud.client.list_exports()["Exports"]
