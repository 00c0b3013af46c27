"""The Serverless CLI runs again exactly when something that it depends on has changed; the real CLI says what that is."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from lattice_events.network.model import Network
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import load_project
from lattice_events.readers.serverless.cli import cache_of
from tests.integration.running import ROOT, alone

CLI = ROOT / "node_modules" / ".bin" / "osls"
RECORDER = ROOT / "lattice_events" / "readers" / "serverless" / "record.js"
FILES = {
    "serverless.yml": """\
service: shop
useDotenv: true
plugins: [./plugin]
provider: {name: aws, runtime: python3.12}
package: {patterns: ['!**', app.py]}
functions:
  hello:
    handler: app.handler
    environment:
      A: ${env:FROM_SHELL, 'none'}
      B: ${env:FROM_FILE, 'none'}
      C: ${file(values.yml):c}
      D: ${file(absent.yml):d, 'none'}
      E: ${file(code.js):e}
      F: ${param:f, 'none'}
resources:
  Resources:
    Shop:
      Type: AWS::VpcLattice::Service
      Properties: {Name: shop}
    Network:
      Type: AWS::VpcLattice::ServiceNetwork
      Properties: {Name: shops}
    Association:
      Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
      Properties: {ServiceIdentifier: !Ref Shop, ServiceNetworkIdentifier: !Ref Network}
""",
    ".env": "FROM_FILE=file\n",
    "values.yml": "c: values\n",
    "code.js": "module.exports.e = () => require('./lib/part');\n",
    "lib/part/index.js": "module.exports = require('fs').readdirSync(`${__dirname}/../names`).join();\n",
    "names/a": "",
    "lib/names/a": "",
    "plugin/index.js": "module.exports = require('./plugin.js');\n",
    "plugin/plugin.js": "module.exports = class { constructor() { this.hooks = {}; } };\n",
    "plugin/package.json": '{"main": "index.js"}\n',
    "app.py": "def handler(event, context): return {}\n",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one input of each kind; its CLI counts its runs."""
    folder = tmp_path / "shop"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    command = tmp_path / "cli"
    command.write_text(f'#!/bin/sh\necho run >> {tmp_path / "runs"}\nexec {CLI} "$@"\n')
    command.chmod(0o755)
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def options(shop: Path, **others: object) -> ReadOptions:
    return ReadOptions(serverless_command=str(shop.parent / "cli"), **others)  # type: ignore[arg-type]


def load(shop: Path, **others: object) -> Network:
    with alone():
        return load_project([shop], options(shop, **others), allocate=lambda *_: "").network


def runs(shop: Path) -> int:
    return len((shop.parent / "runs").read_text().splitlines())


def is_known(shop: Path, **others: object) -> bool:
    file = shop / "serverless.yml"
    return cache_of(file, options(shop, **others), shown="serverless.yml").find() is not None


def entry(shop: Path) -> Path:
    (found,) = (shop.parent / "cache" / "lattice-events" / "packages").iterdir()
    return found


INPUTS = {
    "serverless.yml": "# changed",
    ".env": "OTHER=1",
    ".env.dev": "FROM_FILE=stage",
    "values.yml": "# changed",
    "absent.yml": "d: here",
    "code.js": "// changed",
    "lib/part.js": "module.exports = 'nearer'",
    "lib/part/index.js": "// changed",
    "lib/names/b": "",
    "plugin/package.json": " ",
    "plugin/plugin.js": "// changed",
    "package.json": "{}",
}


