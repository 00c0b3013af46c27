"""Where settings are written: lattice.yaml, serverless.yml, a template's Metadata, options."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from lattice_events.assumptions import Assumptions
from lattice_events.errors import ConfigurationError
from lattice_events.network.model import HttpTarget
from lattice_events.network.policy import Statement
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project

ROLE = "arn:aws:iam::123456789012:role/pod"
ALLOW = {"Statement": {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}}
GROUP = {"Type": "AWS::VpcLattice::TargetGroup", "Properties": {"Name": "cart-group", "Type": "IP"}}
HOST = "http://127.0.0.1"


def write(path: str, value: Any) -> Path:
    """A file; YAML takes JSON."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value))
    return file


def template(path: str, *names: str, **metadata: Any) -> Path:
    """A template with a target group for each name."""
    groups = {
        name: {**GROUP, "Properties": {"Name": f"{name.lower()}-group", "Type": "IP"}} for name in names
    }
    for group in groups.values():
        group["Properties"]["Targets"] = [{"Id": "10.0.0.1"}]  # type: ignore[index]
    return write(path, {"Resources": groups, "Metadata": metadata})


def load(*paths: str, **options: Any) -> Project:
    return load_project(
        [Path(path) for path in paths],
        ReadOptions(**options),
        allocate=lambda name, settings: f"http://127.0.0.1:1/{name}/{settings.cwd}",
    )


def urls(project: Project) -> dict[str, list[str]]:
    """Of every target group."""
    return {
        group.name: [each.url for each in group.targets if isinstance(each, HttpTarget)]
        for group in project.network.target_groups
    }


