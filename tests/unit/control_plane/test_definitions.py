"""Records of definitions as people have them (tests/cases/corpus): as the API would answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from lattice_events.cloud.model.constraints import problems
from lattice_events.cloud.model.service import operation_model
from lattice_events.control_plane.from_network import from_network
from lattice_events.control_plane.records import Document, Records
from lattice_events.control_plane.sayable import sayable
from lattice_events.control_plane.to_network import to_network
from lattice_events.network.model import FixedResponseAction, HttpTarget, Network, TargetGroup
from lattice_events.readers.project import Project
from tests.conftest import examples
from tests.networks import http_group, network, rule, service
from tests.networks import listener as listener_of
from tests.unit.control_plane.strategies import networks
from tests.unit.control_plane.test_mapping import NOW, network_of
from tests.unit.readers.test_corpus import CASES, CORPUS, load

OPERATIONS = {
    "service_networks": "GetServiceNetwork",
    "services": "GetService",
    "listeners": "GetListener",
    "rules": "GetRule",
    "target_groups": "GetTargetGroup",
    "service_associations": "GetServiceNetworkServiceAssociation",
    "vpc_associations": "GetServiceNetworkVpcAssociation",
    "auth_policies": "GetAuthPolicy",
}


def answers(records: Records) -> Iterator[tuple[str, Document]]:
    """Every document, and the operation that answers it."""
    for name, operation in OPERATIONS.items():
        yield from ((operation, document) for document in getattr(records, name).values())
    yield from (("ListTargets", {"items": targets}) for targets in records.targets.values())


def wrong(records: Records) -> list[Any]:
    """What the API's model does not allow; ids of VPCs are the users' own."""
    found = []
    for operation, document in answers(records):
        shape = operation_model(operation).output_shape
        assert shape is not None
        found += [each for each in problems(shape, document) if each.path != "vpcId"]
    return found


@pytest.fixture(params=CASES, ids=lambda path: path.relative_to(CORPUS).as_posix())
def defined(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Network:
    """The network of a case; that of one with problems is empty."""
    monkeypatch.chdir(request.param)
    case = json.loads(Path("case.json").read_text())
    project = load(case["paths"], case)
    return project.network if isinstance(project, Project) else Network(region="us-east-1", account="1" * 12)


def test_every_definition_has_records_that_mean_it_and_are_valid(defined: Network) -> None:
    records = from_network(defined, now=NOW)
    expected = replace(sayable(defined), functions=(), principals=())

    assert network_of(to_network(records), defined) == expected
    assert wrong(records) == []


@examples(200)
@given(networks())
def test_what_the_api_can_say_stays_as_it_is_and_its_records_are_valid(defined: Network) -> None:
    assert sayable(defined) == defined
    assert wrong(from_network(defined, now=NOW)) == []


def test_names_and_arns_that_the_api_does_not_take_are_replaced() -> None:
    odd = listener_of(FixedResponseAction(status=404), rule(1, {"exact": "/"}), rule(2, {"exact": "/a"}))
    (shop,) = sayable(network(service(listeners=(odd,)))).services
    (listener,) = shop.listeners

    assert (listener.name, listener.arn) == ("https-443", f"{shop.arn}/listener/443")
    assert [each.arn for each in listener.rules] == [f"{listener.arn}/rule/1", f"{listener.arn}/rule/2"]
    assert all(each.name.startswith("rule") and len(each.name) == 21 for each in listener.rules)


def test_a_group_that_is_known_by_its_id_only_has_a_name_of_its_own() -> None:
    known = TargetGroup(name="tg-1", arn="tg-1", type="IP", targets=())
    (group,) = sayable(network(service(listeners=()), groups=(known,))).target_groups

    assert (group.name[:2], len(group.name)) == ("tg", 19)
    assert ":targetgroup/tg-" in group.arn


def test_targets_have_ports_and_one_protocol_and_a_place_that_only_a_run_has_is_none() -> None:
    urls = ("http://127.0.0.1:$PORT", "http://pods", "https://127.0.0.1:1", "http://[::1]:2")
    (group,) = sayable(network(service(listeners=()), groups=(http_group(*urls),))).target_groups

    assert group.targets == (HttpTarget(url="http://pods:80"), HttpTarget(url="http://[::1]:2"))
