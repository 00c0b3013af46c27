"""Deployment packages, sound and broken."""

from __future__ import annotations

import io
import os
import random
import shutil
import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.local.functions import archive
from lattice_events.local.functions.archive import MAX_UNPACKED_BYTES, unpack


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where packages are unpacked in this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def member(name: str, *, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def zipped(*members: tuple[zipfile.ZipInfo | str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as package:
        for name, content in members:
            package.writestr(name, content, compression)
    return written.getvalue()


SOUND = zipped(
    ("app.py", b"x = 1\n" * 50), ("lib/b.py", b"y"), ("lib/", b""), (member("run", mode=0o100755), b"#!")
)


def unpacked(content: bytes, tmp_path: Path) -> dict[str, bytes]:
    """What is in the folder, by path."""
    (tmp_path / "code.zip").write_bytes(content)
    folder = Path(unpack(str(tmp_path / "code.zip")))
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(content: bytes, tmp_path: Path) -> str:
    """The error of a package, which names it; no folder may be left."""
    package = tmp_path / "code.zip"
    package.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        unpack(str(package))
    assert not list(Path(tempfile.gettempdir()).iterdir())
    assert str(caught.value).startswith(f"The package {package} cannot be unpacked: ")
    return str(caught.value)


def test_files_are_there_with_their_permissions(tmp_path: Path) -> None:
    assert unpacked(SOUND, tmp_path) == {"app.py": b"x = 1\n" * 50, "lib/b.py": b"y", "run": b"#!"}
    (script,) = tmp_path.rglob("run")
    assert stat.S_IMODE(script.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        ("../a", "a"),
        ("../../../../a", "a"),
        ("/a", "a"),
        ("//a", "a"),
        ("b/../../a", "b/a"),
        ("./a", "a"),
        ("a\0b", "a"),
        ("\\..\\a", "\\..\\a"),
        ("é/漢", "é/漢"),
    ],
)
def test_a_member_stays_in_the_folder(tmp_path: Path, name: str, stays: str) -> None:
    assert unpacked(zipped((name, b"x")), tmp_path) == {stays: b"x"}


def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path) -> None:
    link = member("link", mode=stat.S_IFLNK | 0o777)

    refusal(zipped((link, str(tmp_path).encode()), ("link/x", b"x")), tmp_path)
    assert not (tmp_path / "x").exists()
    assert unpacked(zipped((link, b"/etc/hosts")), tmp_path) == {"link": b"/etc/hosts"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_the_last_counts(tmp_path: Path) -> None:
    assert unpacked(zipped(("a", b"first"), ("a", b"last")), tmp_path) == {"a": b"last"}


def patched(content: bytes, offset_after: bytes, offset: int, value: bytes) -> bytes:
    """The bytes with some replaced, counted from the last place of a signature."""
    start = content.rindex(offset_after) + offset
    return content[:start] + value + content[start + len(value) :]


CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"
ONE = zipped(("a", b"x" * 1000))
BROKEN = {
    "empty file": b"",
    "no zip": b"x" * 1000,
    "cut in the middle": ONE[: len(ONE) // 2],
    "no end": ONE[:-22],
    "encrypted": patched(patched(ONE, CENTRAL, 8, b"\1\0"), LOCAL, 6, b"\1\0"),
    "strong encryption": patched(patched(ONE, CENTRAL, 8, b"\x41\0"), LOCAL, 6, b"\x41\0"),
    "unknown compression": patched(patched(ONE, CENTRAL, 10, b"\x63\0"), LOCAL, 8, b"\x63\0"),
    "broken lzma": patched(patched(ONE, CENTRAL, 10, b"\x0e\0"), LOCAL, 8, b"\x0e\0"),
    "broken bzip2": patched(patched(ONE, CENTRAL, 10, b"\x0c\0"), LOCAL, 8, b"\x0c\0"),
    "a later version": patched(ONE, CENTRAL, 6, b"\xff\0"),
    "other name in the header": patched(ONE, LOCAL, 30, b"b"),
    "name that is no UTF-8": patched(patched(ONE, CENTRAL, 8, b"\0\x08"), CENTRAL, 46, b"\xff"),
    "wrong checksum": patched(ONE, CENTRAL, 16, b"\0\0\0\0"),
    "broken deflate": patched(ONE, LOCAL, 31, b"\xff\xff\xff"),
    "header beyond the file": patched(ONE, CENTRAL, 42, struct.pack("<L", 99_999)),
    "file that is a folder too": zipped(("a", b"x"), ("a/b", b"y")),
    "folder that is a file too": zipped(("a/b", b"y"), ("a", b"x")),
    "name that is too long": zipped(("a" * 300, b"x")),
    "name that is only ..": zipped(("..", b"x")),
    "deep folders": zipped(("a/" * 2000 + "b", b"x")),
    "over the limit": patched(ONE, CENTRAL, 24, struct.pack("<L", MAX_UNPACKED_BYTES + 1)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_package_is_one_kind_of_error_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    assert refusal(BROKEN[name], tmp_path).endswith(".")


def test_a_bomb_is_refused_by_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = zipped(*((f"{number}", b"\0" * 10_000) for number in range(101)))

    assert "1,010,000 bytes unpacked, and Lambda accepts 1,000,000" in refusal(bomb, tmp_path)
    assert len(unpacked(zipped(*((f"{n}", b"\0" * 10_000) for n in range(100))), tmp_path)) == 100


def test_a_member_cannot_be_larger_than_it_says(tmp_path: Path) -> None:
    assert "Bad CRC-32" in refusal(patched(ONE, CENTRAL, 24, struct.pack("<L", 10)), tmp_path)


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.zip cannot be unpacked: .*No such file"):
        unpack(str(tmp_path / "nowhere.zip"))
    assert not os.listdir(tempfile.gettempdir())


def test_a_mutated_package_is_unpacked_or_refused_and_never_more(tmp_path: Path, temporary: Path) -> None:
    draw = random.Random(7)
    package = tmp_path / "code.zip"
    outcomes = set()
    for _ in range(3000):
        content = bytearray(SOUND)
        for _ in range(draw.randint(1, 4)):
            content[draw.randrange(len(content))] = draw.choice((0, 1, 255, draw.randrange(256)))
        package.write_bytes(content)
        try:
            folder = unpack(str(package))
        except ConfigurationError:
            assert not os.listdir(temporary)
            outcomes.add("refused")
        else:
            shutil.rmtree(folder)
            outcomes.add("unpacked")
    assert outcomes == {"refused", "unpacked"}
