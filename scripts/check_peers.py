"""Which mistakes `lattice check`, cfn-lint and checkov find; the table of docs/checks.md.

A mistake is a diff to a correct definition. A tool finds it if it says something of the definition with the mistake that
it does not say of the correct one, wherever that is: so a tool is not asked for the right line, nor for the right reason.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from benching.report import write_between

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.mistakes import ALL_MISTAKES, DEFINITIONS, Mistake

SILENT = "one of the 24 that cfn-lint is silent about"
Tool = Callable[[Path, bool], Counter[str]]  # of a folder, whose functions may have to run


def lattice_check(folder: Path, runs_handlers: bool) -> Counter[str]:
    command = [sys.executable, "-m", "lattice_events", "check", "--format", "json", str(folder)]
    command += ["--run-handlers"] * runs_handlers
    found = json.loads(output_of(command))["findings"]
    return Counter(each["code"] for each in found)


def cfn_lint(folder: Path, _: bool) -> Counter[str]:
    files = templates(folder)
    if not files:
        return Counter()
    command = [
        Path(sys.executable).with_name("cfn-lint"),
        "-r",
        "us-east-1",
        "--format",
        "json",
        "--",
        *files,
    ]
    return Counter(each["Rule"]["Id"] for each in json.loads(output_of(command) or "[]"))


def checkov(program: Path) -> Tool:
    def run(folder: Path, _: bool) -> Counter[str]:
        command = [program, "--directory", folder, "--compact", "--quiet", "--output", "json"]
        reports = json.loads(output_of(command))
        found: Counter[str] = Counter()
        for report in reports if isinstance(reports, list) else [reports]:
            failed = report.get("results", {}).get("failed_checks", [])
            found.update(f"{each['check_id']} {each['resource']}" for each in failed)
        return found

    return run


def is_manifest(mistake: Mistake) -> bool:
    """Whether a mistake is one of what the Gateway API controller makes."""
    return all(finding.startswith("LTC6") for finding in mistake.findings)


def templates(folder: Path) -> list[Path]:
    """The CloudFormation templates of a definition."""
    files = [each for each in folder.rglob("*.yaml") if "\nResources:" in f"\n{each.read_text()}"]
    return [each for each in files if "kind:" not in each.read_text()]


def output_of(command: list[str | Path]) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode > 31 or not (done.stdout or done.returncode == 0):
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return done.stdout


def finds(tool: Tool, mistake: Mistake, correct: Callable[[Tool, str], Counter[str]]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        found = tool(mistake.made_in(Path(folder)), mistake.runs_handlers)
        return bool(found - correct(tool, mistake.definition))


def table(tools: dict[str, Tool]) -> str:
    @cache
    def correct(tool: Tool, definition: str) -> Counter[str]:
        return tool(DEFINITIONS / definition, False)

    def found_by(tool: Tool) -> list[bool]:
        for definition in {mistake.definition for mistake in ALL_MISTAKES}:
            correct(tool, definition)
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda mistake: finds(tool, mistake, correct), ALL_MISTAKES))

    found = {name: found_by(tool) for name, tool in tools.items()}
    rows = [f"| mistakes | {' | '.join(tools)} |", f"|---|{'---|' * len(tools)}"]

    def row(title: str, chosen: Iterable[int]) -> None:
        places = list(chosen)
        counts = (f"{sum(found[name][at] for at in places)} of {len(places)}" for name in tools)
        rows.append(f"| {title} | {' | '.join(counts)} |")

    row("in templates, and in both", (at for at, each in enumerate(ALL_MISTAKES) if not is_manifest(each)))
    row("in Kubernetes manifests", (at for at, each in enumerate(ALL_MISTAKES) if is_manifest(each)))
    row("all", range(len(ALL_MISTAKES)))
    row(
        "those of templates that cfn-lint was known not to find",
        (at for at, each in enumerate(ALL_MISTAKES) if SILENT in each.text),
    )
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkov", type=Path, required=True, help="the program")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table into FILE")
    options = parser.parse_args()
    text = table({"lattice check": lattice_check, "cfn-lint": cfn_lint, "checkov": checkov(options.checkov)})
    if options.markdown:
        write_between(options.markdown, "check-peers", text)
    else:
        print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
