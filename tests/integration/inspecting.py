"""A shop whose traffic is looked at in a real browser: what the tests of the inspector's page share."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="Playwright is not installed: pip install -e '.[dev]'"
)

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402 - only where it is installed

from tests.integration.running import BIN, PATIENCE_SECONDS, Running, clean_environment, lattice_dev  # noqa: E402

FOLDER = Path(__file__).parent / "inspected"
# The first starts fastest; the last is where macOS has it.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
needs_browser = pytest.mark.skipif(
    not CHROMIUM, reason="no browser is installed: scripts/setup none --browser"
)
# Texts with a contrast below 4.5 to what is behind them. Source: https://www.w3.org/TR/WCAG22/#contrast-minimum
FAINT_TEXTS = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = colour => [...colour].slice(0, 3).map(each => each / 255)
    .map(each => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = element => {
    const here = rgba(getComputedStyle(element).backgroundColor);
    return here[3] === 255 || !element.parentElement ? here : ground(element.parentElement);
  };
  const faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const colour = element.closest("svg") ? style.fill : style.color;
    const [brighter, darker] = [light(rgba(colour)), light(ground(element))].sort((a, b) => b - a);
    if ((brighter + 0.05) / (darker + 0.05) < 4.5) faint.push(`${element.className.baseVal ?? element.className}: ${texts.currentNode.data}`);
  }
  return faint;
}"""
SCRIPT = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"


@contextmanager
def shop() -> Iterator[Running]:
    """`lattice dev` on the shop, without a request yet."""
    code = [f"--code={name}={FOLDER / 'code'}" for name in ("OrdersFunction", "BrokenFunction")]
    with lattice_dev(FOLDER / "template.yaml", *code) as running:
        yield running


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's own Chromium, without a window."""
    with sync_playwright() as playwright:
        assert CHROMIUM
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


class Inspected:
    """The page of a run, in a tab of its own; whatever it says on its console is an error."""

    def __init__(self, page: Page, running: Running) -> None:
        page.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.page = page
        self.running = running
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def open(self, query: str = "", *, with_token: bool = True) -> None:
        """Go to the page, and wait for its count."""
        url, _, fragment = self.running.ready["inspector_url"].partition("#")
        self.page.goto(f"{url}{query}#{fragment}" if with_token else f"{url}{query}")
        self.page.locator("#count", has_text="request").wait_for(state="attached")

    def shows(self, *paths: str) -> None:
        """Wait until the list has just these paths, the newest first."""
        wanted = "\n".join(paths)
        self.page.wait_for_function(
            "wanted => [...document.querySelectorAll('td.path')].map(cell => cell.textContent).join('\\n') === wanted",
            arg=wanted,
        )

    def choose(self, path: str) -> None:
        """Select the newest request of a path, and wait for what is known of it."""
        self.page.locator("tr.line", has=self.page.get_by_text(path, exact=True)).first.click()
        self.page.locator("#detail h2", has_text=path).wait_for()

    def faint_texts(self) -> list[str]:
        """Texts of the page, as it is now, that are hard to read."""
        found: list[str] = self.page.evaluate(FAINT_TEXTS)
        return found

    def part(self, title: str) -> str:
        """The text of a part of the request that is shown."""
        return self.page.locator(
            "details.part", has=self.page.get_by_text(title, exact=True)
        ).first.inner_text()


def call(*arguments: str) -> None:
    """`lattice call`, whatever comes of it."""
    subprocess.run(
        [BIN / "lattice", "call", *arguments],
        capture_output=True,
        env=clean_environment(),
        timeout=PATIENCE_SECONDS,
    )
