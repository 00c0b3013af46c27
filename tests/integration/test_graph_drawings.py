"""What the real Mermaid and the real Graphviz make of the drawings."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lattice_events.network.graph import Graph, Node, foldings, make_graph, to_dot, to_mermaid
from lattice_events.network.graph.drawing import printable
from tests.mermaid import BUNDLES, CHROMIUM, ROOT, draw
from tests.shops import shop
from tests.unit.network.graph.test_drawings import FULL, HOSTILE, levels
from tests.unit.network.graph.test_making import guarded, statement

DOT = shutil.which("dot")
needs_mermaid = pytest.mark.skipif(
    not (BUNDLES and CHROMIUM),
    reason="Mermaid or Chromium is not installed: apt install chromium, then scripts/drawings",
)
needs_graphviz = pytest.mark.skipif(not DOT, reason="Graphviz is not installed: apt install graphviz")
each_mermaid = pytest.mark.parametrize("bundle", BUNDLES or (Path(),), ids=lambda bundle: bundle.parent.name)


def hostile_graph() -> Graph:
    """A node and an edge of every hostile name, in a service of that name."""
    nodes = [
        Node(id=f"{kind} {name}", kind=kind, name=name, details=(name,), service=None if kind == "service" else f"service {name}")
        for name in HOSTILE
        for kind in ("service", "listener", "function")
    ]  # fmt: skip
    return Graph.of(nodes, [])


def label_texts(graph: Graph) -> set[str]:
    """The labels that must be seen of a graph whose names are plain and short."""
    boxes = {
        "\n".join((("λ " if node.kind == "function" else "") + node.name, *node.details))
        for node in graph.nodes
        if node.kind not in ("service", "listener")
    }
    return boxes | {edge.label for edge in graph.edges if edge.label}


@needs_mermaid
@each_mermaid
def test_mermaid_draws_the_sample_of_the_readme(bundle: Path) -> None:
    (text,) = re.findall(r"```mermaid\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)

    drawn = draw(text, bundle)

    assert re.fullmatch(r"\d+x\d+", drawn.title), drawn.title
    assert {
        "sample-dev-eksClient",
        "40 · /canary*",
        "90 %",
        "λ sample-dev-hello",
        "HTTPS 443\nAWS_IAM",
    } <= set(drawn.texts)


@needs_mermaid
@each_mermaid
@pytest.mark.parametrize("level", [1, 2])
def test_mermaid_draws_thirty_services_with_every_label(level: int, bundle: Path) -> None:
    graph = [*foldings(make_graph(shop(30)))][level]

    drawn = draw(to_mermaid(graph), bundle)

    assert re.fullmatch(r"\d+x\d+", drawn.title), drawn.title
    assert label_texts(graph) <= set(drawn.texts)


@needs_mermaid
@each_mermaid
def test_mermaid_draws_every_kind_of_box(bundle: Path) -> None:
    for graph in levels(FULL, guarded(statement("*/a/*"))):
        drawn = draw(to_mermaid(graph), bundle)

        assert label_texts(graph) <= set(drawn.texts)


@needs_mermaid
@each_mermaid
def test_hostile_names_are_seen_as_they_are_and_do_nothing(bundle: Path) -> None:
    drawn = draw(to_mermaid(hostile_graph()), bundle)

    assert re.fullmatch(r"\d+x\d+", drawn.title), drawn.title
    for name in HOSTILE:
        assert f"λ {printable(name)}\n{printable(name)}" in drawn.texts
    assert not re.search(
        r"<(script|a|img|iframe|strong|em)\b|javascript:|\son\w+=", re.sub(">[^<]*<", "><", drawn.svg)
    )


@needs_graphviz
@pytest.mark.parametrize("level", [0, 1, 2])
def test_graphviz_draws_thirty_services_with_every_label(level: int) -> None:
    graph = [*foldings(make_graph(shop(30)))][level]

    seen = graphviz(to_dot(graph))

    assert {line for text in label_texts(graph) for line in text.split("\n")} <= seen


@needs_graphviz
def test_hostile_names_are_text_to_graphviz() -> None:
    seen = graphviz(to_dot(hostile_graph()))

    for name in HOSTILE:
        assert f"λ {printable(name)}" in seen


def graphviz(text: str) -> set[str]:
    """The lines that Graphviz writes into a drawing, which has no links; no complaint."""
    assert DOT
    done = subprocess.run([DOT, "-Tsvg"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    elements = list(ElementTree.fromstring(done.stdout).iter())
    assert not [name for each in elements for name in each.attrib if name.endswith("href")]
    return {(each.text or "").replace("\xa0", " ") for each in elements if each.tag.endswith("}text")}
