"""tests/cases/corpus: definitions as people have them become the network that they mean, whatever their order."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.headers import Headers
from lattice_events.network.authentication import KnownKey
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Forward, Source
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project
from lattice_events.request import Request
from lattice_events.sigv4 import Credentials, sign_lattice
from tests.unit.readers.test_cases import summary

CORPUS = Path(__file__).parents[2] / "cases" / "corpus"
CASES = sorted(path.parent for path in CORPUS.rglob("case.json"))
MOST_ORDERS = 24
KEY = Credentials(access_key_id="CORPUS", secret_access_key="made-up", session_token="made-up")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def options_of(case: dict[str, Any]) -> ReadOptions:
    """The command line of a case; code is looked for where it names it."""
    given = dict(case.get("options", {}))
    for key in ("code", "layers"):
        given[key] = {name: Path(folder) for name, folder in given.get(key, {}).items()}
    if "package" in given:
        given["package"] = Path(given["package"])
    return ReadOptions(**{"runs_functions": False, "runs_targets": False, **given})


def load(paths: list[str], case: dict[str, Any]) -> Project | list[str]:
    """The project of some paths, or what is wrong with it."""
    try:
        return load_project(
            [Path(path) for path in paths], options_of(case), allocate=lambda name, _: f"http://{name}"
        )
    except ConfigurationError as error:
        return sorted(map(str, error.problems))


def seen(project: Project | list[str], case: dict[str, Any]) -> dict[str, Any]:
    """All that a user sees of a project: the network, the notes, and what happens to the case's requests."""
    if isinstance(project, list):
        return {"problems": project}
    verdicts = {words: verdict(project, words) for words in case["expected"].get("verdicts", {})}
    code = {
        each.name: Path(each.code).relative_to(Path.cwd()).as_posix()
        for each in project.network.functions
        if Path(each.code).is_relative_to(Path.cwd())
    }
    notes = list(project.notes)
    return {**summary(project.network), "notes": notes, "verdicts": verdicts, "code": code}


def verdict(project: Project, words: str) -> str:
    """The target group that a request such as ``caller GET https://orders/path`` comes to, or the status it gets."""
    caller, method, url, *headers = words.split(" ")
    parts = urlsplit(url)
    network = project.network
    service = next(each for each in network.services if each.name == parts.netloc)
    port = 443 if parts.scheme == "https" else 80
    given = [("host", service.domain_name)]
    given += [(name, value) for name, _, value in (each.partition(":") for each in headers)]
    request = Request(method=method, path=parts.path, query_string=parts.query, headers=Headers(given))
    principal = network.principal_by_name.get(caller)
    if principal is not None:
        signed = sign_lattice(
            method,
            f"{parts.scheme}://{service.domain_name}{request.target}",
            headers=given[1:],
            credentials=KEY,
            region=service.arn.split(":")[3],
            now=NOW,
        )
        request = request.replace(
            headers=Headers([given[0], *(each for each in signed.headers if each[0].lower() != "host")])
        )
    decision = plan(
        network,
        request,
        source=Source(address="127.0.0.1", port=port, vpc_arn=project.default_vpc_arn, principal=principal),
        credentials={KEY.access_key_id: KnownKey(credentials=KEY, principal=principal)},
        fresh_request_id="00000000-0000-4000-8000-000000000000",
        now_us=int(NOW.timestamp() * 1_000_000),
        roll=0.0,
        turn={},
        health={},
        assumptions=project.settings.assumptions,
    )
    return decision.target_group.name if isinstance(decision, Forward) else str(decision.response.status)


def orders(paths: list[str]) -> list[list[str]]:
    """Other orders of the paths, and each of them named twice."""
    found = [list(order) for order in itertools.islice(itertools.permutations(paths), MOST_ORDERS)]
    return [*found[1:], [*reversed(paths), *paths]]


@pytest.fixture(params=CASES, ids=lambda path: path.relative_to(CORPUS).as_posix())
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(request.param)
    found: dict[str, Any] = json.loads(Path("case.json").read_text())
    return found


def test_a_definition_becomes_the_network_that_it_means(case: dict[str, Any]) -> None:
    found = seen(load(case["paths"], case), case)

    assert {key: found.get(key, found.get("problems")) for key in case["expected"]} == case["expected"]


def test_the_order_and_the_split_of_the_paths_change_nothing(case: dict[str, Any]) -> None:
    first = seen(load(case["paths"], case), case)

    for paths in (*orders(case["paths"]), *case.get("splits", [])):
        assert seen(load(paths, case), case) == first, paths


def test_there_are_many_definitions_and_each_cites_its_source() -> None:
    cases = [json.loads((path / "case.json").read_text()) for path in CASES]

    assert len(cases) >= 40
    assert all(case["source"].startswith("https://") and case["form"] for case in cases)
