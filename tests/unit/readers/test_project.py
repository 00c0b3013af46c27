"""Sources put together: folders with a serverless.yml, templates and manifests."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import HttpTarget
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.settings.settings import TargetSettings

SERVERLESS = """\
service: shop
provider:
  name: aws
functions:
  hello:
    handler: app.hello
    environment:
      TABLE: x
custom:
  lattice:
    manifests: [k8s]
    targets:
      app: {command: [python3, app.py]}
resources:
  Resources:
    Service:
      Type: AWS::VpcLattice::Service
      Properties:
        Name: foo
"""
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "FunctionName": "shop-dev-hello",
        "Handler": "app.hello",
        "Runtime": "python3.12",
        "Code": {"S3Key": "serverless/shop/dev/1/shop.zip"},
    },
}
SERVICE = {"Type": "AWS::VpcLattice::Service", "Properties": {"Name": "foo"}}
MANIFESTS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: sample}
spec:
  gatewayClassName: amazon-vpc-lattice
  listeners: [{name: https, protocol: HTTPS, port: 443}]
---
apiVersion: v1
kind: Service
metadata: {name: app}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: eks-app}
spec:
  parentRefs: [{name: sample}]
  rules: [{backendRefs: [{name: app}]}]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service that was packaged into ``package``."""
    monkeypatch.chdir(tmp_path)
    for folder in ("k8s", "package"):
        (tmp_path / folder).mkdir()
    (tmp_path / "serverless.yml").write_text(SERVERLESS)
    (tmp_path / "k8s/all.yaml").write_text(MANIFESTS)
    package(tmp_path, {"HelloLambdaFunction": FUNCTION, "Service": SERVICE})
    return tmp_path


def package(folder: Path, resources: Mapping[str, Any], **lattice: Any) -> None:
    """Write what the Serverless CLI would."""
    settings = {"manifests": ["k8s"], "targets": {"app": {"command": ["python3", "app.py"]}}, **lattice}
    service = {
        "service": "shop",
        "provider": {"region": "eu-west-1", "stage": "dev"},
        "custom": {"lattice": settings},
        "functions": {"hello": {"name": "shop-dev-hello"}},
    }
    state = {"service": service, "package": {"artifact": "shop.zip"}}
    (folder / "package/serverless-state.json").write_text(json.dumps(state))
    (folder / "package/cloudformation-template-update-stack.json").write_text(
        json.dumps({"Resources": resources})
    )


def load(
    *paths: str,
    package: Path | None = Path("package"),
    command: str = "",
    is_cancelled: Callable[[], bool] = lambda: False,
    **options: Any,
) -> Project:
    def allocate(name: str, settings: TargetSettings) -> str:
        return f"http://127.0.0.1:1/{name}/{settings.command[-1]}"

    read = ReadOptions(package=package, serverless_command=command, is_cancelled=is_cancelled, **options)
    return load_project([Path(path) for path in paths], read, allocate=allocate)


