"""tests/cases/readers: what sources say, as a network or as problems with their places."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import (
    Action,
    ForwardAction,
    HealthCheck,
    Match,
    Network,
    Principal,
    Service,
    ServiceNetwork,
)
from lattice_events.network.policy import Policy
from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.documents import Document, parse_yaml, parse_yaml_stream
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.common.sources import Context, ReadOptions
from lattice_events.readers.kubernetes.routes import read_manifests
from lattice_events.readers.linking.assemble import assemble
from tests.conftest import examples

CASES = [
    case
    for path in sorted((Path(__file__).parents[2] / "cases" / "readers").glob("*.json"))
    for case in json.loads(path.read_text())
]
REGION, ACCOUNT = "us-west-2", "123456789012"
URLS = {"app": ["http://127.0.0.1:1"]}


def read_files(given: dict[str, Any]) -> list[Fragment]:
    """Read sources: manifests if their name says so, else templates of the stack that their name says."""
    options = ReadOptions(params=given.get("parameters", {}), variables=given.get("variables", {}))
    context = Context(options=options, region=REGION, account=ACCOUNT, target_urls=URLS)
    templates: list[TemplateSource] = []
    fragments = []
    for name, lines in given["files"].items():
        documents = list(parse_yaml_stream("\n".join(lines), name))
        if name.startswith("k8s"):
            fragments.append(read_manifests(documents, region=REGION, account=ACCOUNT, target_urls=URLS))
        else:
            templates += [template_source(document) for document in documents]
    return [*fragments, TemplateSource.read_all(templates, context)]


def template_source(document: Document) -> TemplateSource:
    return TemplateSource(
        origin=document.file,
        template=document.value,
        locate=document.locate,
        folder=Path(),
        stack_name=Path(document.file).stem,
        code=lambda _: "/code",
    )


def read(given: dict[str, Any]) -> dict[str, Any]:
    """What a case's sources become, in few words."""
    try:
        network, notes = assemble(
            read_files(given), region=REGION, account=ACCOUNT, chosen_network=given.get("network")
        )
    except ConfigurationError as error:
        return {"problems": [str(problem) for problem in error.problems]}
    return {**summary(network), "notes": list(notes)}


def summary(network: Network) -> dict[str, Any]:
    """A network in few words."""
    networks = {each.arn: each.name for each in network.service_networks}
    guarded: list[Service | ServiceNetwork] = [*network.service_networks, *network.services]
    return {
        "networks": list(networks.values()),
        "services": {
            each.name: [networks[arn] for arn in each.service_network_arns] for each in network.services
        },
        "domains": [each.custom_domain_name for each in network.services if each.custom_domain_name],
        "vpcs": [vpc for each in network.service_networks for vpc in each.vpc_ids],
        "listeners": [
            f"{service.name} {listener.protocol} {listener.port}"
            for service in network.services
            for listener in service.listeners
        ],
        "rules": [
            f"{rule.priority} {match_in_words(rule.match)} -> {action_in_words(rule.action, network)}"
            for service in network.services
            for listener in service.listeners
            for rule in listener.rules
        ],
        "groups": [f"{each.name} {each.event_version} {len(each.targets)}" for each in network.target_groups],
        "functions": {each.name: dict(each.environment) for each in network.functions},
        "auth": {
            each.name: f"{each.auth_type} {statements_in_words(each.auth_policy) or 'none'}"
            for each in guarded
            if each.auth_type != "NONE"
        },
        "principals": {each.name: principal_in_words(each) for each in network.principals},
        "checks": {
            each.name: check_in_words(each.health_check)
            for each in network.target_groups
            if each.health_check
        },
    }


def statements_in_words(policy: Policy | None) -> str | None:
    return None if policy is None else ", ".join(each.name for each in policy.statements)


def principal_in_words(principal: Principal) -> list[str | None]:
    """ARN, VPC, tags and the statements of its own policies."""
    return [
        principal.caller.arn,
        principal.vpc_arn and principal.vpc_arn.rpartition("/")[2],
        ", ".join(f"{key}={value}" for key, value in principal.caller.tags.items()),
        statements_in_words(principal.identity_policy),
    ]


def check_in_words(check: HealthCheck) -> str:
    statuses = ",".join(f"{low}-{high}" for low, high in check.statuses)
    thresholds = f"{check.healthy_threshold} {check.unhealthy_threshold}"
    return f"{check.path} {check.interval_seconds} {check.timeout_seconds} {thresholds} {statuses}"


