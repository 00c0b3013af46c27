"""Plans and states of Terraform: what their references mean, and what is said where they cannot tell."""

from __future__ import annotations

import copy
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.documents import MAX_NODES
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.terraform.document import (
    UNKNOWN,
    module_steps,
    parent_module,
    parse_address,
    read_document,
)
from lattice_events.readers.terraform.references import References
from lattice_events.readers.terraform.resources import TemplateBuilder
from lattice_events.readers.terraform.values import Values
from tests.conftest import examples
from tests.unit.readers.test_cases import mutate

CORPUS = Path(__file__).parents[2] / "cases" / "corpus"
PLAN = json.loads((CORPUS / "same/terraform/plan.json").read_text())
STATE = json.loads((CORPUS / "terraform-state/state.json").read_text())
NETWORK = "aws_vpclattice_service_network"


def load(file: Path, **options: Any) -> Project:
    return load_project(
        [file],
        ReadOptions(**{"runs_functions": False, "runs_targets": False, **options}),
        allocate=lambda name, _: f"http://{name}",
    )


def problems(file: Path, **options: Any) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(file, **options)
    return [str(problem) for problem in caught.value.problems]


def planned(
    resources: list[tuple[str, dict[str, Any], dict[str, Any]]], configuration: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A plan of resources: address, values, what is unknown."""
    shown: list[dict[str, Any]] = []
    changes = []
    for address, values, unknown in resources:
        kind = parse_address(address)[1].removeprefix("data.").split(".")[0]
        mode = "data" if "data." in address else "managed"
        shown.append({"address": address, "mode": mode, "type": kind, "values": values})
        changes.append(
            {"address": address, "mode": mode, "change": {"after_unknown": {"id": True, **unknown}}}
        )
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": shown}},
        "resource_changes": changes,
        "configuration": {"root_module": configuration or {}},
    }


def configured(**expressions: list[str]) -> dict[str, Any]:
    """The configuration of an association whose arguments refer to something."""
    return {
        "resources": [
            {
                "address": "aws_vpclattice_service_network_vpc_association.a",
                "expressions": {key: {"references": each} for key, each in expressions.items()},
            }
        ]
    }


def network_of(references: list[str], *networks: str, key: str = "") -> list[str]:
    """Which networks an association can mean, by the references of its argument."""
    association = f"aws_vpclattice_service_network_vpc_association.a{key}"
    plan = planned(
        [(association, {}, {"service_network_identifier": True}), *((name, {}, {}) for name in networks)],
        configured(service_network_identifier=references),
    )
    document = read_document(plan)
    origins = References(document).origins(
        document.resources[association], ("service_network_identifier",), (NETWORK,)
    )
    return [each.address for each in origins.resources]


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("aws_a.b", ("", "aws_a.b", None)),
        ("aws_a.b[0]", ("", "aws_a.b", 0)),
        ('aws_a.b["x.y"]', ("", "aws_a.b", "x.y")),
        ('aws_a.b["a]\\"b"]', ("", "aws_a.b", 'a]"b')),
        ("data.aws_a.b", ("", "data.aws_a.b", None)),
        ("module.m.aws_a.b", ("module.m", "aws_a.b", None)),
        ('module.m["a.b"].module.n[1].data.aws_a.b[2]', ('module.m["a.b"].module.n[1]', "data.aws_a.b", 2)),
        ("a.b[0].id", ("", "a.b", 0)),
    ],
)
def test_an_address_has_a_module_a_name_and_a_key(address: str, parts: tuple[str, str, Any]) -> None:
    assert parse_address(address) == parts


def test_a_module_has_steps_and_a_parent() -> None:
    assert module_steps('module.m["a.b"].module.n') == [("m", "a.b"), ("n", None)]
    assert parent_module('module.m["a.b"].module.n') == 'module.m["a.b"]'
    assert parent_module("module.m") == ""


@pytest.mark.parametrize(
    ("references", "networks", "expected"),
    [
        ([f"{NETWORK}.a.id", f"{NETWORK}.a"], [f"{NETWORK}.a", f"{NETWORK}.b"], [f"{NETWORK}.a"]),
        ([f"{NETWORK}.a[0].id", f"{NETWORK}.a[0]", f"{NETWORK}.a"], [f"{NETWORK}.a[0]", f"{NETWORK}.a[1]"], [f"{NETWORK}.a[0]"]),
        ([f"{NETWORK}.a", "each.key"], [f'{NETWORK}.a["x"]', f'{NETWORK}.a["y"]'], [f'{NETWORK}.a["x"]']),
        ([f"{NETWORK}.a", "var.key"], [f'{NETWORK}.a["x"]', f'{NETWORK}.a["y"]'], [f'{NETWORK}.a["x"]', f'{NETWORK}.a["y"]']),
        (["local.network"], [f"{NETWORK}.a"], [f"{NETWORK}.a"]),
        (["local.network"], [f"{NETWORK}.a", f"{NETWORK}.b"], [f"{NETWORK}.a", f"{NETWORK}.b"]),
        (["var.network"], [f"{NETWORK}.a"], []),
        (["data.aws_x.y.id", "data.aws_x.y"], [f"{NETWORK}.a"], []),
    ],
)  # fmt: skip
def test_a_reference_means_the_instances_that_it_names(
    references: list[str], networks: list[str], expected: list[str]
) -> None:
    assert network_of(references, *networks, key='["x"]') == expected


def test_a_value_that_can_mean_several_resources_is_asked_for_by_name(tmp_path: Path) -> None:
    association = "aws_vpclattice_service_network_vpc_association.a"
    plan = planned(
        [
            (association, {"vpc_identifier": "vpc-1"}, {"service_network_identifier": True}),
            (f"{NETWORK}.a", {"name": "first-network"}, {}),
            (f"{NETWORK}.b", {"name": "second-network"}, {}),
        ],
        configured(service_network_identifier=["local.network"]),
    )
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    place = f"terraform:{association}.service_network_identifier"

    assert problems(file) == [
        f"{file}: {association}: service_network_identifier is known only after apply, and the plan does not say "
        f"what it refers to. It may be {NETWORK}.a or {NETWORK}.b. Say it with --variable '{place}={NETWORK}.a', "
        "or read the state after apply: terraform show -json > state.json."
    ]
    network = load(file, variables={place: f"{NETWORK}.b"}).network
    assert [each.vpc_ids for each in network.service_networks] == [(), ("vpc-1",)]


@pytest.mark.parametrize(("kind", "count"), [("LAMBDA", 1), ("IP", 0)])
def test_the_function_of_a_target_is_asked_for_with_those_that_it_can_be(
    kind: str, count: int, tmp_path: Path
) -> None:
    attachment = "aws_vpclattice_target_group_attachment.a"
    group = {
        "name": "group",
        "type": kind,
        "arn": "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-1",
    }
    function = {"runtime": "python3.12", "handler": "a.b", "role": "arn:aws:iam::123456789012:role/r"}
    plan = planned(
        [
            ("aws_vpclattice_target_group.a", group, {}),
            (attachment, {"target_group_identifier": group["arn"], "target": [{}]}, {"target": [{"id": True}]}),
            ("aws_lambda_function.a", {"function_name": "a", **function}, {"arn": True}),
            ("aws_lambda_function.b", {"function_name": "b", **function}, {"arn": True}),
        ],
        {},
    )  # fmt: skip
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    place = f"terraform:{attachment}.target[0].id"

    said = problems(file) if count else []
    network = load(file, variables={place: "aws_lambda_function.b"} if count else {}).network

    assert all("It may be aws_lambda_function.a or aws_lambda_function.b." in each for each in said)
    assert len(said) == count
    found = [getattr(each, "function_arn", "") for each in network.target_groups[0].targets]
    assert [each.rpartition(":")[2] for each in found] == ["b" if count else ""]


def test_the_service_of_a_rule_need_not_be_known(tmp_path: Path) -> None:
    kind = "aws_vpclattice_"
    action = {"default_action": [{"fixed_response": [{"status_code": 404}]}]}
    match = {
        "match": [{"http_match": [{"method": "GET"}]}],
        "action": [{"fixed_response": [{"status_code": 500}]}],
    }
    plan = planned(
        [
            (f"{kind}service.a", {"name": "a-service"}, {"id": True}),
            (f"{kind}service.b", {"name": "b-service"}, {"id": True}),
            (f"{kind}listener.a", {"name": "http", "protocol": "HTTP", "service_identifier": "svc-0123456789abcdefa", **action}, {"arn": True}),
            (f"{kind}listener_rule.a", {"name": "rule", "priority": 1, **match}, {"listener_identifier": True, "service_identifier": True}),
        ],
        {},
    )  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    assert not any("service_identifier" in problem for problem in problems(tmp_path / "plan.json"))


@pytest.mark.parametrize("name", ["main.tf", "."])
def test_terraform_files_are_told_the_command_that_makes_json(tmp_path: Path, name: str) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_vpclattice_service" "a" {}\n')

    (problem,) = problems(tmp_path / name)
    assert "terraform plan -out=plan.out && terraform show -json plan.out > plan.json" in problem


def test_a_binary_plan_is_told_the_command_that_shows_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "plan.out", "w") as archive:
        archive.writestr("tfplan", b"\x00")

    (problem,) = problems(tmp_path / "plan.out")
    assert problem.endswith("Give its JSON: terraform show -json plan.out > plan.json.")


@pytest.mark.parametrize("named", ["plan.json", "."])
def test_a_plan_may_be_written_by_powershell(tmp_path: Path, named: str) -> None:
    (tmp_path / "plan.json").write_bytes(json.dumps(PLAN, indent=1).encode("utf-16"))

    network = load(tmp_path / named).network

    assert network.services == load(CORPUS / "same/terraform/plan.json").network.services


def test_a_function_without_its_code_is_asked_for_and_found_by_its_name(tmp_path: Path) -> None:
    file = CORPUS / "terraform-state/state.json"
    code = {"aws_lambda_function.parcels": tmp_path, "sorter": tmp_path}

    assert "--code aws_lambda_function.parcels=FOLDER" in problems(file, runs_functions=True)[-1]
    functions = load(file, runs_functions=True, code=code).network.functions
    assert {each.name: each.code for each in functions} == {"parcels": str(tmp_path), "sorter": str(tmp_path)}


def test_a_resource_that_exists_keeps_its_identity() -> None:
    network = load(CORPUS / "terraform-state/state.json").network

    assert (
        network.services[0].arn == "arn:aws:vpc-lattice:eu-west-1:444455556666:service/svc-0123456789abcdef0"
    )
    assert network.services[0].domain_name.startswith("parcels-0123456789abcdef0.")
    assert network.target_groups[0].arn.endswith(":444455556666:targetgroup/tg-0fedcba9876543210")


@pytest.mark.parametrize("resource", ["resource_gateway", "resource_configuration"])
def test_what_is_not_emulated_is_named(tmp_path: Path, resource: str) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(planned([(f"aws_vpclattice_{resource}.a", {}, {})])))

    try:
        said = load(tmp_path / "plan.json").notes
    except ConfigurationError as error:
        said = tuple(map(str, error.problems))
    assert any(f"aws_vpclattice_{resource}.a" in each and "not emulated" in each for each in said)


def test_a_plan_may_be_larger_than_any_yaml(tmp_path: Path) -> None:
    large: dict[str, Any] = {"values": list(range(MAX_NODES))}
    plan = planned([(f"{NETWORK}.a", {"name": "large"}, {}), ("aws_x.y", large, {})])
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    assert [each.name for each in load(tmp_path / "plan.json").network.service_networks] == ["large"]


@examples(1000)
@given(st.data(), st.sampled_from([PLAN, STATE]))
def test_a_mutated_document_is_a_template_or_problems(
    data: st.DataObject, given_document: dict[str, Any]
) -> None:
    document = read_document(mutate(copy.deepcopy(given_document), data))
    values = Values(document, given={}, file="plan.json")

    assert TemplateBuilder(document, values).build() or values.problems


def test_a_value_is_unknown_where_what_it_is_in_is_unknown() -> None:
    document = read_document(planned([("aws_a.b", {"x": [{"y": 1}]}, {"x": [{"z": True}], "w": True})]))
    resource = document.resources["aws_a.b"]

    assert resource.get("x", 0, "y") == 1
    assert resource.get("x", 0, "z") is UNKNOWN
    assert resource.get("w", 0, "v") is UNKNOWN
    assert resource.get("x", 1, "y") is None


@pytest.mark.parametrize(
    ("value", "marks", "texts"),
    [
        ({"a": "x", "b": "y"}, {"b": True}, {"y"}),
        ({"a": [{"b": "x", "c": "y"}, {"b": "z"}]}, {"a": [{"b": True}, {}]}, {"x"}),
        ({"a": {"b": ["x", "", 1]}}, {"a": True}, {"x"}),
        ({"a": "x"}, {}, set()),
    ],
)
def test_texts_that_are_marked_as_sensitive_are_secrets(value: Any, marks: Any, texts: set[str]) -> None:
    base = {"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a"}
    shown = {**base, "values": value, "sensitive_values": marks}

    assert read_document({"values": {"root_module": {"resources": [shown]}}}).secrets == texts


def test_what_a_raw_state_marks_as_sensitive_is_a_secret() -> None:
    instance = {
        "attributes": {"a": {"b": "x"}, "c": "y"},
        "sensitive_attributes": [[{"type": "get_attr", "value": "a"}], []],
    }
    resource = {"mode": "managed", "type": "aws_vpc", "name": "a", "instances": [instance]}

    document = read_document({"version": 4, "terraform_version": "1.9.8", "resources": [resource]})

    assert document.secrets == {"x"}


def test_a_sensitive_value_is_not_printed(tmp_path: Path) -> None:
    plan = copy.deepcopy(PLAN)
    for each in plan["planned_values"]["root_module"]["resources"]:
        if each["type"] == "aws_vpclattice_listener":
            each["values"]["protocol"] = "hush-hush"
            each["sensitive_values"] = {"protocol": True}
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    said = " ".join(problems(tmp_path / "plan.json"))

    assert "***" in said
    assert "hush-hush" not in said


SERVICE = "aws_vpclattice_service.s"
AUTH_TYPE = f"terraform:{SERVICE}.auth_type"


def service_plan(file: Path, references: list[str] | None) -> Path:
    """A service whose auth type is known after apply."""
    expressions = {} if references is None else {"auth_type": {"references": references}}
    plan = planned(
        [(SERVICE, {"name": "svc"}, {"auth_type": True})],
        {"resources": [{"address": SERVICE, "expressions": expressions}]},
    )
    file.write_text(json.dumps(plan))
    return file


@pytest.mark.parametrize("references", [None, ["var.auth_type"], ["each.value"]])
def test_an_auth_type_that_is_left_to_aws_is_none(tmp_path: Path, references: list[str] | None) -> None:
    """The argument is computed where nothing, or a variable that is null, gives it."""
    file = service_plan(tmp_path / "plan.json", references)

    assert [each.auth_type for each in load(file).network.services] == ["NONE"]


@pytest.mark.parametrize("reference", ["random_shuffle.x.result", "data.aws_ssm_parameter.x", "local.auth"])
def test_an_auth_type_that_only_apply_knows_is_asked_for(tmp_path: Path, reference: str) -> None:
    """It was NONE: a service that AWS guards was open here."""
    file = service_plan(tmp_path / "plan.json", [reference])

    (problem,) = problems(file)
    assert f"Give it with --variable {AUTH_TYPE}=VALUE." in problem
    services = load(file, variables={AUTH_TYPE: "AWS_IAM"}).network.services
    assert [each.auth_type for each in services] == ["AWS_IAM"]


DOCUMENT = "data.aws_iam_policy_document.d"
ROLE_ADDRESS = "aws_iam_role.r"


def role_plan(file: Path, *, unknown: dict[str, Any], statement: dict[str, Any]) -> Path:
    """A function with a role whose inline policy comes of a document."""
    policy = {"name": "p"} if "name" not in unknown else {}
    role = {"name": "r", "arn": "arn:aws:iam::123456789012:role/r", "inline_policy": [policy]}
    plan = planned(
        [
            ("aws_lambda_function.f", {"function_name": "f", "role": role["arn"]}, {}),
            (ROLE_ADDRESS, role, {"inline_policy": [{"policy": True, **unknown}]}),
            (
                DOCUMENT,
                {"statement": [{"actions": ["vpc-lattice-svcs:Invoke"], "resources": ["*"], **statement}]},
                {"json": True, "statement": [{"effect": "effect" not in statement}]},
            ),
        ],
        {
            "resources": [
                {
                    "address": ROLE_ADDRESS,
                    "expressions": {"inline_policy": [{"policy": {"references": [f"{DOCUMENT}.json"]}}]},
                }
            ]
        },
    )
    file.write_text(json.dumps(plan))
    return file


def test_a_policy_counts_whose_name_only_apply_knows(tmp_path: Path) -> None:
    file = role_plan(tmp_path / "plan.json", unknown={"name": True}, statement={"effect": "Deny"})

    policy = load(file).network.principals[0].identity_policy
    assert policy is not None
    assert [each.effect for each in policy.statements] == ["Deny"]


def test_an_effect_that_only_apply_knows_is_not_allow(tmp_path: Path) -> None:
    file = role_plan(tmp_path / "plan.json", unknown={}, statement={})

    assert f"--variable 'terraform:{DOCUMENT}.statement[0].effect=VALUE'" in "".join(problems(file))


def test_outputs_that_name_each_other_are_followed_once() -> None:
    """It took 3 to the power of 30 steps."""
    outputs = {name: {"expression": {"references": ["var.v"]}} for name in "opq"}
    call = {
        "expressions": {"v": {"references": ["module.m.o", "module.m.p", "module.m.q"]}},
        "module": {"outputs": outputs},
    }
    owner = {"address": SERVICE, "expressions": {"auth_type": {"references": ["module.m.o"]}}}
    plan = planned(
        [(SERVICE, {}, {"auth_type": True}), ("module.m.aws_vpc.v", {}, {})],
        {"resources": [owner], "module_calls": {"m": call}},
    )
    document = read_document(plan)

    assert References(document).is_open(document.resources[SERVICE], "auth_type")
