"""What an event of the file system means for a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lattice_events.local.watching.plan import Plan, Wanted
from lattice_events.readers.common.noted import is_temporary

ADDED, MODIFIED, DELETED = 1, 2, 3


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("template.yaml", "code/app.py", "code/data.json", "shared/lib.py", "node_modules/x/y.py"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (tmp_path / "code" / "linked.py").symlink_to(tmp_path / "shared" / "lib.py")
    return tmp_path


def plan(project: Path, code: str = "code") -> Plan:
    paths = frozenset({str(project / "template.yaml"), str(project / "made" / "later.yaml")})
    wanted = Wanted(paths=paths, folders=frozenset(), code=frozenset({str(project / code)}))
    return Plan(wanted, ignores=is_temporary)


EVENTS = [
    pytest.param("template.yaml", MODIFIED, True, False, id="a definition"),
    pytest.param("made", ADDED, True, False, id="the folder of a file that was looked for"),
    pytest.param("code/app.py", MODIFIED, False, True, id="a handler"),
    pytest.param("code/new.json", ADDED, False, True, id="a file that came"),
    pytest.param("code/data.json", DELETED, False, True, id="a file that went"),
    pytest.param("shared/lib.py", MODIFIED, False, True, id="a file to which a link leads"),
    pytest.param("code/.app.py.swp", ADDED, False, False, id="Vim's"),
    pytest.param("code/4913", ADDED, False, False, id="Vim's question"),
    pytest.param("code/app.py~", ADDED, False, False, id="a copy"),
    pytest.param("code/__pycache__", ADDED, False, False, id="Python's"),
    pytest.param("code/app.log", MODIFIED, False, False, id="a log"),
    pytest.param("elsewhere.py", ADDED, False, False, id="of nobody"),
]


@pytest.mark.parametrize(("name", "kind", "concerns_sources", "is_code"), EVENTS)
def test_an_event_concerns_what_it_is_about(
    project: Path, name: str, kind: int, *, concerns_sources: bool, is_code: bool
) -> None:
    planned = plan(project)
    path = project / name
    if kind == ADDED and "." not in name:
        path.mkdir()

    changes = planned.read([(kind, str(path))])

    assert changes.concern_sources is concerns_sources
    assert changes.code == ({str(path): {str(project / "code")}} if is_code else {})


def test_a_file_that_was_there_for_a_moment_is_nothing(project: Path) -> None:
    path = str(project / "code" / "sedLv0l1Y")

    assert plan(project).read([(ADDED, path), (DELETED, path)]).code == {}


def test_a_folder_that_comes_into_code_is_another_plan(project: Path) -> None:
    planned = plan(project)
    made = project / "code" / "more"
    made.mkdir()

    changes = planned.read([(ADDED, str(made))])

    assert (changes.move_folders, list(changes.code)) == (True, [str(made)])


def test_installed_packages_and_caches_are_not_watched(project: Path) -> None:
    assert {os.path.relpath(each, project) for each in plan(project, code=".").folders} >= {
        "code",
        "shared",
        ".",
    }
    assert not [each for each in plan(project, code=".").folders if "node_modules" in each]


def test_code_behind_a_link_is_the_code_of_the_link(project: Path) -> None:
    (project / "current").symlink_to(project / "code")
    planned = plan(project, code="current")

    for path in (project / "code" / "app.py", project / "current"):
        assert planned.read([(MODIFIED, str(path))]).code == {str(path): {str(project / "current")}}
