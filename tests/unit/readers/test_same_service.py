"""One service, written with SAM, CDK, Terraform and Serverless: the same network, the same answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lattice_events.network.model import Function, Network
from lattice_events.readers.project import Project
from tests.unit.readers.test_cases import action_in_words, match_in_words
from tests.unit.readers.test_corpus import CORPUS, load, seen

FORMS = sorted(path.name for path in (CORPUS / "same").iterdir())


def in_form(form: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, dict[str, Any]]:
    """The service as one form has it, with its case."""
    monkeypatch.chdir(CORPUS / "same" / form)
    case: dict[str, Any] = json.loads(Path("case.json").read_text())
    project = load(case["paths"], case)
    assert isinstance(project, Project)
    return project, case


def function(each: Function) -> dict[str, Any]:
    """What a function is to its users: its handler's code, and how it runs."""
    module, _, name = each.handler.rpartition(".")
    return {
        "source": (Path(each.code) / f"{module}.py").read_text(),
        "handler": name,
        "runtime": each.runtime,
        "timeout": each.timeout_seconds,
        "memory": each.memory_mb,
        "environment": dict(each.environment),
    }


def named(network: Network) -> Mapping[str, Any]:
    """What users call the same: everything but the ids, which are made of a stack's names."""
    (own,) = network.service_networks
    (service,) = network.services
    ids = {own.arn: own.name, service.arn: service.name}
    return {
        "network": (own.name, own.auth_type, own.auth_policy, own.vpc_ids),
        "service": (service.name, service.auth_type, service.auth_policy, service.custom_domain_name),
        "networks of the service": [ids[arn] for arn in service.service_network_arns],
        "listeners": [
            (each.name, each.protocol, each.port, action_in_words(each.default_action, network))
            for each in service.listeners
        ],
        "rules": [
            (rule.name, rule.priority, match_in_words(rule.match), action_in_words(rule.action, network))
            for each in service.listeners
            for rule in each.rules
        ],
        "groups": [
            (each.name, each.type, each.event_version, len(each.targets)) for each in network.target_groups
        ],
        "functions": {each.name: function(each) for each in network.functions},
        "callers": {each.name: (each.caller.arn, each.caller.role_arn) for each in network.principals},
    }


def test_every_form_is_there() -> None:
    assert FORMS == ["cdk", "sam", "serverless", "terraform"]


@pytest.mark.parametrize("form", FORMS)
def test_a_form_gives_the_network_that_sam_gives(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = named(in_form("sam", monkeypatch)[0].network)

    assert named(in_form(form, monkeypatch)[0].network) == expected


@pytest.mark.parametrize("form", FORMS)
def test_a_form_gives_the_verdicts_that_sam_gives(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = seen(*in_form("sam", monkeypatch))["verdicts"]

    assert len(expected) >= 5
    assert seen(*in_form(form, monkeypatch))["verdicts"] == expected
