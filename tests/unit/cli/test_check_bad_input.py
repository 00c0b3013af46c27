"""What `lattice check` says of input that is broken: every problem at once, each with its file and line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lattice_events.cli.check_findings import find_mistakes
from lattice_events.readers.common.documents import MAX_NODES
from lattice_events.readers.common.files import MAX_BYTES
from lattice_events.readers.project import survey
from tests.checking import EVERYTHING, STILL

NOTHING = "Nothing to read here. What can be read:"
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{each + 1}: &a{each + 1} [{', '.join([f'*a{each}'] * 10)}]\n" for each in range(9)
)
SERVICE = "{Type: AWS::VpcLattice::Service, Properties: {Name: %s}}"


def write(file: Path, text: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode() if isinstance(text, str) else text)


def unreadable(*paths: Path) -> list[tuple[str, str]]:
    """Place and message of every LTC901, as seen from the first path's folder."""
    found = find_mistakes(survey(paths, STILL), EVERYTHING)
    return [
        (f"{os.path.relpath(each.place.file)}:{each.place.line}:{each.place.column}", each.message)
        for each in found
        if each.code == "LTC901"
    ]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param("Resources:\n  A: [\n", "3:1", "This is not YAML: ", id="a bracket that is open"),
        pytest.param("Resources:\n\tA: x\n", "2:1", "This is not YAML: found character '\\t'", id="a tab"),
        pytest.param("Resources: {A: !!python/object:os.system {}}\n", "1:16", "This is not YAML: the tag", id="a tag"),
        pytest.param("Resources: {A: \0}\n", "1:16", "This is not YAML: ", id="a null character"),
        pytest.param("Resources: &a\n  X: *a\n", "1:12", "This is not YAML: an alias refers to a value that contains it.", id="an alias of itself"),
        pytest.param(f"{BOMB}Resources: *a9\n", "1:31", f"This is not YAML: it has more than {MAX_NODES:,} values", id="aliases that multiply"),
        pytest.param(f"Resources: {'{a: ' * 200}1{'}' * 200}\n", "1:409", "This is not YAML: it has more than 100 levels.", id="too deep"),
        pytest.param(b"Resources: {A: \xe9}\n", "1:1", "The file cannot be read: it is not UTF-8 text; save it as UTF-8.", id="Latin 1"),
        pytest.param(b" " * (MAX_BYTES + 1), "1:1", "The file cannot be read: it has more than 16 MB.", id="huge"),
        pytest.param("", "1:1", NOTHING, id="empty"),
        pytest.param("# nothing but a comment\n", "1:1", NOTHING, id="a comment"),
        pytest.param("- Resources\n- Parameters\n", "1:1", NOTHING, id="a list"),
        pytest.param("Resources\n", "1:1", NOTHING, id="a text"),
        pytest.param("--- {Resources: {}}\n--- {Resources: {}}\n", "1:1", NOTHING, id="two templates in one"),
        pytest.param("Resources: []\n", "1:1", "Resources must be a mapping", id="resources in a list"),
        pytest.param("Resources:\n", "1:1", "Resources must be a mapping", id="no resources"),
        pytest.param("Resources: {A: 1}\n", "1:13", "The resource A has no Type.", id="a resource that is none"),
        pytest.param(f"Resources:\n  A: {SERVICE % 'orders'}\n  B: {SERVICE % '!Ref Nobody'}\n", "3:52", "This value is needed but cannot be known: Ref Nobody (there is no such resource or parameter).", id="a reference to nothing"),
        pytest.param(
            "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: template.yaml}}\n",
            "2:54", "The nested stack N has the template template.yaml, which contains it.", id="a stack in itself",
        ),
        pytest.param("Resources: {}\nMetadata: {lattice: {ignroe: []}}\n", "2:22", "Metadata.lattice has no setting ignroe. Did you mean ignore?", id="a setting that is mistyped"),
    ],
)  # fmt: skip
def test_a_file_that_is_broken_is_one_problem_at_its_place(
    text: str | bytes, place: str, message: str, folder: Path
) -> None:
    write(folder / "template.yaml", text)

    ((found, said),) = unreadable(folder / "template.yaml")

    assert found == f"template.yaml:{place}"
    assert said.startswith(message)


def test_a_file_that_includes_itself_is_told_in_that_file(folder: Path) -> None:
    include = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: part.yaml}}\n"
    write(folder / "template.yaml", f"Resources:\n  {include}")
    write(folder / "part.yaml", include)

    assert unreadable(folder / "template.yaml") == [("part.yaml:1:1", "part.yaml includes itself.")]


def test_every_broken_file_is_told_at_once_beside_the_findings_of_the_others(folder: Path) -> None:
    write(folder / "a.yaml", "Resources: {A: [\n")
    write(folder / "b" / "serverless.yml", "service: x\nfunctions: [\n")
    write(folder / "c" / "samconfig.toml", "version = \n")
    write(folder / "c" / "template.yaml", "Transform: AWS::Serverless-2016-10-31\nResources: {}\n")
    write(folder / "e.yaml", "apiVersion: v1\nkind: Service\nmetadata: [\n")
    write(
        folder / "f.yaml",
        "Resources: {Group: {Type: AWS::VpcLattice::TargetGroup, Properties: {Type: LAMBDA}}}\n",
    )
    write(folder / "lattice.yaml", "targets: 1\n")

    found = find_mistakes(survey((folder,), STILL), EVERYTHING)
    files = {os.path.relpath(each.place.file) for each in found if each.code == "LTC901"}

    assert files == {"a.yaml", "b/serverless.yml", "c/samconfig.toml", "e.yaml", "lattice.yaml"}
    assert [os.path.relpath(each.place.file) for each in found if each.code == "LTC001"] == ["f.yaml"]


def make_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def make_link_up(path: Path) -> None:
    path.mkdir()
    path.joinpath("up").symlink_to("..")


def make_empty(path: Path) -> None:
    path.mkdir()


def make_locked(path: Path) -> None:
    path.write_text("Resources: {}")
    path.chmod(0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: None, "There is no such file or folder."),
        (make_link_to_itself, "There is no such file or folder."),
        (make_link_up, NOTHING),
        (make_empty, NOTHING),
        pytest.param(
            make_locked,
            "The file cannot be read: Permission denied.",
            marks=pytest.mark.skipif(
                sys.platform == "win32" or os.geteuid() == 0, reason="root may read every file"
            ),
        ),
    ],
)
def test_a_path_with_nothing_to_read_is_named(make: Callable[[Path], None], message: str) -> None:
    path = Path("given")
    make(path)

    ((place, said),) = unreadable(path)

    assert place == "given:1:1"
    assert said.startswith(message)


@pytest.mark.parametrize("name", ["a\nb.yaml", "a" * 5000, "\udcff.yaml", "a:1:2", "a (b)"])
def test_a_path_that_no_file_has_is_named_whatever_is_in_it(name: str) -> None:
    ((_, said),) = unreadable(Path(name))

    assert said == "There is no such file or folder."
