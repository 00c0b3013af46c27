"""tests/cases/kubernetes: what manifests say, as the controller of version 2.1.3 reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import Network
from lattice_events.readers.common.documents import Document, parse_yaml_stream
from lattice_events.readers.common.sources import Context, Found, ReadOptions
from lattice_events.readers.kubernetes.reader import KUBERNETES, ManifestSource
from lattice_events.readers.linking.assemble import assemble
from tests.conftest import examples
from tests.unit.readers.test_cases import summary

CASES = json.loads((Path(__file__).parents[2] / "cases" / "kubernetes" / "routes.json").read_text())
REGION, ACCOUNT = "us-west-2", "123456789012"


def parse(case: dict[str, Any]) -> list[Document]:
    return list(parse_yaml_stream("\n".join(case["given"]["manifests"]), "k8s.yaml"))


def read(*files: list[Document], case: dict[str, Any]) -> tuple[Network, tuple[str, ...]]:
    sources = [ManifestSource(origin="k8s.yaml", documents=tuple(documents)) for documents in files]
    context = Context(
        options=ReadOptions(region=REGION, runs_functions=case["given"].get("runs", True)),
        target_urls={name: ["http://127.0.0.1:1"] for name in case["given"]["targets"]},
    )
    return assemble([ManifestSource.read_all(sources, context)], region=REGION, account=ACCOUNT)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    try:
        network, notes = read(parse(case), case=case)
        found = {**summary(network), "notes": list(notes)}
    except ConfigurationError as error:
        found = {"problems": [str(problem) for problem in error.problems]}

    assert {key: found.get(key, found.get("problems", found)) for key in case["expected"]} == case["expected"]


def test_every_case_cites_its_source_and_has_its_own_name() -> None:
    assert all(case["source"].startswith("https://") for case in CASES)
    assert len({case["name"] for case in CASES}) == len(CASES)


READ = [case for case in CASES if "problems" not in case["expected"]]


@examples(200)
@given(st.data())
def test_the_order_of_objects_and_files_makes_no_difference(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(READ))
    documents = parse(case)
    shuffled = data.draw(st.permutations(documents))
    cut = data.draw(st.integers(0, len(documents)))

    assert read(shuffled[:cut], shuffled[cut:], case=case) == read(documents, case=case)


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("kind: Kustomization\nresources: [a.yaml]\n", ()),
        (
            "resources: [a.yaml]\nnamespace: team\npatches: [{path: b.yaml}]\n",
            ("{} is not applied (namespace, patches); give the output of kustomize build.",),
        ),
    ],
)
def test_a_kustomization_says_what_it_would_change(text: str, notes: tuple[str, ...], tmp_path: Path) -> None:
    found = Found(tmp_path / "kustomization.yaml")
    found.path.write_text(text)

    assert KUBERNETES.claims(found) == found.path
    (source,) = KUBERNETES.load(found, ReadOptions())
    fragment = source.read_all([source], Context())
    assert tuple(fragment.notes) == tuple(note.format(found.shown) for note in notes)
