from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from lattice_events.cli.rewriting import read_files, rewrite
from lattice_events.errors import ConfigurationError


def changed(file: Path, old: str, new: str) -> None:
    files = read_files([str(file)])
    rewrite(files, {name: each.text.replace(old, new) for name, each in files.items()})


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        pytest.param(b"", "utf-8", id="UTF-8"),
        pytest.param(codecs.BOM_UTF8, "utf-8", id="with a mark"),
        pytest.param(codecs.BOM_UTF16_LE, "utf-16-le", id="UTF-16"),
        pytest.param(codecs.BOM_UTF16_BE, "utf-16-be", id="UTF-16, big-endian"),
    ],
)
def test_encoding_and_line_breaks_stay(mark: bytes, encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(mark + "a: é\r\nb: 1".encode(encoding))

    changed(file, "1", "語")

    assert file.read_bytes() == mark + "a: é\r\nb: 語".encode(encoding)


def test_rights_and_links_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file, link = tmp_path / "real" / "a.yaml", tmp_path / "link.yaml"
    file.write_text("a: 1\n")
    file.chmod(0o640)
    link.symlink_to(file)

    changed(link, "1", "2")

    assert file.read_text() == "a: 2\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert os.listdir(file.parent) == ["a.yaml"]


def test_what_is_no_text_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff")

    assert read_files([str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), str(tmp_path)]) == {}


def test_no_file_changes_where_one_cannot_be_written(tmp_path: Path) -> None:
    file, gone = tmp_path / "a.yaml", tmp_path / "gone" / "b.yaml"
    gone.parent.mkdir()
    for each in (file, gone):
        each.write_text("a: 1\n")
    files = read_files([str(file), str(gone)])
    gone.unlink()
    gone.parent.rmdir()

    with pytest.raises(
        ConfigurationError, match="The file cannot be written: No such file or directory. Nothing is fixed."
    ):
        rewrite(files, dict.fromkeys(files, "a: 2\n"))

    assert file.read_text() == "a: 1\n"
    assert os.listdir(tmp_path) == ["a.yaml"]


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everything")
def test_a_file_that_must_not_be_written_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n")
    file.chmod(0o444)

    with pytest.raises(ConfigurationError, match="Permission denied"):
        changed(file, "1", "2")
