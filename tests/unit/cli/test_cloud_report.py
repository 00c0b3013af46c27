"""What `lattice cloud` prints of what is deployed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lattice_events.cli.cloud_network import Changes
from lattice_events.cli.cloud_report import CloudReady, Deployed
from lattice_events.cli.printer import HumanPrinter, JsonPrinter, choose_printer
from lattice_events.cloud.endpoint.calls import ApiCall
from lattice_events.network.model import Service
from tests.networks import network, service
from tests.unit.cli.test_printer import READY

CALL = ApiCall(
    service="vpc-lattice", operation="CreateService", status=409, duration_ms=3.2, reason="taken\x07"
)
ENVIRONMENT = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9000", "AWS_REGION": "eu-west-1"}


def test_the_banner_has_what_to_copy(capsys: pytest.CaptureFixture[str]) -> None:
    cloud = CloudReady(
        ready=READY, endpoint_url="http://127.0.0.1:9000", environment=ENVIRONMENT, state="/home/me/state"
    )
    HumanPrinter().write([cloud])

    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert [f"export {name}={value}" for name, value in ENVIRONMENT.items()] == lines[2:4]
    assert lines[4] == "state     /home/me/state"
    assert any(line.startswith("foo  https://foo-") for line in lines)


def test_a_name_that_two_regions_have_is_no_url(capsys: pytest.CaptureFixture[str]) -> None:
    foo, other = (
        service("foo"),
        service("foo", arn="arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-1"),
    )
    HumanPrinter().write(
        [Deployed(ready=replace(READY, network=network(foo, other)), services=[foo], stacks={})]
    )

    assert "curl" not in capsys.readouterr().out


def test_scripts_read_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    JsonPrinter().write([CloudReady(ready=READY, endpoint_url="http://x", environment=ENVIRONMENT)])

    told = json.loads(capsys.readouterr().out)
    assert (told["event"], told["endpoint_url"], told["environment"]) == ("ready", "http://x", ENVIRONMENT)
    assert told["state"] is None
    assert [each["name"] for each in told["services"]] == ["foo"]


def test_a_call_is_a_line_that_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    HumanPrinter().write([CALL])

    assert capsys.readouterr().out == "API    vpc-lattice CreateService 409 3 ms\n       taken?\n"


def test_a_deploy_says_what_is_new(capsys: pytest.CaptureFixture[str]) -> None:
    stacks = {("eu-west-1", "sample"): "CREATE_COMPLETE"}
    changes = Changes(lambda: dict(stacks))
    first = changes.of(READY, ["a note"])
    nothing = changes.of(READY, ["a note"])
    stacks["eu-west-1", "sample"] = "UPDATE_COMPLETE"
    last = changes.of(replace(READY, network=network(service("bar"))), [])

    assert (names(first.services), first.stacks, first.notes) == (
        ["foo"],
        {"sample": "CREATE_COMPLETE"},
        ["a note"],
    )
    assert (nothing.services, nothing.gone, nothing.stacks, nothing.notes) == ([], [], {}, [])
    HumanPrinter().write([last])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "STACK  sample UPDATE_COMPLETE"
    assert lines[1].startswith("bar  https://bar-")
    assert lines[3:] == ["foo  is gone"]


def names(services: object) -> list[str]:
    assert isinstance(services, list)
    return [each.name for each in services if isinstance(each, Service)]


def test_a_quiet_cloud_tells_of_deploys_and_of_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    printer = choose_printer(as_json=True, is_quiet=True)
    printer.write([CALL, replace(CALL, status=500), Deployed(ready=READY, stacks={})])

    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events == ["api", "deployed"]
