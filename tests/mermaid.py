"""The real Mermaid in a headless Chromium, where both are installed; `scripts/drawings` installs Mermaid."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
BUNDLES = tuple(sorted((ROOT / ".mermaid").glob("*/mermaid.min.js")))
_PAGE = """\
<!doctype html><meta charset="utf-8"><title>waiting</title>
<style>body {{ margin: 0; background: {background} }}</style>
<div id="drawing"></div><script src="{bundle}"></script>
<script>
(async () => {{
  try {{
    mermaid.initialize({{startOnLoad: false, securityLevel: "strict", theme: "{theme}"}});
    const {{svg}} = await mermaid.render("network", {text});
    document.getElementById("drawing").innerHTML = svg;
    const {{width, height}} = document.querySelector("svg").viewBox.baseVal;
    const style = document.querySelector("svg").style;
    style.maxWidth = "none"; style.width = width + "px"; style.height = height + "px";
    document.title = Math.ceil(width) + "x" + Math.ceil(height);
  }} catch (error) {{
    document.title = "error: " + error;
  }}
}})();
</script>
"""


@dataclass(frozen=True)
class Drawn:
    """What the browser made of a text."""

    dom: str

    @cached_property
    def title(self) -> str:
        """``WIDTHxHEIGHT``, or the error."""
        found = re.search("<title>(.*?)</title>", self.dom, re.DOTALL)
        return html.unescape(found[1]) if found else self.dom[:500]

    @cached_property
    def svg(self) -> str:
        """The drawing."""
        return self.dom[self.dom.index("<svg") : self.dom.rindex("</svg>")] if "<svg" in self.dom else ""

    @cached_property
    def texts(self) -> list[str]:
        """The text of every label, its lines separated by line breaks; what has no width is not seen."""
        labels = re.findall(
            r'<span [^>]*class="(?:node|edge)Label[^"]*"[^>]*>(.*?)</span>', self.svg, re.DOTALL
        )
        lines = (re.sub(r"<br ?/?>", "\n", label) for label in labels)
        return [
            text
            for line in lines
            if (text := html.unescape(re.sub("<[^>]*>", "", line)).replace("\u200b", ""))
        ]


def draw(text: str, bundle: Path, *, png: Path | None = None, theme: str = "default") -> Drawn:
    """Let Mermaid draw a text as GitHub does, with its strict level of security.

    Args:
        text: Of the flowchart.
        bundle: Mermaid.
        png: Takes a picture.
        theme: Of Mermaid.
    """
    with TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        filled = _PAGE.format(
            bundle=bundle.as_uri(),
            text=json.dumps(text).replace("</", r"<\/"),
            theme=theme,
            background="#0d1117" if theme == "dark" else "#ffffff",
        )
        page.write_text(filled, encoding="utf-8")
        drawn = Drawn(_chromium(folder, page, "--dump-dom"))
        if png is not None and "x" in drawn.title:
            size = drawn.title.replace("x", ",")
            _chromium(folder, page, f"--screenshot={png.absolute()}", f"--window-size={size}")
    return drawn


def _chromium(folder: str, page: Path, *options: str) -> str:
    """What the browser prints; it loads nothing but the page and Mermaid."""
    assert CHROMIUM
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-background-networking",
        "--allow-file-access-from-files",
        "--virtual-time-budget=60000",
        f"--user-data-dir={folder}/profile",
        *options,
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
