"""``lattice check --fix`` and ``--diff``: what is mended, in the files or as a diff of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import click

from lattice_events.checks.finding import Finding
from lattice_events.checks.fixing.diffs import unified_diff
from lattice_events.checks.fixing.plan import Plan, edited_files, plan_fixes
from lattice_events.cli.check_findings import Looked
from lattice_events.cli.check_report import Output, painter, put
from lattice_events.cli.lines import Paint, plain
from lattice_events.cli.printer import print_notes
from lattice_events.cli.rewriting import TextFile, read_files, rewrite

_MAX_ROUNDS = 10
_STYLES = {"---": "bold", "+++": "bold", "@@": "cyan", "-": "red", "+": "green"}
_OPTIONS = (
    click.option(
        "--fix",
        "is_fixed",
        is_flag=True,
        help="Mend what can be mended in one way only; comments and layout of the files stay.",
    ),
    click.option(
        "--diff",
        "is_shown",
        is_flag=True,
        help="Print what --fix would change, and change nothing; the exit status is 1 if it would.",
    ),
)


def fixing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of fixes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def fix_files(looked: Looked, look: Callable[[], Looked], output: Output) -> Looked:
    """Mend what was found, then what is found after that, until nothing changes; and what is found at last.

    Args:
        looked: What was found.
        look: Looks again.
        output: Where it is told.

    Raises:
        ConfigurationError: A file cannot be written.
    """
    fixed: list[Finding] = []
    changed: set[str] = set()
    for _ in range(_MAX_ROUNDS):
        files, plan = _planned(looked)
        if not plan.texts:
            break
        rewrite(files, plan.texts)
        fixed += plan.fixed
        changed.update(plan.texts)
        looked = look()
    if not output.is_quiet:
        for each in fixed:
            click.echo(f"{each.place}: fixed {each.code} {each.rule.name}", err=True)
        click.echo(_summary("Fixed", len(fixed), len(looked.findings), len(changed)), err=True)
    unfixed = [each.advice for each in _planned(looked)[1].unfixed]
    return replace(looked, said=[*looked.said, *unfixed])


def show_fixes(looked: Looked, output: Output) -> bool:
    """Print what `fix_files` would change first; whether there is anything.

    Raises:
        ConfigurationError: The output cannot be written.
    """
    files, plan = _planned(looked)
    hidden = looked.found.hidden
    lines = [
        line
        for name, text in sorted(plan.texts.items())
        for line in unified_diff(_shown(name), hidden(files[name].text), hidden(text))
    ]
    paint = painter(output)
    put("".join(_painted(each, paint) for each in lines) if paint else "".join(lines), output)
    if not output.is_quiet:
        print_notes([each.advice for each in plan.unfixed])
        remaining = len(looked.findings) - len(plan.fixed)
        click.echo(_summary("Would fix", len(plan.fixed), remaining, len(plan.texts)), err=True)
    return bool(lines)


def _planned(looked: Looked) -> tuple[Mapping[str, TextFile], Plan]:
    files = read_files(edited_files(looked.findings))
    return files, plan_fixes(looked.findings, {name: file.text for name, file in files.items()})


def _summary(verb: str, fixed: int, remaining: int, files: int) -> str:
    """A sentence: ``Fixed 3 of 5 findings in 2 files.``, say."""
    total = fixed + remaining
    findings = f"{total} finding{'s' if total != 1 else ''}"
    if not fixed:
        return f"{verb} none of {findings}." if total else "There is nothing to fix."
    return f"{verb} {fixed} of {findings} in {files} file{'s' if files != 1 else ''}."


def _shown(name: str) -> str:
    """A path as it stands in a diff: from where the user is."""
    return os.path.relpath(name).replace(os.sep, "/")


def _painted(line: str, paint: Paint) -> str:
    """A line of a diff in its colour."""
    style = next((style for start, style in _STYLES.items() if line.startswith(start)), "")
    words = plain(line.rstrip("\r\n").expandtabs())
    return f"{paint(words, style) if style else words}\n"