def test_the_cli_runs_again_for_each_input_that_changes_and_for_no_other(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(shop)
    assert load(shop) == first
    assert runs(shop) == 1

    (shop / "app.py").write_text("def handler(event, context): return {'statusCode': 204}\n")
    (shop / "other.yml").write_text("a: b\n")
    monkeypatch.setenv("UNREAD", "1")
    assert is_known(shop)
    for name, text in INPUTS.items():
        with_change(shop / name, text, check=partial(unknown, shop, name))
        assert is_known(shop), name
    for name, value in {"FROM_SHELL": "x", "FROM_FILE": "y", "SLS_LOG_LEVEL": "debug", "TZ": "UTC"}.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(name, value)
            unknown(shop, name)
    for option in (
        {"params": {"f": "1"}},
        {"stage": "other"},
        {"region": "eu-west-1"},
        {"variables": {"ssm:a": "b"}},
    ):
        assert not is_known(shop, **option), option
    assert is_known(shop)
    assert runs(shop) == 1


def with_change(file: Path, text: str, *, check: Callable[[], None]) -> None:
    """Append to a file, or make one, for as long as something is checked; its times are as before."""
    before = file.read_bytes() if file.exists() else None
    times = os.stat(file) if before is not None else None
    file.parent.mkdir(exist_ok=True)
    file.write_bytes((before or b"") + text.encode())
    if times:
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    check()
    file.unlink() if before is None else file.write_bytes(before)


def unknown(shop: Path, name: str) -> None:
    assert not is_known(shop), f"{name} changed, and the CLI would not run"


def test_the_new_package_is_read_after_an_edit_and_kept(shop: Path) -> None:
    load(shop)
    (shop / "values.yml").write_text("c: edited\n")

    (function,) = load(shop).functions
    again = load(shop).functions

    assert function.environment["C"] == "edited"
    assert (again, runs(shop)) == ((function,), 2)


def test_no_cache_neither_reads_nor_keeps_a_package(shop: Path) -> None:
    load(shop, cache=False)
    assert not is_known(shop)
    load(shop)
    load(shop, cache=False)

    assert runs(shop) == 3


RECORDS = """\
const recorder = require(process.argv[1]);
recorder.start(process.cwd(), []);
require(process.argv[2]);
setImmediate(() => console.log(JSON.stringify(recorder.end().doubts)));
"""


@pytest.mark.parametrize(
    ("code", "doubt"),
    [
        ("require('child_process').execSync('true')", "starts a program"),
        ("require('child_process').spawn('true')", "starts a program"),
        ("new (require('worker_threads').Worker)('', {eval: true})", "starts a thread"),
        ("Date.now()", "asks for the time"),
        ("new Date()", "asks for the time"),
        ("Math.random()", "asks for chance"),
        ("require('crypto').randomUUID()", "asks for chance"),
        ("require('net').connect(9, '127.0.0.1').on('error', () => {})", "asks the network"),
        ("require('dns').lookup('localhost', () => {})", "asks the network"),
        ("require('fs').writeFileSync('made', '')", "changes"),
    ],
)
def test_what_may_differ_in_each_run_is_a_doubt(tmp_path: Path, code: str, doubt: str) -> None:
    (tmp_path / "code.js").write_text(code)

    command = ["node", "-e", RECORDS, str(RECORDER), str(tmp_path / "code.js")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    (said,) = json.loads(done.stdout)
    assert doubt in said


def test_a_package_with_doubts_is_not_kept(shop: Path) -> None:
    (shop / "code.js").write_text("module.exports.e = () => `${Date.now()}`;\n")

    load(shop)

    assert not is_known(shop)


def test_a_module_that_is_imported_is_an_input(shop: Path) -> None:
    (shop / "code.mjs").write_text("import { e } from './part.mjs';\nexport { e };\n")
    (shop / "part.mjs").write_text("export const e = 'imported';\n")
    (shop / "code.js").write_text("module.exports.e = async () => (await import('./code.mjs')).e;\n")
    load(shop)
    assert is_known(shop)

    (shop / "part.mjs").write_text("export const e = 'changed';\n")

    assert load(shop).functions[0].environment["E"] == "changed"


def test_only_the_user_may_read_what_is_kept(shop: Path) -> None:
    load(shop)
    kept = entry(shop)
    assert [stat.S_IMODE(os.stat(each).st_mode) for each in (kept, kept.parent)] == [0o600, 0o700]

    kept.chmod(0o644)
    assert not is_known(shop)
    kept.chmod(0o600)
    kept.parent.chmod(0o755)
    assert not is_known(shop)


def test_secrets_of_the_shell_are_in_no_input(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_SHELL", "hunter2")
    load(shop)

    inputs = entry(shop).read_text().splitlines()[1]

    assert "FROM_SHELL" in json.loads(inputs)["environment"]
    assert "hunter2" not in inputs


def test_a_damaged_entry_is_none(shop: Path) -> None:
    load(shop)
    kept = entry(shop)
    whole = kept.read_bytes()

    for damaged in (b"", whole[:-9], whole.replace(b"shop", b"pohs"), b"\xff" + whole, b"\n\n"):
        kept.write_bytes(damaged)
        assert not is_known(shop), damaged[:80]
    kept.write_bytes(whole)
    assert is_known(shop)


def test_two_at_once_run_the_cli_once(shop: Path) -> None:
    found: list[Network] = []
    read = lambda: found.append(load_project([shop], options(shop), allocate=lambda *_: "").network)  # noqa: E731
    with alone():
        threads = [threading.Thread(target=read) for _ in range(3)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    assert found == [found[0]] * 3
    assert runs(shop) == 1
