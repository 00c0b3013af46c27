"""Write docs/checks/ and the table of rules in docs/checks.md from the rules of lattice check; --check compares only."""

import sys
from collections.abc import Mapping
from pathlib import Path

from lattice_events.checks.pages import index, page
from lattice_events.checks.table import RULES

DOCS = Path(__file__).parents[1] / "docs"
OVERVIEW = DOCS / "checks.md"
PAGES = DOCS / "checks"
BEGIN, END = "<!-- scripts/check_pages.py writes this -->\n", "<!-- to here -->\n"


def wanted() -> Mapping[Path, str]:
    """The text of every file."""
    before, _, rest = OVERVIEW.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    overview = f"{before}{BEGIN}\n{index(RULES)}\n{END}{after}"
    return {OVERVIEW: overview} | {PAGES / f"{rule.code}.md": page(rule) for rule in RULES}


def main() -> int:
    """Write, or compare."""
    texts = wanted()
    present = {path: path.read_text() for path in (OVERVIEW, *sorted(PAGES.glob("*.md")))}
    if present == texts:
        return 0
    if "--check" in sys.argv[1:]:
        differing = sorted(
            path.relative_to(DOCS.parent).as_posix()
            for path in texts.keys() | present.keys()
            if texts.get(path) != present.get(path)
        )
        print(
            f"not what the rules say: {', '.join(differing)}; run: .venv/bin/python scripts/check_pages.py",
            file=sys.stderr,
        )
        return 1
    PAGES.mkdir(exist_ok=True)
    for path in present.keys() - texts.keys():
        path.unlink()
    for path, text in texts.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
