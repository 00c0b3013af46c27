"""What a reading looked at is known, and whether it is as it was."""

from __future__ import annotations

from pathlib import Path

from lattice_events.readers.common.noted import Noted, exists, is_file, look, noting


def test_what_is_looked_at_while_somebody_listens_is_noted(tmp_path: Path) -> None:
    noted = Noted()
    (tmp_path / "a").write_text("one")
    look("content", tmp_path / "unheard")
    with noting(noted):
        look("content", tmp_path / "a")
        look("names", tmp_path)
        found = is_file(tmp_path / "a"), exists(tmp_path / "b")
        with noting(None):
            look("content", tmp_path / "nobody's")

    assert found == (True, False)
    assert noted.files == {str(tmp_path / "a")}
    assert noted.folders == {str(tmp_path)}
    assert noted.paths == {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "b")}


def test_what_has_changed_is_told_by_content_and_names(tmp_path: Path) -> None:
    noted = Noted()
    file, absent = tmp_path / "a", tmp_path / "b.yaml"
    file.write_text("one")
    noted.note("content", file)
    noted.note("kind", absent)
    noted.note("names", tmp_path)
    noted.note("content", file)  # the first look counts

    file.write_text("one")
    (tmp_path / ".a.swp").touch()
    (tmp_path / "a~").touch()
    assert noted.changed() == []
    file.write_text("two")
    absent.touch()
    assert noted.changed() == [str(file), str(absent), str(tmp_path)]


def test_what_changed_while_it_was_read_is_to_be_read_again(tmp_path: Path) -> None:
    noted = Noted()

    noted.note("content", tmp_path / "a", is_unsure=True)
    noted.note("content", "/proc/self/stat")

    assert noted.changed() == [str(tmp_path / "a")]


def test_a_reading_that_failed_early_forgets_nothing_that_one_before_looked_at(tmp_path: Path) -> None:
    before, failed = Noted(), Noted()
    before.note("content", tmp_path / "a")
    failed.note("content", tmp_path / "b")

    assert failed.over(before).paths == {str(tmp_path / "a"), str(tmp_path / "b")}
