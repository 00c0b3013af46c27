"""Take pictures of the sample and of thirty services; see scripts/drawings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lattice_events.network.graph import foldings, make_graph, to_mermaid
from tests.mermaid import BUNDLES, ROOT, draw
from tests.shops import shop


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    sample = [sys.executable, "-m", "lattice_events", "graph", ".", "k8s"]
    _, folded, services = foldings(make_graph(shop(30)))
    texts = {
        "sample": subprocess.run(sample, cwd=ROOT, capture_output=True, text=True, check=True).stdout,
        "30-services": to_mermaid(folded),
        "30-services-overview": to_mermaid(services),
    }
    for name, text in texts.items():
        for bundle in BUNDLES:
            for theme in ("default", "dark"):
                png = folder / f"{name}-{bundle.parent.name}-{theme}.png"
                print(png, draw(text, bundle, png=png, theme=theme).title)


if __name__ == "__main__":
    main()
