"""Edits while `lattice dev` serves a constant load: from each edit to the first answer by it, and failed requests."""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benching.processes import PATIENCE_SECONDS, BenchError, clean_environment
from benching.report import add_report_options, at_least_one, machine, report
from benching.templates import template

FREE_PORTS = ("--port", "0", "--tls-port", "0", "--control-port", "0")
HANDLER = """import os
import module

def handler(event, context):
    answer = f"{VERSION} {{module.VERSION}} {{os.environ.get('VERSION')}}"
    return {{"statusCode": 200, "body": answer}}
"""
CONNECTIONS = 4
PAUSE_SECONDS = 0.01  # between two requests of a connection


@dataclass
class Load:
    """Connections that ask all the time.

    Attributes:
        host: Whom they ask.
        port: Of the gateway.
        seen: When each answer came first.
        requests: How many were answered as they should.
        failed: What came instead.
    """

    host: str
    port: int
    seen: dict[str, float] = field(default_factory=dict)
    requests: int = 0
    failed: list[str] = field(default_factory=list)
    is_ended: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Ask until the end, over one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        while not self.is_ended.is_set():
            try:
                connection.request("GET", "/", headers={"Host": self.host})
                response = connection.getresponse()
                body = response.read().decode()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                connection.close()
                continue
            if response.status == 200:
                self.requests += 1
                self.seen.setdefault(body, time.perf_counter())
            else:
                self.failed.append(f"{response.status} {body}")
            time.sleep(PAUSE_SECONDS)
        connection.close()

    @contextmanager
    def on(self) -> Iterator[None]:
        """Ask while the block lasts."""
        threads = [threading.Thread(target=self.ask) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.is_ended.set()
            for thread in threads:
                thread.join()


@dataclass
class Project:
    """A folder with a definition, a handler and a module that it imports, each with a version of its own."""

    folder: Path
    versions: dict[str, int] = field(default_factory=lambda: {"handler": 0, "module": 0, "definition": 0})

    def write(self, what: str) -> None:
        """Write one of them with its version, as editors do: another file takes its place."""
        name, text = {
            "handler": ("code/app.py", HANDLER.format(VERSION=self.versions["handler"])),
            "module": ("code/module.py", f"VERSION = {self.versions['module']}\n"),
            "definition": ("template.json", self._template()),
        }[what]
        written = self.folder / f"{name}.tmp"
        written.parent.mkdir(exist_ok=True)
        written.write_text(text)
        written.replace(self.folder / name)

    def _template(self) -> str:
        defined = template(1)
        variables = {"Variables": {"VERSION": str(self.versions["definition"])}}
        defined["Resources"]["Function0"]["Properties"]["Environment"] = variables
        return json.dumps(defined)

    @property
    def answer(self) -> str:
        """What the service answers by the latest versions."""
        return " ".join(map(str, self.versions.values()))


@contextmanager
def served(project: Project) -> Iterator[Load]:
    """`lattice dev` of a project, under load."""
    command = [sys.executable, "-m", "lattice_events", "dev", "--json", "--quiet", *FREE_PORTS]
    command += [f"--code=Function0={project.folder / 'code'}", str(project.folder)]
    environment = clean_environment()
    with subprocess.Popen(
        command, cwd=project.folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            ready = json.loads(process.stdout.readline())
            threading.Thread(target=process.stdout.read, daemon=True).start()
            host = ready["services"][0]["url"].split("//")[1]
            load = Load(host, int(ready["gateway_url"].rpartition(":")[2]))
            with load.on():
                yield load
        finally:
            process.terminate()


def wait_for(load: Load, answer: str) -> float:
    """When an answer came first.

    Raises:
        BenchError: It does not come.
    """
    for _ in range(PATIENCE_SECONDS * 200):
        if answer in load.seen:
            return load.seen[answer]
        time.sleep(0.005)
    raise BenchError(f"no answer was {answer!r}; these came: {list(load.seen)}, {load.failed[:3]}")


def edits(project: Project, load: Load, what: str, number: int) -> dict[str, float]:
    """Edit one of them so many times, each after the edit before is served."""
    before, failed, took = load.requests, len(load.failed), []
    for _ in range(number):
        project.versions[what] += 1
        began = time.perf_counter()
        project.write(what)
        took.append((wait_for(load, project.answer) - began) * 1000)
    return {
        "median_ms": round(statistics.median(took)),
        "max_ms": round(max(took)),
        "requests": load.requests - before,
        "failed": len(load.failed) - failed,
    }


def main() -> int:
    """Print a table, or JSON; fail if a request did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=at_least_one, default=20, help="of each kind")
    add_report_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        project = Project(Path(place))
        for what in project.versions:
            project.write(what)
        with served(project) as load:
            wait_for(load, project.answer)
            rows = {what: edits(project, load, what, options.edits) for what in project.versions}
    table = ["| edit of a | median, ms | max, ms | requests meanwhile | failed |", "|---|--:|--:|--:|--:|"]
    table += [f"| {name} | {' | '.join(str(each) for each in row.values())} |" for name, row in rows.items()]
    known = machine() | {"edits": f"{options.edits} of each kind, {CONNECTIONS} connections"}
    report("reload", known, {"edits": rows, "failures": load.failed[:5]}, "\n".join(table), options)
    return 1 if load.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