def match_in_words(match: Match) -> str:
    words = [match.method] if match.method else []
    if match.path:
        words.append(f"{match.path.kind} {match.path.value}{'' if match.path.case_sensitive else ' (i)'}")
    words += [
        f"{each.name} {each.kind} {each.value}{'' if each.case_sensitive else ' (i)'}"
        for each in match.headers
    ]
    return ", ".join(words)


def action_in_words(action: Action, network: Network) -> str:
    if not isinstance(action, ForwardAction):
        return str(action.status)
    names = network.target_group_by_arn
    return " + ".join(f"{names[each.target_group_arn].name}:{each.weight}" for each in action.target_groups)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    found = read(case["given"])

    assert {key: found.get(key, found.get("problems")) for key in case["expected"]} == case["expected"]


def test_every_case_cites_its_source_and_has_its_own_name() -> None:
    assert all(case["source"] for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)


# ── mutations ─────────────────────────────────────────────────────────────────────────────────────

WHOLE = next(case for case in CASES if case["name"] == "a template with everything")["given"]["files"]
ROUTES = next(case for case in CASES if case["name"] == "manifests with everything")["given"]["files"]
ODD: list[Any] = [
    None, "", 0, -1, 1.5, True, "x", [], {}, [None], [["a"]], {"a": 1}, {1: 2}, 10**9,
    {"Ref": "Nope"}, {"Ref": ["x"]}, {"Ref": "AWS::NoValue"}, {"Ref": "Service"}, {"Ref": "Listener"},
    {"Fn::Sub": 1}, {"Fn::Sub": ["${A", {}]}, {"Fn::GetAtt": "A"}, {"Fn::GetAtt": []},
    {"Fn::GetAtt": ["Service", "Arn"]}, {"Fn::If": ["x"]}, {"Fn::If": [["x"], 1, 2]},
    {"Fn::Equals": [1]}, {"Condition": "IsLocal"}, {"Fn::Select": [9, ["a"]]}, {"Fn::ImportValue": "x"},
    "{{resolve:ssm:x}}", "{{resolve:secretsmanager:a:SecretString:b}}", {"Fn::Length": 1}, {"Fn::Cidr": ["::/0", 3]},
    {"Fn::ForEach::X": ["N", ["a", 1], {"A${N}": {"Type": "AWS::VpcLattice::Service"}}]}, {"Fn::ForEach::Y": []},
    {"Fn::ForEach::Z": ["N", {"Ref": "N"}, {"${N}": {"Ref": "N"}}], "a": 1}, {"Fn::ToJsonString": {"Ref": ["x"]}},
    {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "\0"}}}, {"Fn::Transform": [1], "a": 1},
    {"Fn::FindInMap": [1, {}, [], {"DefaultValue": {"Ref": "Nope"}}]}, {"Fn::GetStackOutput": {"StackName": "t"}},
    {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x"}}, {"Export": {"Name": {"Ref": "Listener"}}},
]  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container and key inside of a value."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found = []
    for key in keys:
        found += [(value, key), *places(value[key])]
    return found


def mutate(value: Any, data: st.DataObject) -> Any:
    """Drop or replace one to three things, by something odd or by another of them."""
    value = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 3))):
        found = places(value)
        if not found:
            break
        container, key = found[data.draw(st.integers(0, len(found) - 1))]
        change = data.draw(st.sampled_from(["odd", "gone", "moved"]))
        if change == "odd":
            container[key] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
        elif change == "gone":
            del container[key]
        else:
            other, name = found[data.draw(st.integers(0, len(found) - 1))]
            container[key] = copy.deepcopy(other[name])
    return value


def is_read_or_refused(fragment: Fragment) -> bool:
    try:
        network, _ = assemble([fragment], region=REGION, account=ACCOUNT)
    except ConfigurationError as error:
        return bool(error.problems)
    return bool(summary(network))


@examples(2000)
@given(st.data())
def test_a_mutated_template_is_a_network_or_problems(data: st.DataObject) -> None:
    (lines,) = WHOLE.values()
    template = mutate(parse_yaml("\n".join(lines), "t").value, data)
    source = template_source(Document(value=template, file="t", positions={}))

    assert is_read_or_refused(TemplateSource.read_all([source], Context(region=REGION, account=ACCOUNT)))


@examples(2000)
@given(st.data())
def test_mutated_manifests_are_a_network_or_problems(data: st.DataObject) -> None:
    (lines,) = ROUTES.values()
    values = mutate([each.value for each in parse_yaml_stream("\n".join(lines), "k")], data)
    documents = [Document(value=value, file="k", positions={}) for value in values]

    assert is_read_or_refused(read_manifests(documents, region=REGION, account=ACCOUNT, target_urls=URLS))
