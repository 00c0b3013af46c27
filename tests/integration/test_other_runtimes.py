"""Functions that are not Python: a bootstrap of their own, and Node.js."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from lattice_events.local.functions.interpreters import with_interpreters
from lattice_events.network.model import Function
from tests.integration.bare_functions import code_of, make_service
from tests.integration.invoking import Running, function
from tests.integration.running import BIN, ROOT, clean_environment

# It speaks the Runtime API itself, as the guide shows it: runtimes-walkthrough.html. Results in chunks, as those of Go.
BOOTSTRAP = f"""\
#!{sys.executable}
import http.client, json, os
SCHEME = ""
assert os.environ["AWS_LAMBDA_RUNTIME_API"].startswith(SCHEME)
host, _, prefix = os.environ["AWS_LAMBDA_RUNTIME_API"].removeprefix(SCHEME).partition("/")
BASE = f"/{{prefix}}/2018-06-01/runtime/invocation"
print("importing", flush=True)
while True:
    connection = http.client.HTTPConnection(host)
    connection.request("GET", f"{{BASE}}/next")
    answer = connection.getresponse()
    event, id_ = json.load(answer), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    if event == "exit":
        os._exit(3)
    kind = "error" if event == "raise" else "response"
    body = {{"errorType": "Bad", "errorMessage": "why"}} if event == "raise" else [event, os.environ["_HANDLER"], os.getpid(), os.getpgid(0)]
    connection.request("POST", f"{{BASE}}/{{id_}}/{{kind}}", iter([json.dumps(body).encode()]), encode_chunked=True,
                       headers={{"Transfer-Encoding": "chunked"}})
    assert connection.getresponse().status == 202
