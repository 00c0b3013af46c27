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
        options=ReadOptions(region=REGION, runs_targets=case["given"].get("runs", True)),
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


GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: {name}}}
spec: {{gatewayClassName: amazon-vpc-lattice, listeners: [{{name: http, protocol: HTTP, port: {port}}}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: route}}
spec: {{parentRefs: [{{name: {name}}}], rules: [{{}}]}}
"""


def loaded(folder: Path, ports: dict[str, int]) -> tuple[list[int], list[str]]:
    """The ports of the route's service and the notes, of files that are given in this order."""
    sources: list[Any] = []
    for name, port in ports.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(GATEWAY.format(name="gw1", port=port))
        sources += KUBERNETES.load(Found(folder / name), ReadOptions())
    network, notes = assemble([ManifestSource.read_all(sources, Context())], region=REGION, account=ACCOUNT)
    return [listener.port for listener in network.services[0].listeners], list(notes)


def test_of_two_objects_of_one_name_in_a_folder_the_last_by_file_name_counts(tmp_path: Path) -> None:
    first, second = (
        loaded(tmp_path, {"a.yaml": 80, "b.yaml": 81}),
        loaded(tmp_path, {"b.yaml": 81, "a.yaml": 80}),
    )

    assert first == second
    assert first[0] == [81]
    assert first[1][0] == (
        f"There are two different Gateways default/gw1; the one at {tmp_path}/b.yaml:1:1 counts, not the one at "
        f"{tmp_path}/a.yaml:1:1, as with kubectl apply -f {tmp_path}. Name the files that you mean."
    )


def test_two_objects_of_one_name_in_two_folders_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, {"b/k8s.yaml": 80, "a/k8s.yaml": 81})

    assert [str(problem) for problem in caught.value.problems] == [
        f"{tmp_path}/b/k8s.yaml:1:1: There are two different Gateways default/gw1; the other is at "
        f"{tmp_path}/a/k8s.yaml:1:1. Name the files that you mean."
    ]


def test_parameters_replace_placeholders(tmp_path: Path) -> None:
    found = Found(tmp_path / "k8s.yaml")
    text = GATEWAY.format(name="'{{ NETWORK }}-${STAGE}'", port=80)
    found.path.write_text(text)

    (source,) = KUBERNETES.load(found, ReadOptions(params={"NETWORK": "shop", "STAGE": "dev", "OTHER": "x"}))
    network, notes = assemble([source.read_all([source], Context())], region=REGION, account=ACCOUNT)
    assert ([each.name for each in network.service_networks], notes) == (["shop-dev"], ())


def test_a_server_may_be_named_for_a_backend_of_a_route_that_is_wrong(tmp_path: Path) -> None:
    found = Found(tmp_path / "k8s.yaml")
    text = GATEWAY.format(name="gw1", port=80).replace("rules: [{}]", "rules: [{backendRefs: [{name: app}]}]")
    found.path.write_text(text.replace("[{name: gw1}]", "[{name: gw1, sectionName: other}]"))

    (source,) = KUBERNETES.load(found, ReadOptions())
    fragment = source.read_all([source], Context())
    assert len(fragment.problems) == 1
    assert ("default/app", "app") in fragment.target_names
