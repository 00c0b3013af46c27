"""`lattice dev` from the start of its process to the first answered request: the sample project, and many services."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench_explain import SIZES, template
from benching.report import add_report_options, at_least_one, machine, report

ROOT = Path(__file__).parents[1]
SAMPLE = ("serverless.yml", "package.json", "requirements.txt", "handlers", "k8s", "lattice_events")
FREE_PORTS = ("--port", "0", "--tls-port", "0", "--control-port", "0")
HANDLER = """def handler(event, context):
    return {"statusCode": 200, "body": "hello"}
"""


def started(folder: Path, *arguments: str, host: str, cache: Path) -> float:
    """Seconds until a service of this host has answered."""
    command = [sys.executable, "-m", "lattice_events", "dev", "--json", *FREE_PORTS, *arguments]
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            ready = next(event for event in map(json.loads, process.stdout) if event["event"] == "ready")
            answer(ready, host)
            return time.perf_counter() - began
        finally:
            process.terminate()


def answer(ready: dict[str, Any], host: str) -> None:
    """Ask a service, through the gateway."""
    service = next(each for each in ready["services"] if each["name"] == host)
    connection = http.client.HTTPConnection(ready["gateway_url"].removeprefix("http://"))
    connection.request("GET", "/", headers={"Host": service["url"].split("//")[1]})
    response = connection.getresponse()
    if response.status != 200:
        raise SystemExit(f"{host} answered {response.status}: {response.read()!r}")


def sample(folder: Path) -> None:
    """A copy of the sample project that may be edited."""
    for name in SAMPLE:
        copy: Callable[..., Any] = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")


def append(file: Path, text: str) -> None:
    with file.open("a") as opened:
        opened.write(text)


def sample_rows(folder: Path, cache: Path) -> dict[str, Callable[[], float]]:
    """What is measured of the sample project, each once a round and in this order."""
    run = lambda: started(folder, host="foo-service", cache=cache)  # noqa: E731

    def after(change: Callable[[], object]) -> Callable[[], float]:
        def measured() -> float:
            change()
            return run()

        return measured

    return {
        "sample, no cache": after(lambda: shutil.rmtree(cache, ignore_errors=True)),
        "sample, unchanged": run,
        "sample, serverless.yml edited": after(
            lambda: append(folder / "serverless.yml", f"# {time.time_ns()}\n")
        ),
        "sample, a handler edited": after(lambda: append(folder / "handlers/hello.py", "# edited\n")),
    }


def template_rows(folder: Path, cache: Path, sizes: Sequence[int]) -> dict[str, Callable[[], float]]:
    """What is measured of templates with many services."""
    (folder / "app.py").write_text(HANDLER)

    def measured(size: int) -> Callable[[], float]:
        file = folder / f"{size}.json"
        file.write_text(json.dumps(template(size), indent=1))
        code = [f"--code=Function{n}={folder}" for n in range(size)]
        return lambda: started(folder, str(file), *code, host="service-1", cache=cache)

    return {f"{size} services of 3 rules": measured(size) for size in sizes}


def main() -> int:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=at_least_one, default=5)
    add_report_options(parser)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, many, cache = (Path(place, name) for name in ("sample", "many", "cache"))
        folder.mkdir()
        many.mkdir()
        sample(folder)
        rows = {**sample_rows(folder, cache), **template_rows(many, cache, options.sizes)}
        rounds = [{name: row() for name, row in rows.items()} for _ in range(options.rounds)]
    medians = {name: round(statistics.median(each[name] for each in rounds), 2) for name in rows}
    table = ["| from | seconds to the first answer |", "|---|--:|"]
    table += [f"| {name} | {seconds:.2f} |" for name, seconds in medians.items()]
    known = machine() | {"rounds": f"medians of {options.rounds}"}
    report("start", known, {"seconds": medians}, "\n".join(table), options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
