"""The sample's serverless.yml, packaged by the real Serverless CLI, and its manifests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import (
    FixedResponseAction,
    ForwardAction,
    HttpTarget,
    LambdaTarget,
    Match,
    Network,
    PathMatch,
)
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project
from tests.integration.running import alone

ROOT = Path(__file__).parents[2]
PARTS = ("serverless.yml", "package.json", "requirements.txt", "handlers", "k8s", "lattice_events")


def copy_sample(folder: Path) -> Path:
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


def use_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder, without AWS settings in the environment."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample, to change."""
    return use_only(copy_sample(tmp_path), monkeypatch)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample as it is, read once."""
    folder = copy_sample(tmp_path_factory.mktemp("sample"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        return load(use_only(folder, monkeypatch))


def load(folder: Path, **serverless: Any) -> Project:
    with alone():
        return load_project([folder], ReadOptions(**serverless), allocate=lambda *_: "http://127.0.0.1:8080")


def without_code(network: Network) -> Network:
    """A network but for the folder that it was read from."""
    return replace(network, functions=tuple(replace(each, code="") for each in network.functions))


def problems(folder: Path, **serverless: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, **serverless)
    return [str(problem) for problem in caught.value.problems]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_the_sample_is_one_network(unchanged: Project) -> None:
    network = unchanged.network
    foo, orders, eks_app = network.services
    (service_network,) = network.service_networks
    assert (network.region, network.account) == ("ap-northeast-1", "123456789012")
    assert (foo.name, eks_app.name) == ("foo-service", "eks-app-default")
    assert foo.domain_name.startswith("foo-service-")
    assert foo.domain_name.endswith(".7d67968.vpc-lattice-svcs.ap-northeast-1.on.aws")
    assert {foo.auth_type, eks_app.auth_type, service_network.auth_type} == {"NONE"}
    assert (orders.name, orders.auth_type) == ("orders-service", "AWS_IAM")
    assert {each.service_network_arns for each in network.services} == {(service_network.arn,)}
    assert service_network.name == "sample"
    assert any("assumed to be sample, the only one that it can be" in note for note in unchanged.notes)


def test_the_sample_s_listeners_forward_to_the_function_and_the_pods(unchanged: Project) -> None:
    network = unchanged.network

    (foo_listener,) = network.services[0].listeners
    assert (foo_listener.protocol, foo_listener.port) == ("HTTPS", 443)
    assert isinstance(foo_listener.default_action, ForwardAction)
    (rule,) = network.services[2].listeners[0].rules
    assert rule.match == Match(path=PathMatch(kind="prefix", value="/app", case_sensitive=True))
    assert network.services[2].listeners[0].default_action == FixedResponseAction(status=404)
    function_group, *_, pods = network.target_groups
    assert function_group.event_version == "V2"
    assert function_group.targets == (LambdaTarget(function_arn=network.functions[0].arn),)
    assert pods.targets == (HttpTarget(url="http://127.0.0.1:8080"),)


def test_the_sample_s_functions_have_what_lambda_would_give_them(unchanged: Project) -> None:
    hello, client, *_ = unchanged.network.functions

    assert (hello.name, hello.handler, hello.runtime) == (
        "sample-dev-hello",
        "handlers/hello.hello",
        "python3.12",
    )
    assert (hello.timeout_seconds, hello.memory_mb) == (10, 256)
    assert Path(hello.code, "serverless.yml").exists()
    assert client.name == "sample-dev-eksClient"
    assert client.environment["LATTICE_SERVICE_EKS_APP_DEFAULT_URL"].startswith("https://eks-app-default-")


def test_the_sample_s_client_runs_as_a_role_of_its_own_that_may_call_orders(unchanged: Project) -> None:
    network = unchanged.network

    client = network.principal_by_name["sample-dev-eksClient"]
    assert client.caller.arn == (
        "arn:aws:sts::123456789012:assumed-role/sample-dev-EksClientRole/sample-dev-eksClient"
    )
    assert client.vpc_arn
    assert client.vpc_arn.endswith(":vpc/vpc-00000000000000000")
    assert client.identity_policy
    assert [each.name for each in client.identity_policy.statements] == [
        "Statement[0] of call-orders-service"
    ]
    hello = network.principal_by_name["sample-dev-hello"]
    assert hello.identity_policy
    assert hello.identity_policy.statements == ()


def test_reading_leaves_no_trace_in_the_folder(sample: Path) -> None:
    before = {path.name for path in sample.iterdir()}

    load(sample)

    assert {path.name for path in sample.iterdir()} == before


def test_two_commands_at_once_do_not_disturb_each_other(sample: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(load, [sample, sample])

    assert one.network == other.network


def test_v1_in_serverless_yml_changes_the_event_version_and_nothing_else(
    sample: Path, unchanged: Project
) -> None:
    before = without_code(unchanged.network)
    edit(sample / "serverless.yml", "LambdaEventStructureVersion: V2", "LambdaEventStructureVersion: V1")
    after = without_code(load(sample).network)

    assert [group.event_version for group in before.target_groups if group.type == "LAMBDA"] == ["V2"] * 5
    assert [group.event_version for group in after.target_groups if group.type == "LAMBDA"] == [
        "V1",
        *["V2"] * 4,
    ]
    assert (after.services, after.functions) == (before.services, before.functions)


def test_the_prefix_of_the_httproute_changes_the_rule_and_nothing_else(
    sample: Path, unchanged: Project
) -> None:
    before = without_code(unchanged.network)
    edit(sample / "k8s/httproute.yaml", "value: /app", "value: /bar")
    after = without_code(load(sample).network)

    (rule,) = after.services[2].listeners[0].rules
    assert rule.match.path
    assert rule.match.path.value == "/bar"
    assert (after.services[:2], after.target_groups) == (before.services[:2], before.target_groups)


def test_stage_region_and_parameters_are_passed_through(sample: Path) -> None:
    network = load(
        sample,
        stage="test",
        region="eu-west-1",
        params={"eksAppUrl": "https://a.example", "associateVpc": "false"},
    ).network

    assert network.region == "eu-west-1"
    assert network.functions[1].name == "sample-test-eksClient"
    assert network.functions[1].environment["LATTICE_SERVICE_EKS_APP_DEFAULT_URL"] == "https://a.example"
    assert "vpc-00000000000000000" not in network.service_networks[0].vpc_ids


def place(file: Path, text: str) -> str:
    """``file:line`` of the first line that has a text."""
    number = next(n for n, line in enumerate(file.read_text().splitlines(), start=1) if text in line)
    return f"{file.name}:{number}"


MISTAKES = (
    ("Name: foo-service", "Name: svc-foo", "must not start with svc-"),
    ("AuthType: NONE", "AuthType: IAM", "AuthType must be NONE or AWS_IAM, not 'IAM'"),
    ("StringEquals:", "StringEqual:", "did you mean StringEquals?"),
    ("- Id: !GetAtt HelloLambdaFunction.Arn", "- Id: !ImportValue hello", "cannot be known: Fn::ImportValue hello"),
    ("      - k8s\n", "      - k9s\n", "There is no file or folder k9s"),
    ("        command: [python3, k8s/server.py]", "        comand: [python3, k8s/server.py]", "The target app must have one of url and command"),
)  # fmt: skip


def test_each_mistake_is_named_with_the_line_that_the_user_wrote(sample: Path) -> None:
    file = sample / "serverless.yml"
    for old, new, _ in MISTAKES:
        edit(file, old, new)

    found = problems(sample)

    for _, new, said in MISTAKES:
        (problem,) = (each for each in found if said in each)
        line = "      app:" if "comand" in new else new.strip()
        assert problem.startswith(f"{place(file, line)}:")


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda text: text + "  bad: [\n", "This is not YAML: "),
        (lambda text: text + "service: again\n", "the key 'service' appears twice in one mapping"),
    ],
    ids=["open", "twice"],
)
def test_wrong_yaml_is_named_before_the_cli_runs(
    break_it: Callable[[str], str], said: str, sample: Path
) -> None:
    file = sample / "serverless.yml"
    file.write_text(break_it(file.read_text()))

    (found,) = problems(sample, serverless_command="no-such-program")

    assert found.startswith("serverless.yml:")
    assert said in found


def test_what_the_cli_cannot_resolve_is_told_in_its_own_words(sample: Path) -> None:
    edit(sample / "serverless.yml", "${param:vpcCidr}", "${param:vpcCdir}")

    (found,) = problems(sample)

    assert found.startswith("serverless.yml: The Serverless CLI could not package it")
    assert """CidrIp": Value not found at "param" source""" in found
