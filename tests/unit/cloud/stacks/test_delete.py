"""Stacks are deleted with what they made."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.unit.cloud.stacks.cloud import Cloud, template
from tests.unit.cloud.stacks.web import web


def test_everything_goes_the_last_made_first(cloud: Cloud) -> None:
    cloud.create(web())
    stack_id = cloud.stack()["StackId"]
    cloud.client.delete_stack(StackName="app")
    assert cloud.status(stack_id) == "DELETE_COMPLETE"
    events = cloud.events(stack_id)
    assert events.index("Rule DELETE_COMPLETE") < events.index("Listener DELETE_COMPLETE")
    assert events.index("Listener DELETE_COMPLETE") < events.index("Web DELETE_COMPLETE")
    assert not cloud.control_plane.records.services


def test_what_somebody_else_needs_makes_the_deletion_fail_until_it_is_free(cloud: Cloud) -> None:
    cloud.create(web())
    network = cloud.call("CreateServiceNetwork", name="net")["arn"]
    service = cloud.only("services")["arn"]
    association = cloud.call(
        "CreateServiceNetworkServiceAssociation",
        serviceIdentifier=service,
        serviceNetworkIdentifier=network,
    )["arn"]
    cloud.client.delete_stack(StackName="app")
    assert cloud.status() == "DELETE_FAILED"
    assert "associated" in cloud.reasons()["Web"]
    cloud.call(
        "DeleteServiceNetworkServiceAssociation", serviceNetworkServiceAssociationIdentifier=association
    )
    cloud.client.delete_stack(StackName="app")
    assert not cloud.control_plane.records.services


def test_what_was_deleted_by_hand_is_fine(cloud: Cloud) -> None:
    cloud.create(web())
    cloud.call(
        "DeleteRule",
        serviceIdentifier=cloud.only("services")["id"],
        listenerIdentifier=cloud.only("listeners")["id"],
        ruleIdentifier=cloud.only("rules")["id"],
    )
    stack_id = cloud.stack()["StackId"]
    cloud.client.delete_stack(StackName="app")
    assert cloud.status(stack_id) == "DELETE_COMPLETE"


def test_a_stack_that_is_protected_stays(cloud: Cloud) -> None:
    cloud.client.create_stack(StackName="app", TemplateBody=template(web()), EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloud.client.delete_stack(StackName="app")
