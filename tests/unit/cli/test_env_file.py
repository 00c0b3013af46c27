"""--env-file: what python-dotenv reads, and every other line by its number."""

from __future__ import annotations

from pathlib import Path

import pytest
from dotenv import dotenv_values

from lattice_events.cli.env_file import read_env_files
from lattice_events.errors import ManifestError

READ = {
    "A=1": [("A", "1")],
    "export A=1": [("A", "1")],
    "A=1 # comment": [("A", "1")],
    "A=a#b": [("A", "a#b")],
    "A='a # b' # comment": [("A", "a # b")],
    'A="it\'s"': [("A", "it's")],
    "A='say \"x\"'": [("A", 'say "x"')],
    'A="a\\nb"': [("A", "a\nb")],
    "A='a\\nb'": [("A", "a\\nb")],
    'A="two\nlines"\nB=2': [("A", "two\nlines"), ("B", "2")],
    " A = 1 ": [("A", "1")],
    "A=": [("A", "")],
    "A=''": [("A", "")],
    "A=x=y": [("A", "x=y")],
    "A=${HOME}": [("A", "${HOME}")],
    "A=1\nB=${A}": [("A", "1"), ("B", "${A}")],
    "A=1\nA=2": [("A", "1"), ("A", "2")],
    "# nothing\n\n  # more": [],
    "\ufeffA=1": [("A", "1")],
    "A=1\r\nB='2'\r\n": [("A", "1"), ("B", "2")],
    "A=é": [("A", "é")],
}
REFUSED = {
    "A=1\n'Z A'=1": ":2: The name of a function's variable must be a letter, then letters, digits and _, not 'Z A'.",
    "Z-A=secret": ":1: The name of a function's variable must be a letter, then letters, digits and _, not 'Z-A'.",
    "_A=1": ":1: The name of a function's variable must be a letter, then letters, digits and _, not '_A'.",
    "Z\x1b[2J=1": ":1: The name of a function's variable must be a letter, then letters, digits and _, not 'Z\\x1b[2J'.",
    "A=1\nB": ":2: A line must be NAME=VALUE with closed quotes; the line of 'B' is not.",
    "A=1\n\n\n=x": ":4: A line must be NAME=VALUE with closed quotes; the line of '' is not.",
    "A='secret": ":1: A line must be NAME=VALUE with closed quotes; the line of 'A' is not.",
    'A="secret': ":1: A line must be NAME=VALUE with closed quotes; the line of 'A' is not.",
    'A="a" secret': ":1: A line must be NAME=VALUE with closed quotes; the line of 'A' is not.",
    "A=1\nB=\0": ":2: A variable must not contain the character U+0000.",
    "#" * 70_000: ": --env-file cannot be read: it has more than 64 KB.",
    "A=" + " " * 65_000 + "x\nB": ":2: A line must be NAME=VALUE with closed quotes; the line of 'B' is not.",
}


def write(folder: Path, text: str) -> Path:
    file = folder / ".env"
    file.write_bytes(text.encode())
    return file


@pytest.mark.parametrize(("text", "pairs"), READ.items())
def test_a_file_is_read_as_python_dotenv_reads_it(
    text: str, pairs: list[tuple[str, str]], tmp_path: Path
) -> None:
    file = write(tmp_path, text)

    assert read_env_files([file]) == pairs
    assert dict(pairs) == dotenv_values(file, interpolate=False, encoding="utf-8-sig")


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=lambda each: ascii(each[:20]))
def test_a_line_that_is_no_variable_is_named_without_its_value(text: str, said: str, tmp_path: Path) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ManifestError) as caught:
        read_env_files([file])
    assert str(caught.value) == f"{file}{said}"
    assert "secret" not in str(caught.value)


def test_every_problem_of_every_file_is_named(tmp_path: Path) -> None:
    utf_16, none = tmp_path / "a", tmp_path / "b"
    utf_16.write_bytes("A=1".encode("utf-16"))
    with pytest.raises(ManifestError) as caught:
        read_env_files([utf_16, none, write(tmp_path, "A\nB")])
    assert [problem.origin for problem in caught.value.problems] == [
        str(utf_16), str(none), f"{tmp_path}/.env:1", f"{tmp_path}/.env:2",
    ]  # fmt: skip