def problems(*paths: str, **options: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(*paths, **options)
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the user stands, with a template in another one."""
    monkeypatch.chdir(tmp_path)
    template("shop/stack.json", "Cart")
    return tmp_path


@pytest.mark.parametrize(
    "file", ["shop/lattice.yaml", "shop/lattice.yml", "shop/lattice.json", "lattice.yaml"]
)
@pytest.mark.parametrize("path", ["shop", "shop/stack.json"])
@pytest.mark.parametrize("name", ["Cart", "cart-group"])
def test_settings_lie_beside_the_sources_or_where_the_user_stands(file: str, path: str, name: str) -> None:
    write(file, {"targets": {name: {"url": f"{HOST}:1"}}})

    assert urls(load(path)) == {"cart-group": [f"{HOST}:1"]}


def test_settings_are_in_a_file_that_is_named() -> None:
    write("ci/mine.yaml", {"targets": {"Cart": {"url": f"{HOST}:1"}}})

    assert urls(load("shop", settings=Path("ci/mine.yaml"))) == {"cart-group": [f"{HOST}:1"]}


def test_settings_are_in_a_templates_metadata() -> None:
    template("shop/stack.json", "Cart", lattice={"targets": {"Cart": {"url": f"{HOST}:1"}}})

    assert urls(load("shop")) == {"cart-group": [f"{HOST}:1"]}


@pytest.mark.parametrize(
    ("lattice", "what"),
    [
        ({"targets": {"Cart": {"command": ["x"]}}}, "The command of the target Cart"),
        ({"targets": {"Cart": [{"url": HOST}, {"command": ["x"]}]}}, "The command of the target Cart"),
        ({"targets": {"Cart": {"url": HOST}}, "python": "./mine"}, "python"),
        ({"targets": {"Cart": {"url": HOST}}, "manifests": ["."]}, "manifests"),
    ],
)
def test_a_template_names_no_program_to_run(lattice: Any, what: str) -> None:
    template("shop/stack.json", "Cart", lattice=lattice)

    (problem,) = problems("shop")

    assert (
        f"{what} may start a program, so it is not taken from a template: say it in lattice.yaml." in problem
    )


def test_settings_are_options() -> None:
    project = load("shop", targets={"Cart": [f"{HOST}:1", f"{HOST}:2/"]}, callers={"pod": ROLE})

    assert urls(project) == {"cart-group": [f"{HOST}:1", f"{HOST}:2"]}
    assert project.network.principal_by_name["pod"].caller.role_arn == ROLE


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"targets": {"Cart": ["127.0.0.1"]}}, "--target Cart: The url of the target Cart must start with http:// or https://."),
        ({"callers": {"pod": "role/x"}}, "--caller pod: The arn of the caller pod must be the ARN of a role, a role's session (assumed-role/ROLE/SESSION) or a user, not 'role/x'."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_option_is_said_of_it(options: Any, said: str) -> None:
    assert said in problems("shop", **options)


def test_a_file_of_settings_alone_names_what_to_read() -> None:
    write("run/lattice.yaml", {"manifests": ["../shop"], "targets": {"Cart": {"url": HOST}}})

    assert urls(load("run")) == urls(load("run/lattice.yaml")) == {"cart-group": [HOST]}
    assert urls(load(settings=Path("run/lattice.yaml"))) == {"cart-group": [HOST]}


def test_the_folder_where_the_user_stands_is_read_when_nothing_is_named() -> None:
    write("lattice.yaml", {"targets": {"Cart": {"url": HOST}}})

    assert urls(load()) == {"cart-group": [HOST]}


def test_settings_alone_are_nothing_to_run() -> None:
    write("run/lattice.yaml", {"maxProcesses": 2})

    assert problems("run") == [
        "run/lattice.yaml: Nothing to read: these are settings only. Name files and folders under manifests, or as PATHs."
    ]


def test_a_definition_may_have_the_name_of_a_file_of_settings() -> None:
    template("shop/lattice.yaml", "Cart", "Till")
    Path("shop/stack.json").unlink()

    assert list(urls(load("shop/lattice.yaml", targets={"Cart": [HOST], "Till": [HOST]}))) == [
        "cart-group",
        "till-group",
    ]


def test_a_definition_beside_a_named_file_is_not_read() -> None:
    template("shop/lattice.yaml", "Till")

    assert list(urls(load("shop/stack.json", targets={"Cart": [HOST]}))) == ["cart-group"]


def test_a_file_of_settings_with_two_documents_is_refused() -> None:
    Path("shop/lattice.yaml").write_text("maxProcesses: 1\n---\nmaxProcesses: 2\n")

    assert problems("shop", targets={"Cart": [HOST]}) == [
        "shop/lattice.yaml: Settings are one document, not several."
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_an_empty_file_of_settings_says_nothing(text: str) -> None:
    Path("shop/lattice.yaml").write_text(text)

    assert urls(load("shop", targets={"Cart": [HOST]})) == {"cart-group": [HOST]}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([], "shop/lattice.yaml:1:1: A file of settings must be a mapping."),
        ({"target": {}}, "shop/lattice.yaml:1:2: There is no setting target. Did you mean targets?"),
    ],
)
def test_a_mistake_in_a_file_of_settings_has_its_place(written: Any, said: str) -> None:
    write("shop/lattice.yaml", written)

    assert problems("shop", targets={"Cart": [HOST]}) == [said]


def test_a_mistake_in_metadata_has_its_place() -> None:
    template("shop/stack.json", "Cart", lattice=[])

    assert problems("shop", targets={"Cart": [HOST]}) == [
        "shop/stack.json:1:165: Metadata.lattice must be a mapping."
    ]


# ── several places ────────────────────────────────────────────────────────────────────────────


PLACES: dict[str, dict[str, Any]] = {
    "a": {"targets": {"A": {"url": f"{HOST}:1"}}, "assumptions": {"prefix_mode": "element"}},
    "b": {"targets": {"B": {"url": f"{HOST}:2"}}, "assumptions": {"timeout_status": 500}},
    "c": {"callers": {"pod": {"arn": ROLE}}, "defaultVpc": "vpc-1"},
}


@pytest.fixture
def folders() -> list[str]:
    """Three folders, each with a template and settings."""
    for folder, settings in PLACES.items():
        write(f"{folder}/lattice.yaml", settings)
        template(f"{folder}/stack.json", *settings.get("targets", {}))
    return list(PLACES)


def test_settings_of_several_places_count_together_in_any_order(folders: list[str]) -> None:
    projects = [load(*order) for order in itertools.permutations(folders)]

    assert urls(projects[0]) == {"a-group": [f"{HOST}:1"], "b-group": [f"{HOST}:2"]}
    assert projects[0].settings.assumptions == Assumptions(prefix_mode="element", timeout_status=500)
    assert projects[0].default_vpc_arn.endswith("vpc/vpc-1")
    assert all(each == projects[0] for each in projects)


CONFLICTS = [
    ({"targets": {"A": {"url": f"{HOST}:9"}}}, 'targets.A is {"url": "http://127.0.0.1:9"} here, but {"url": "http://127.0.0.1:1"} at a/lattice.yaml:1:14'),
    ({"assumptions": {"prefix_mode": "string"}}, 'assumptions.prefix_mode is "string" here, but "element" at a/lattice.yaml:1:67'),
    ({"defaultVpc": "vpc-2"}, 'c/lattice.yaml:1:69: defaultVpc is "vpc-1" here, but "vpc-2" at b/lattice.yaml:1:91'),
    ({"callers": {"pod": {"arn": f"{ROLE}2"}}}, f'c/lattice.yaml:1:14: callers.pod is {{"arn": "{ROLE}"}} here, but {{"arn": "{ROLE}2"}} at b/lattice.yaml:1:103'),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "said"), CONFLICTS, ids=["target", "assumption", "VPC", "caller"])
def test_two_places_that_disagree_are_named_with_their_values(
    settings: Any, said: str, folders: list[str]
) -> None:
    write("b/lattice.yaml", {**PLACES["b"], **settings})
    (found,) = {tuple(problems(*order, targets={"B": [HOST]})) for order in itertools.permutations(folders)}

    assert len(found) == 1
    assert said in found[0]
    assert found[0].endswith(". Keep one of them.")


def test_what_two_places_say_alike_is_no_conflict(folders: list[str]) -> None:
    write("b/lattice.yaml", {**PLACES["b"], **PLACES["c"], "assumptions": PLACES["a"]["assumptions"]})

    assert load(*folders, targets={"B": [HOST]}).network.principal_by_name["pod"].caller.role_arn == ROLE


def test_an_option_and_the_named_file_have_the_last_word(folders: list[str]) -> None:
    write("mine.yaml", {"assumptions": {"prefix_mode": "string"}, "targets": {"B": {"url": f"{HOST}:8"}}})
    write("b/lattice.yaml", {"assumptions": {"prefix_mode": "element"}, "targets": {"A": {"url": HOST}}})

    project = load(*folders, settings=Path("mine.yaml"), targets={"A": [f"{HOST}:7"]})

    assert urls(project) == {"a-group": [f"{HOST}:7"], "b-group": [f"{HOST}:8"]}
    assert project.settings.assumptions == Assumptions()


@pytest.mark.parametrize(("above", "below"), [("Cart", "cart-group"), ("cart-group", "Cart")])
def test_the_last_word_is_kept_under_every_name_of_a_target(above: str, below: str) -> None:
    write("lattice.yaml", {"targets": {below: {"url": f"{HOST}:1"}}})

    assert urls(load("shop", targets={above: [f"{HOST}:2"]})) == {"cart-group": [f"{HOST}:2"]}


def test_two_names_of_one_target_with_different_servers_are_refused() -> None:
    write("lattice.yaml", {"targets": {"cart-group": {"url": f"{HOST}:1"}}})
    write("shop/lattice.yaml", {"targets": {"Cart": {"url": f"{HOST}:2"}}})

    assert problems("shop") == [
        "lattice.yaml:1:14: cart-group and Cart are names of one target, and have different servers; the other is at shop/lattice.yaml:1:14. Keep one of them."
    ]


@pytest.mark.parametrize(
    ("own", "chosen", "near", "far", "expected"),
    [
        (1, 2, 3, 4, 1),
        (None, 2, 3, 4, 2),
        (None, None, 3, 4, 3),
        (None, None, None, 4, 4),
        (None, None, None, None, 4),
    ],
)
def test_how_functions_run_is_said_by_the_nearest_place(
    own: int | None, chosen: int | None, near: int | None, far: int | None, expected: int
) -> None:
    template("shop/stack.json", lattice={"maxProcesses": own} if own else {})
    template("till/stack.json", lattice={"maxProcesses": 9})
    for file, value in (("mine.yaml", chosen), ("shop/lattice.yaml", near), ("lattice.yaml", far)):
        write(file, {"maxProcesses": value} if value else {})
    code = {"Hello": Path("shop")}
    function = {"FunctionName": "hello", "Handler": "a.b", "Runtime": "python3.12"}
    stack = json.loads(Path("shop/stack.json").read_text())
    stack["Resources"]["Hello"] = {"Type": "AWS::Lambda::Function", "Properties": function}
    write("shop/stack.json", stack)

    (hello,) = load("shop", "till", settings=Path("mine.yaml"), code=code).network.functions

    assert hello.max_processes == expected


def test_two_files_that_are_as_near_must_agree_on_how_functions_run() -> None:
    write("a/lattice.yaml", {"python": "python3.11"})
    write("b/lattice.yaml", {"python": "python3.12"})

    assert problems("shop", "a", "b", targets={"Cart": [HOST]}) == [
        'b/lattice.yaml:1:2: python is "python3.12" here, but "python3.11" at a/lattice.yaml:1:2. Keep one of them.'
    ]


def test_what_an_option_does_not_say_of_a_caller_stays(folders: list[str]) -> None:
    write("c/lattice.yaml", {"callers": {"pod": {"arn": ROLE, "policies": ALLOW, "vpc": "vpc-1"}}})

    pod = load(*folders, callers={"pod": f"{ROLE}2"}).network.principal_by_name["pod"]

    assert pod.caller.arn == "arn:aws:sts::123456789012:assumed-role/pod2/pod"
    assert pod.identity_policy is not None
    assert isinstance(pod.identity_policy.statements[0], Statement)
    assert pod.vpc_arn == "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1"


# ── what nothing uses ─────────────────────────────────────────────────────────────────────────


def test_a_target_that_stands_for_nothing_is_noted() -> None:
    write("lattice.yaml", {"targets": {"Cart": {"url": HOST}, "cart-grup": {"url": HOST}}})

    assert load("shop").notes == (
        "lattice.yaml:1:51: The target cart-grup stands for no target group and no Kubernetes Service here. Did you mean cart-group?",
    )


def test_a_missing_target_is_told_beside_the_one_that_stands_for_nothing() -> None:
    stack = json.loads(Path("shop/stack.json").read_text())
    forward = {"Forward": {"TargetGroups": [{"TargetGroupIdentifier": {"Ref": "Cart"}}]}}
    listener = {"ServiceIdentifier": {"Ref": "Shop"}, "Protocol": "HTTP", "DefaultAction": forward}
    stack["Resources"] |= {
        "Shop": {"Type": "AWS::VpcLattice::Service", "Properties": {"Name": "shop"}},
        "Http": {"Type": "AWS::VpcLattice::Listener", "Properties": listener},
    }
    write("shop/stack.json", stack)

    missing, unused = problems("shop", targets={"cart-grup": [HOST]})

    assert missing.endswith(
        "Name a local server for them: --target cart-group=http://127.0.0.1:PORT, or targets: {cart-group: {command: [python3, app.py]}} in lattice.yaml."
    )
    assert unused == (
        "--target cart-grup: The target cart-grup stands for no target group and no Kubernetes Service here. Did you mean cart-group?"
    )


def test_a_caller_without_an_arn_that_is_no_function_names_the_functions() -> None:
    write("lattice.yaml", {"callers": {"pod": {"policies": ALLOW}}})

    assert problems("shop", targets={"Cart": [HOST]}) == [
        "lattice.yaml:1:14: The caller pod needs an arn: that of its role, such as arn:aws:iam::123456789012:role/NAME. Only a function needs none (there is none)."
    ]