"""
NODE = """\
exports.handler = async (event, context) => {
  console.log("handling");
  if (event === "raise") throw Object.assign(new Error("why"), { name: "Bad" });
  if (event === "exit") process.exit(3);
  return [event, process.env._HANDLER, process.pid];
};
"""
# What the real client is to its native module, for machines without it.
CLIENT = """\
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
export async function run(root, handler) {
  const native = require("./rapid-client.node");
  const { handler: call } = require(`${root}/${handler.split(".")[0]}.js`);
  for (;;) {
    const { bodyJson, headers } = await native.next();
    const id = headers["lambda-runtime-aws-request-id"];
    try {
      native.done(id, JSON.stringify(await call(JSON.parse(bodyJson), {})));
    } catch ({ name, message }) {
      native.error(id, JSON.stringify({ errorType: name, errorMessage: message }), "");
    }
  }
}
"""
REAL_CLIENT = ROOT / "node_modules" / "aws-lambda-ric"
NEEDS_NODE = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js")
NEEDS_CLIENT = pytest.mark.skipif(not REAL_CLIENT.exists(), reason="aws-lambda-ric is not installed")


def write_bootstrap(folder: Path, source: str | bytes = BOOTSTRAP, mode: int = 0o755) -> Path:
    file = folder / "bootstrap"
    file.write_bytes(source if isinstance(source, bytes) else source.encode())
    file.chmod(mode)
    return folder


def write_node(folder: Path, *, is_real: bool) -> Path:
    (folder / "index.js").write_text(NODE)
    package = folder / "node_modules" / "aws-lambda-ric"
    if is_real:
        package.parent.symlink_to(REAL_CLIENT.parent)
        return folder
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"main": "index.mjs"}))
    (package / "index.mjs").write_text(CLIENT)
    return folder


@asynccontextmanager
async def bootstrap(folder: Path) -> AsyncIterator[Running]:
    variables = {"_HANDLER": "any thing"}
    code = write_bootstrap(folder)
    async with function(code, runtime="provided.al2023", handler="any thing", variables=variables) as running:
        yield running


@asynccontextmanager
async def node(folder: Path, *, is_real: bool = False) -> AsyncIterator[Running]:
    names = ("NAME", "VERSION", "MEMORY_SIZE")
    variables = {"_HANDLER": "index.handler", **{f"AWS_LAMBDA_FUNCTION_{name}": "1" for name in names}}
    variables |= {"AWS_LAMBDA_LOG_GROUP_NAME": "g", "AWS_LAMBDA_LOG_STREAM_NAME": "s"}
    code = write_node(folder, is_real=is_real)
    async with function(code, runtime="nodejs22.x", handler="index.handler", variables=variables) as running:
        yield running


def real_node(folder: Path) -> AbstractAsyncContextManager[Running]:
    return node(folder, is_real=True)


RUNTIMES = [
    pytest.param(bootstrap, id="bootstrap"),
    pytest.param(node, id="node", marks=NEEDS_NODE),
    pytest.param(real_node, id="aws-lambda-ric", marks=[NEEDS_NODE, NEEDS_CLIENT]),
]
Start = Callable[[Path], AbstractAsyncContextManager[Running]]


@pytest.mark.parametrize("start", RUNTIMES)
def test_a_process_serves_warm_events_errors_and_is_replaced_when_it_exits(
    tmp_path: Path, start: Start
) -> None:
    async def scenario() -> None:
        async with start(tmp_path) as running:

            async def told(event: Any) -> Any:
                result = await running.invoke(event)
                return result.error_type or json.loads(result.payload)

            large = "é" * 200_000
            first, second = await told({"a": 1}), await told(large)
            assert (first[0], second[0], first[2]) == ({"a": 1}, large, second[2])
            assert (await told("raise"), (await told(1))[2]) == ("Bad", first[2])
            assert await told("exit") == "Runtime.ExitError"
            assert (await told(2))[2] != first[2]
            (state,) = running.functions.states
            assert (state.invocations, state.cold_starts, state.errors) == (6, 2, 2)

    asyncio.run(scenario())


def test_a_bootstrap_leads_its_own_process_group_and_is_given_its_handler(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with bootstrap(tmp_path) as running:
            _, handler, process, group = json.loads((await running.invoke()).payload)
            assert (handler, process) == ("any thing", group)
            assert running.lines == ["importing"]

    asyncio.run(scenario())


def test_a_program_with_the_runtime_of_rust_gets_a_url(tmp_path: Path) -> None:
    """Its client reads `http::Uri`, which takes no path without a scheme."""
    source = BOOTSTRAP.replace('SCHEME = ""', 'SCHEME, USER_AGENT = "http://", "aws-lambda-rust/1.0"')

    async def scenario() -> None:
        async with function(
            write_bootstrap(tmp_path, source), runtime="provided.al2023", variables={"_HANDLER": ""}
        ) as running:
            assert json.loads((await running.invoke(1)).payload)[0] == 1

    asyncio.run(scenario())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process of ours watches")
def test_a_bootstrap_ends_with_whoever_started_it(tmp_path: Path) -> None:
    script = f"""
        import asyncio, os, signal
        from pathlib import Path
        from tests.integration.test_other_runtimes import bootstrap
        async def main():
            async with bootstrap(Path({str(tmp_path)!r})) as running:
                print((await running.invoke()).payload.decode(), flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
        asyncio.run(main())
    """

    async def scenario() -> None:
        parent = await asyncio.create_subprocess_exec(
            sys.executable, "-c", dedent(script), stdout=asyncio.subprocess.PIPE, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        written, _ = await parent.communicate()
        assert parent.returncode == -signal.SIGKILL
        process = json.loads(written)[2]
        async with asyncio.timeout(60):
            while os.path.exists(f"/proc/{process}/exe"):  # noqa: ASYNC110, ASYNC240 - it is no child of ours
                await asyncio.sleep(0.01)

    asyncio.run(scenario())


def elf(machine: int) -> bytes:
    return b"\x7fELF\x02\x01" + bytes(12) + machine.to_bytes(2, "little")


OBSTACLES = [
    pytest.param("provided.al2023", lambda folder: None, "there is no file bootstrap in", id="no bootstrap"),
    pytest.param(
        "provided.al2",
        lambda folder: write_bootstrap(folder, mode=0o644),
        "bootstrap is not executable: chmod +x",
        id="not executable",
    ),
    pytest.param(
        "provided.al2023",
        lambda folder: write_bootstrap(folder, elf(0x14)),
        "build it for",
        id="another processor",
    ),
    pytest.param(
        "nodejs22.x",
        lambda folder: None,
        "npm install --save-dev --ignore-scripts aws-lambda-ric",
        id="no runtime client",
        marks=NEEDS_NODE,
    ),
]


@pytest.mark.parametrize(("runtime", "write", "said"), OBSTACLES)
def test_what_is_missing_is_an_obstacle_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: str, write: Callable[[Path], object], said: str
) -> None:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    described = Function(name="f", arn="arn", handler="a.b", runtime=runtime, code=str(tmp_path))

    (found,), notes = with_interpreters([described])

    assert said in found.obstacle
    assert notes == [f"Function f cannot run here: {found.obstacle}."]


def test_without_node_that_is_the_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    described = Function(name="f", arn="arn", handler="a.b", runtime="nodejs22.x", code=str(tmp_path))

    (found,), _ = with_interpreters([described])

    assert found.obstacle == "its runtime is Node.js, and there is no node on PATH: install Node.js"


@NEEDS_NODE
def test_a_template_of_several_runtimes_runs_whole(tmp_path: Path) -> None:
    write_bootstrap(tmp_path)
    write_node(tmp_path, is_real=False)
    files = [
        make_service(tmp_path, "def handler(event, context):\n    return 'of Python'\n", "python"),
        make_service(tmp_path, "", "own", Runtime="provided.al2023", Handler="bootstrap"),
        make_service(tmp_path, "", "node", Runtime="nodejs22.x", Handler="index.handler"),
    ]
    code = code_of(tmp_path, "python", "own", "node")

    def invoked(name: str) -> Any:
        command = [str(BIN / "lattice"), "invoke", name, *map(str, files), *code]
        done = subprocess.run(command, capture_output=True, text=True, env=clean_environment())
        return json.loads(done.stdout) if done.stdout else done.stderr

    assert invoked("python") == "of Python"
    assert [invoked(name)[:2] for name in ("own", "node")] == [[{}, "bootstrap"], [{}, "index.handler"]]


def test_a_bootstrap_of_an_archive_that_cannot_start_fails_the_invocation(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_bootstrap(tmp_path, mode=0o644), runtime="provided.al2023") as running:
            result = await running.invoke()
            assert result.error_type == "Runtime.InvalidEntrypoint"
            assert "chmod +x" in json.loads(result.payload)["errorMessage"]

    asyncio.run(scenario())
