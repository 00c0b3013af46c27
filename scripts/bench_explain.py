"""`lattice explain` over templates of 10, 100 and 500 services with three rules each: seconds and peak memory."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benching.once import run_lattice
from benching.templates import template

SIZES = (10, 100, 500)


def main() -> int:
    """Print the figures as JSON."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            file = Path(folder, f"{size}.json")
            file.write_text(json.dumps(template(size), indent=1))
            seconds, mib = run_lattice("explain", "GET", "service-1/1/x", str(file))
            figures[f"{size} services"] = {"seconds": round(seconds, 2), "peak_mib": round(mib)}
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
