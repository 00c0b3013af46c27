"""Layers merged into one folder, as Lambda merges them below /opt."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.local.functions import unpacked
from lattice_events.local.functions.unpacked import merge

# By path: text of a file, None for an empty folder, "-> x" for a symbolic link to x.
CASES = {
    "folders of one path are one": (
        [{"python/a/x.py": "1"}, {"python/a/y.py": "2"}],
        {"python/a/x.py": "1", "python/a/y.py": "2"},
    ),
    "the last file stays": ([{"f": "1"}, {"f": "2"}, {"f": "3"}], {"f": "3"}),
    "a file replaces a folder": ([{"d/x": "1"}, {"d": "2"}], {"d": "2"}),
    "a folder replaces a file": ([{"d": "1"}, {"d/x": "2"}], {"d/x": "2"}),
    "a folder replaces a link to a folder": (
        [{"a/x": "1", "d": "-> a"}, {"d/x": "2"}],
        {"a/x": "1", "d/x": "2"},
    ),
    "a link replaces a folder": ([{"d/x": "1"}, {"a/x": "2", "d": "-> a"}], {"a/x": "2", "d/x": "2"}),
    "a link to a file": ([{"f": "1", "l": "-> f"}], {"f": "1", "l": "1"}),
    "a link in a circle": ([{"a/f": "1", "a/up": "-> .."}], {"a/f": "1"}),
    "a link to nothing": ([{"l": "-> gone"}, {"f": "1"}], {"f": "1"}),
    "an empty layer": ([{}, {"f": "1"}], {"f": "1"}),
    "odd names": ([{"a b/é": "1", "-rf": "2"}], {"a b/é": "1", "-rf": "2"}),
}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where layers are merged in this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(unpacked.tempfile, "tempdir", str(folder))  # type: ignore[attr-defined]
    return folder


def write(folder: Path, contents: Mapping[str, str]) -> str:
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if content.startswith("-> "):
            (folder / name).symlink_to(content[3:])
        else:
            (folder / name).write_text(content)
    return str(folder)


def files(folder: str) -> Iterator[tuple[str, str]]:
    """Every file by its path, also behind links, but for those that lead back."""
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [each for each in folders if each != "up"]
        for name in names:
            path = Path(place, name)
            if path.exists():
                yield str(path.relative_to(folder)), path.read_text()


@pytest.mark.parametrize(("layers", "expected"), CASES.values(), ids=CASES)
def test_layers_are_merged_and_stay_as_they_are(
    tmp_path: Path, layers: list[dict[str, str]], expected: dict[str, str]
) -> None:
    folders = [write(tmp_path / f"layer{index}", each) for index, each in enumerate(layers)]
    before = [dict(files(each)) for each in folders]

    assert dict(files(merge(folders))) == expected
    assert [dict(files(each)) for each in folders] == before


def test_what_is_written_into_the_merged_folder_stays_out_of_the_layer(tmp_path: Path) -> None:
    merged = Path(merge([write(tmp_path / "layer", {"python/a.py": "1"})]))

    (merged / "python" / "new.py").write_text("2")
    assert os.listdir(tmp_path / "layer" / "python") == ["a.py"]


def test_a_relative_layer_starts_where_the_user_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "layer", {"f": "1"})
    monkeypatch.chdir(tmp_path)

    assert dict(files(merge(["layer"]))) == {"f": "1"}


def test_a_layer_that_is_not_there_is_named_and_nothing_is_left(tmp_path: Path, temporary: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"A layer cannot be read: {tmp_path}/gone: No such file"):
        merge([write(tmp_path / "layer", {"f": "1"}), str(tmp_path / "gone")])

    assert not list(temporary.iterdir())
