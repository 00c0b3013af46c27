"""A custom resource is what its function answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from moto import settings
from moto.awslambda.models import LambdaFunction

from lattice_events.cloud.stacks.further.custom import take_answer
from tests.unit.cloud.stacks.cloud import Cloud
from tests.unit.cloud.stacks.test_other_types import function

Event = dict[str, Any]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Event], Event | None]], list[Event]]:
    """Have every function answer so; what they were asked."""

    def answer_by(answer: Callable[[Event], Event | None]) -> list[Event]:
        events: list[Event] = []

        def run(self: Any, event: Event) -> tuple[str, bool, str]:
            events.append(event)
            said = answer(event)
            if said is not None:
                take_answer(
                    SimpleNamespace(
                        body=json.dumps({"RequestId": event["RequestId"], "Status": "SUCCESS", **said})
                    )
                )
            return "null", said is None, ""

        monkeypatch.setattr(LambdaFunction, "_invoke_lambda", run)
        monkeypatch.setattr(settings, "moto_server_host", lambda: "http://127.0.0.1")  # else moto asks Docker
        return events

    return answer_by


def resources(**properties: Any) -> dict[str, Any]:
    """A custom resource, and a service that is called by its answer."""
    token = {"Fn::GetAtt": ["Hello", "Arn"]}
    return {
        **function(),
        "It": ("Custom::It", {"ServiceToken": token, **properties}),
        "Web": ("Service", {"Name": {"Fn::GetAtt": ["It", "Name"]}}),
    }


def test_what_the_function_answers_are_its_attributes(cloud: Cloud, asked: Any) -> None:
    events = asked(
        lambda event: {"PhysicalResourceId": "it-1", "Data": {"Name": event["ResourceProperties"]["N"]}}
    )
    assert cloud.create(resources(N="web", Count=2, Flag=True)) == "CREATE_COMPLETE"
    assert cloud.names("services") == ["web"]
    assert events[0]["ResourceProperties"] == {
        "ServiceToken": events[0]["ServiceToken"],
        "N": "web",
        "Count": "2",
        "Flag": "true",
    }
    assert events[0]["ResponseURL"].startswith("http")


def test_another_physical_id_after_an_update_deletes_the_old(cloud: Cloud, asked: Any) -> None:
    events = asked(
        lambda event: {"PhysicalResourceId": event["ResourceProperties"]["N"], "Data": {"Name": "web"}}
    )
    cloud.create(resources(N="one"))
    cloud.update(resources(N="two"))
    cloud.client.delete_stack(StackName="app")
    said = [(event["RequestType"], event.get("PhysicalResourceId")) for event in events]
    assert said == [("Create", None), ("Update", "one"), ("Delete", "one"), ("Delete", "two")]
    assert events[1]["OldResourceProperties"]["N"] == "one"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"Status": "FAILED", "Reason": "too hot", "PhysicalResourceId": "it"}, "custom resource: too hot"),
        (None, "without an answer to its ResponseURL"),
    ],
)
def test_a_function_that_fails_fails_the_resource(
    cloud: Cloud, asked: Any, answer: Event | None, reason: str
) -> None:
    asked(lambda event: answer)
    assert cloud.create(resources()) == "ROLLBACK_COMPLETE"
    assert reason in cloud.reasons()["It"]
    assert not cloud.control_plane.records.services


def test_other_stacks_go_on_while_a_function_runs(cloud: Cloud, asked: Any) -> None:
    def answer(event: Event) -> Event:
        with ThreadPoolExecutor() as other:
            made = other.submit(cloud.create, {"Other": ("Service", {"Name": "other"})}, name="other")
            assert made.result() == "CREATE_COMPLETE"
        return {"PhysicalResourceId": "it", "Data": {"Name": "web"}}

    asked(answer)
    assert cloud.create(resources()) == "CREATE_COMPLETE"
    assert cloud.names("services") == ["other", "web"]


def test_a_stack_that_waits_for_a_function_cannot_be_changed(cloud: Cloud, asked: Any) -> None:
    refused = []

    def answer(event: Event) -> Event:
        for change in (lambda: cloud.update(resources()), lambda: cloud.client.delete_stack(StackName="app")):
            with pytest.raises(Exception, match="is in CREATE_IN_PROGRESS state") as error:
                change()
            refused.append(error)
        return {"PhysicalResourceId": "it", "Data": {"Name": "web"}}

    asked(answer)
    assert cloud.create(resources()) == "CREATE_COMPLETE"
    assert len(refused) == 2