def problems(*paths: str, **options: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(*paths, **options)
    return [str(problem) for problem in caught.value.problems]


def test_a_folder_is_its_template_its_settings_and_its_manifests(shop: Path) -> None:
    project = load(".")

    assert project.network.region == "eu-west-1"
    assert [service.name for service in project.network.services] == ["foo", "eks-app-default"]
    assert project.network.functions[0].code == str(shop)
    assert project.network.target_groups[0].targets == (HttpTarget(url="http://127.0.0.1:1/app/app.py"),)


def test_what_is_named_twice_is_read_once(shop: Path) -> None:
    assert load(".", "./serverless.yml", "k8s", "k8s/all.yaml").network == load(".").network


def test_the_archive_of_a_package_can_be_run(shop: Path) -> None:
    (shop / "package/shop.zip").touch()

    assert load(".", packaged=True).network.functions[0].code == str(shop / "package/shop.zip")


def test_templates_of_one_file_name_are_two_stacks(shop: Path) -> None:
    for folder in ("a", "b"):
        (shop / folder).mkdir()
        group = {"Type": "AWS::VpcLattice::TargetGroup", "Properties": {"Type": "LAMBDA"}}
        (shop / folder / "stack.json").write_text(json.dumps({"Resources": {"Group": group}}))

    network = load("a/stack.json", "b/stack.json").network

    assert [group.name for group in network.target_groups] == ["a-stack-group", "b-stack-group"]
    assert len(network.target_group_by_arn) == 2


def test_a_problem_of_the_packaged_template_is_placed_where_the_user_wrote(shop: Path) -> None:
    function = {**FUNCTION, "Properties": {**FUNCTION["Properties"], "Handler": "hello"}}  # type: ignore[dict-item]
    service = {**SERVICE, "Properties": {"Name": "svc-foo"}}
    package(shop, {"HelloLambdaFunction": function, "Service": service})

    assert problems(".") == [
        "serverless.yml:6:5: Handler must be like folder/module.function, not 'hello'.",
        "serverless.yml:19:9: The name 'svc-foo' of a service must not start with svc-.",
    ]


def test_resources_may_be_a_list(shop: Path) -> None:
    text = SERVERLESS.replace(
        "resources:\n  Resources:\n    S", "resources:\n  - Outputs: {}\n  - Resources:\n     S"
    )
    (shop / "serverless.yml").write_text(text)
    package(shop, {"Service": {**SERVICE, "Properties": {"Name": "f"}}})

    assert problems(".") == ["serverless.yml:20:9: The name 'f' of a service must have 3 to 40 characters."]


def test_problems_of_every_source_are_reported_at_once(shop: Path) -> None:
    package(shop, {"Service": {**SERVICE, "Properties": {"Name": "f"}}}, maxProcesses=0, nothing=1)
    (shop / "k8s/broken.yaml").write_text("kind: [\n")

    assert problems(".", "gone", "k8s") == [
        "serverless.yml:10:3: custom.lattice has no setting nothing.",
        "serverless.yml:10:3: maxProcesses must be a whole number from 1 to 1000, not 0.",
        "k8s/broken.yaml:2:1: This is not YAML: expected the node content, but the file ends.",
        "gone: There is no such file or folder.",
        "serverless.yml:19:9: The name 'f' of a service must have 3 to 40 characters.",
    ]


def test_two_services_that_mean_different_pods_by_one_name_clash(shop: Path) -> None:
    (shop / "other/k8s").mkdir(parents=True)
    (shop / "other/k8s/all.yaml").write_text(MANIFESTS)
    (shop / "other/serverless.yml").write_text(SERVERLESS)  # its app.py is the one of its own folder

    assert problems(".", "other") == [
        'serverless.yml:13:7: targets.app is {"command": ["python3", "app.py"]} here, but {"command": ["python3", "app.py"]} at other/serverless.yml:13:7 (from another folder). Keep one of them.'
    ]


def test_a_file_that_is_nothing_of_ours_says_what_is(shop: Path) -> None:
    (shop / "notes.yml").write_text("a: 1\n")

    (problem,) = problems("notes.yml")
    assert problem.startswith("notes.yml: Nothing to read here. What can be read: ")
    assert "a Serverless project (a folder with a serverless.yml), a " in problem


def test_a_file_that_is_no_text_is_named(shop: Path) -> None:
    (shop / "k8s/all.yaml").write_bytes(b"kind: \xff\n")

    assert problems("k8s") == [
        "k8s/all.yaml: The file cannot be read: it is not UTF-8 text; save it as UTF-8."
    ]


def test_a_package_that_is_none_says_how_to_make_one(shop: Path) -> None:
    (shop / "package/serverless-state.json").unlink()

    assert problems(".") == [
        "package/serverless-state.json: This package has no such file; create a package with 'osls package --package FOLDER'."
    ]


def test_functions_of_each_source_run_as_its_settings_say(shop: Path) -> None:
    for name, lattice in {"A": {"maxProcesses": 2}, "B": {}}.items():
        function = {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Handler": "a.b", "Runtime": "python3.12"},
        }
        template = {"Metadata": {"lattice": lattice}, "Resources": {name: function}}
        (shop / f"{name}.json").write_text(json.dumps(template))

    for order in (("A.json", "B.json"), ("B.json", "A.json")):
        functions = load(*order, code={"A": shop, "B": shop}).network.functions
        assert {each.name: each.max_processes for each in functions} == {"A": 2, "B": 4}


def test_code_of_an_unknown_function_is_named(shop: Path) -> None:
    assert problems(".", code={"HelloLambdaFuncton": shop}) == [
        "--code HelloLambdaFuncton: no template has a function of this logical id. Did you mean HelloLambdaFunction?"
    ]


def test_a_bare_template_has_the_code_that_is_given(shop: Path) -> None:
    group = {"Type": "LAMBDA", "Targets": [{"Id": {"Fn::GetAtt": ["Hello", "Arn"]}}]}
    resources = {"Hello": FUNCTION, "Group": {"Type": "AWS::VpcLattice::TargetGroup", "Properties": group}}
    (shop / "stack.yml").write_text(json.dumps({"Resources": resources}))

    assert load("stack.yml", code={"Hello": shop}).network.functions[0].code == str(shop)
    assert problems("stack.yml") == [
        "stack.yml:1:157: Where is the code of this function? Name its folder with --code Hello=FOLDER."
    ]


def test_a_function_that_is_nobody_s_target_needs_no_code(shop: Path) -> None:
    (shop / "stack.yml").write_text(json.dumps({"Resources": {"Hello": FUNCTION}}))

    project = load("stack.yml")

    assert project.network.functions[0].obstacle
    assert (
        "shop-dev-hello is left out: its code is unknown; name its folder with --code Hello=FOLDER."
        in str(project.notes)
    )


@pytest.mark.parametrize("source", [".", "stack.yml"], ids=["serverless.yml", "template"])
def test_a_relative_folder_of_code_starts_where_the_user_stands(source: str, shop: Path) -> None:
    """A function runs in its folder: relative names would then start there."""
    (shop / "stack.yml").write_text(json.dumps({"Resources": {"HelloLambdaFunction": FUNCTION}}))
    (shop / "code").mkdir()

    network = load(source, code={"HelloLambdaFunction": Path("code")}).network

    assert [each.code for each in network.functions] == [str(shop / "code")]


@pytest.mark.parametrize("on_path", [False, True], ids=["named", "on PATH"])
def test_a_relative_serverless_command_starts_where_the_user_stands(
    on_path: bool, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = shop / "bin/osls"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec cp {shop}/package/* "$3"\n')
    program.chmod(0o755)
    (shop / "shop").mkdir()
    (shop / "serverless.yml").rename(shop / "shop/serverless.yml")
    (shop / "k8s").rename(shop / "shop/k8s")
    if on_path:
        monkeypatch.setenv("PATH", "bin", prepend=os.pathsep)

    project = load("shop", package=None, command="" if on_path else "bin/osls")

    assert [each.name for each in project.network.functions] == ["shop-dev-hello"]


ALONE = """\
#!{python}
import fcntl, pathlib, shutil, sys
pathlib.Path("started").touch()
try:
    fcntl.flock(open("serverless.yml"), fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    shutil.copytree("package", sys.argv[3], dirs_exist_ok=True)
else:
    sys.exit("another command could start now")
"""


@pytest.fixture
def alone(shop: Path) -> str:
    """A Serverless CLI that fails unless its folder is kept for it."""
    program = shop / "alone"
    program.write_text(ALONE.format(python=sys.executable))
    program.chmod(0o755)
    return str(program)


def test_a_folder_is_kept_while_the_serverless_cli_runs_in_it(alone: str) -> None:
    """The CLI works in the folder's .serverless and deletes it at the end, whatever else is there."""
    assert load(".", package=None, command=alone).network.functions


def test_a_folder_that_is_packaged_already_is_waited_for(alone: str, shop: Path) -> None:
    started: list[bool] = []
    with (shop / "serverless.yml").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        def finish() -> bool:
            started.append((shop / "started").exists())
            fcntl.flock(other, fcntl.LOCK_UN)
            return False

        assert load(".", package=None, command=alone, is_cancelled=finish).network.functions
    assert not started[0]


def test_waiting_for_a_folder_can_be_cancelled(alone: str, shop: Path) -> None:
    with (shop / "serverless.yml").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        assert problems(".", package=None, command=alone, is_cancelled=lambda: True) == [
            "serverless.yml: Cancelled."
        ]
    assert not (shop / "started").exists()


@pytest.mark.parametrize("kind", ["Service", "ServiceNetwork"])
def test_a_policy_that_asks_for_what_no_request_here_has_is_noted(kind: str, shop: Path) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    asks = {**statement, "Principal": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}
    policy = {"ResourceIdentifier": {"Ref": "Guarded"}, "Policy": {"Statement": asks}}
    guarded = {"Type": f"AWS::VpcLattice::{kind}", "Properties": {"Name": "guarded", "AuthType": "AWS_IAM"}}
    package(
        shop,
        {"Guarded": guarded, "Policy": {"Type": "AWS::VpcLattice::AuthPolicy", "Properties": policy}},
        manifests=[],
        targets={},
        callers={
            "pod": {
                "arn": "arn:aws:iam::123456789012:role/pod",
                "policies": {"Statement": {**statement, "Condition": {"Null": {"aws:userid": "true"}}}},
            }
        },
    )

    words = "the service network" if kind == "ServiceNetwork" else "the service"
    assert load(".").notes[-2:] == (
        f"A policy of {words} guarded uses aws:SourceVpc, which lattice dev never sets; it is treated as absent.",
        "A policy of pod uses aws:userid, which lattice dev never sets; it is treated as absent.",
    )


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("tsconfig.json", '{ // comments\n "compilerOptions": {"resources": 1}, }'),
        ("package-lock.json", '{"packages": {"kind-of": {"version": "6"}}, }'),
        ("compose.j2.yaml", "{% if x %}\nservices: [\n"),
        ("unrelated.yaml", "a: 1\na: 2\n"),
    ],
)
def test_what_is_none_of_ours_in_a_folder_is_passed_over(file: str, text: str, shop: Path) -> None:
    (shop / "k8s" / file).write_text(text)

    assert [
        service.name for service in load("k8s", runs_functions=False, runs_targets=False).network.services
    ] == ["eks-app-default"]


def test_a_helm_chart_is_noted(shop: Path) -> None:
    (shop / "chart/templates").mkdir(parents=True)
    (shop / "chart/Chart.yaml").write_text("name: shop\n")
    (shop / "chart/templates/route.yaml").write_text(
        "kind: HTTPRoute\nmetadata: {name: {{ .Values.name }} }\n"
    )
    (shop / "chart/all.yaml").write_text(MANIFESTS)

    assert (
        "chart: The templates of a Helm chart are not read: save what 'helm template' prints, and name that file."
        in load("chart", runs_functions=False, runs_targets=False).notes
    )


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("plan.json", '{"format_version": "1.2", "planned_values": 3}'),
        ("all.yaml", "apiVersion: v1\nkind: List\nitems: 3\n"),
        ("stack.yml", "Resources: {}\n"),
    ],
)
def test_a_source_that_defines_nothing_is_noted(file: str, text: str, shop: Path) -> None:
    (shop / file).write_text(text)

    assert load(file).notes == (
        f"{file}: No service, service network, target group or function is defined here.",
    )


def test_resources_that_are_no_mapping_are_told(shop: Path) -> None:
    (shop / "stack.yml").write_text("Resources: []\n")

    assert problems("stack.yml") == [
        "stack.yml:1:1: Resources must be a mapping from a logical id to {Type: …, Properties: …}."
    ]


def test_functions_of_one_logical_id_in_two_stacks_are_two(shop: Path) -> None:
    """As every template that `sam init` makes has a HelloWorldFunction; CloudFormation names them apart."""
    function = {**FUNCTION, "Properties": {**FUNCTION["Properties"]}}  # type: ignore[dict-item]
    del function["Properties"]["FunctionName"]  # type: ignore[attr-defined]
    for folder in ("cart", "pay"):
        (shop / folder).mkdir()
        (shop / folder / "stack.json").write_text(
            json.dumps({"Resources": {"Hello": function, folder: function}})
        )

    functions = load("pay", "cart/stack.json", runs_functions=False, runs_targets=False).network.functions

    assert [each.name for each in functions] == ["cart-stack-Hello", "cart", "pay-stack-Hello", "pay"]


@pytest.mark.parametrize("isenabled", [True, False])
def test_garbage_is_collected_after_reading_as_before(isenabled: bool, tmp_path: Path) -> None:
    (gc.enable if isenabled else gc.disable)()
    try:
        with pytest.raises(ConfigurationError):
            load_project([tmp_path / "gone"], ReadOptions(), allocate=lambda *_: "")
        assert gc.isenabled() == isenabled
    finally:
        gc.enable()
