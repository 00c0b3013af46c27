"""`lattice graph` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.test_explain_and_logs import TEMPLATE, lattice

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("shop") / "shop.yaml"
    file.write_text(TEMPLATE)
    return file


def many_services(count: int) -> str:
    """A template with services, each with as many rules."""
    lines = ["Resources:"]
    for number in range(count):
        lines += (
            f"  Service{number}: {{Type: AWS::VpcLattice::Service, Properties: {{Name: service-{number}}}}}",
            f"  Listener{number}: {{Type: AWS::VpcLattice::Listener, Properties: {{ServiceIdentifier: !Ref Service{number}, Protocol: HTTPS, DefaultAction: {{FixedResponse: {{StatusCode: 404}}}}}}}}",
        )
    return "\n".join(lines)


def test_the_network_of_a_template_is_drawn(template: Path) -> None:
    done = lattice("graph", template)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1] == "flowchart LR"
    assert "  subgraph s_orders" in done.stdout
    assert "Allow Readers#58; if SourceVpc\n      Deny NoDeletes#58; DELETE" in done.stdout
    assert '("`caller`"):::is_caller' in done.stdout
    assert '("`client`"):::is_caller' in done.stdout


def test_the_readme_shows_what_is_drawn_of_the_sample() -> None:
    done = lattice("graph", ROOT, ROOT / "k8s")

    assert done.returncode == 0, done.stderr
    assert f"```mermaid\n{done.stdout}```" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--service", "order"), "There is no service order. Did you mean orders? The services are: orders."),
        (("--from", "clent"), "There is no caller clent. Did you mean client? The callers are: caller, client, anonymous; an ARN is also possible."),
        (("--from", "arn:aws:s3:::x"), "--from takes a name, or the ARN of a role, a role's session or a user"),
        (("--output", "no/such/folder"), "--output no/such/folder: No such file or directory."),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said_in_one_line(
    arguments: tuple[str, str], said: str, template: Path
) -> None:
    done = lattice("graph", template, *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_caller_sees_what_it_may_reach(template: Path) -> None:
    done = lattice("graph", template, "--from", "client", "--service", "orders", "--format", "json")
    anonymous = lattice("graph", template, "--from", "anonymous", "--format", "json")

    edges = json.loads(done.stdout)["edges"]
    assert [edge["label"] for edge in edges if edge["kind"] == "call"] == ["if SourceVpc"]
    assert [node["name"] for node in json.loads(anonymous.stdout)["nodes"]] == ["anonymous"]
    assert "anonymous may reach nothing here; lattice explain --as anonymous SERVICE/PATH" in anonymous.stderr


def test_a_file_is_written(template: Path, tmp_path: Path) -> None:
    done = lattice("graph", template, "--format", "dot", "-o", tmp_path / "shop.dot")

    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "shop.dot").read_text(encoding="utf-8").startswith("digraph {\n")


def test_servers_that_nobody_has_named_are_no_targets(tmp_path: Path) -> None:
    template, route = tmp_path / "group.yaml", ROOT / "tests" / "cases" / "corpus" / "k8s-weights"
    template.write_text(
        TEMPLATE.replace("Type: LAMBDA, Config: {LambdaEventStructureVersion: V2}, Targets: [{Id: !GetAtt Function.Arn}]",
                         "Type: IP, Config: {Port: 80, Protocol: HTTP, VpcIdentifier: vpc-1}, Targets: [{Id: 10.0.0.1}]")
    )  # fmt: skip

    addresses, pods = (lattice("graph", path, "--format", "json") for path in (template, route))

    kinds = [(node["kind"], node["details"]) for node in json.loads(addresses.stdout)["nodes"]]
    assert ("target group", ["IP"]) in kinds
    assert "HTTP target" not in [kind for kind, _ in kinds]
    names = [node["name"] for node in json.loads(pods.stdout)["nodes"] if node["kind"] == "HTTP target"]
    assert "inventory-ver2.default.svc" in names


def test_a_large_network_has_less_detail_and_too_large_a_one_is_refused(tmp_path: Path) -> None:
    many, too_many = tmp_path / "many.yaml", tmp_path / "too-many.yaml"
    many.write_text(many_services(40))
    too_many.write_text(many_services(700))

    folded, refused, dot = (
        lattice("graph", many),
        lattice("graph", too_many),
        lattice("graph", too_many, "--format", "dot"),
    )

    assert "note  Drawn with less detail, since it has 120 parts" in folded.stderr
    assert folded.returncode == 0
    assert refused.returncode == 2
    assert "characters, and Mermaid reads 50,000: narrow it with --service NAME or --from" in refused.stderr
    assert dot.returncode == 0
    assert "service-699" in dot.stdout
