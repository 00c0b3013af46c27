"""What was changed is in the journal, and nothing but that."""

from __future__ import annotations

from pathlib import Path

import pytest

from lattice_events.cloud.endpoint.journal import Entry, Journal
from lattice_events.cloud.endpoint.turns import Given
from lattice_events.cloud.endpoint.wsgi import ApiRequest
from lattice_events.errors import ConfigurationError

VERSIONS = {"moto": "5.2.5"}


def entry(body: bytes = b"body", path: str = "/services") -> Entry:
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "RAW_URI": path, "QUERY_STRING": ""}
    return Entry(request=ApiRequest(environ=environ, body=body), given=Given(), status=200)


def written(folder: Path, *entries: Entry) -> Path:
    """A folder with a journal."""
    journal = Journal(folder, versions=VERSIONS)
    assert list(journal.entries()) == []
    for each in entries:
        journal.keep(each)
    journal.close()
    return folder


def read(folder: Path, **versions: str) -> list[Entry]:
    journal = Journal(folder, versions=versions or VERSIONS)
    try:
        return list(journal.entries())
    finally:
        journal.close()


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    kept = [entry(), entry(b""), entry(bytes(range(256))), entry(path="/é".encode().decode("latin-1"))]

    assert read(written(tmp_path / "state", *kept)) == kept


def test_a_body_is_kept_once(tmp_path: Path) -> None:
    folder = written(tmp_path / "state", entry(b"zip"), entry(b"zip"), entry(b"other"))

    assert len(list((folder / "bodies").iterdir())) == 2


def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "state", entry())

    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))} == {0}


@pytest.mark.parametrize("left", [1, 20, 200])
def test_a_line_that_was_not_finished_is_dropped(tmp_path: Path, left: int) -> None:
    kept = entry()
    folder = written(tmp_path / "state", kept, entry())
    file = folder / "journal"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]) + lines[-1][:left])

    assert read(folder) == [kept]
    assert file.read_bytes() == b"".join(lines[:-1])


def test_a_journal_without_a_finished_first_line_is_empty(tmp_path: Path) -> None:
    folder = written(tmp_path / "state")
    (folder / "journal").write_bytes(b"0")

    assert read(folder) == []
    assert read(written(folder, entry())) != []


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: flip(folder / "journal", 100), "line 2 of"),
        (lambda folder: flip(next((folder / "bodies").iterdir()), 0), "is not as it was written"),
        (lambda folder: next((folder / "bodies").iterdir()).unlink(), "cannot be read"),
    ],
)
def test_a_damaged_state_is_refused(tmp_path: Path, damage: object, words: str) -> None:
    folder = written(tmp_path / "state", entry())
    damage(folder)  # type: ignore[operator]

    with pytest.raises(ConfigurationError, match=words) as refused:
        read(folder)
    assert "deploy again" in str(refused.value)


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "state", entry())

    with pytest.raises(ConfigurationError, match="made with moto 5.2.5, and this is moto 6"):
        read(folder, moto="6")


def test_a_folder_is_used_by_one_at_a_time(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state", versions=VERSIONS)
    with pytest.raises(ConfigurationError, match="in use by another lattice cloud"):
        Journal(tmp_path / "state", versions=VERSIONS)
    journal.close()

    assert read(tmp_path / "state") == []


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    with pytest.raises(ConfigurationError, match="chmod 700"):
        Journal(tmp_path, versions=VERSIONS)


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "thesis.tex").touch()

    with pytest.raises(ConfigurationError, match="has other files in it"):
        Journal(tmp_path, versions=VERSIONS)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").touch()

    with pytest.raises(ConfigurationError, match="cannot be used: File exists"):
        Journal(tmp_path / "state", versions=VERSIONS)
