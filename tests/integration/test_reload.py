"""What changes while a network is up is served, and what is broken is told."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from lattice_events.local.output.records import Notice
from tests.integration.reloading import HANDLER, SETTINGS, edited, template, write

IMPORTING = """
    import sys
    sys.path.append({folder!r})
    import module

    def handler(event, context):
        return {{"statusCode": 200, "body": module.ANSWER}}
"""
WAITING = """
    import os
    import time

    def handler(event, context):
        open("started.log", "w").close()
        while not os.path.exists("go.log"):
            time.sleep(0.01)
        return {"statusCode": 200, "body": "first"}
"""

POD = """
import os, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        open("started.log", "w").close()
        while sys.argv[1] == "first" and not os.path.exists("go.log"):
            time.sleep(0.01)
        self.send_response(200)
        self.send_header("Content-Length", str(len(sys.argv[1])))
        self.end_headers()
        self.wfile.write(sys.argv[1].encode())

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answering).serve_forever()
"""
POD_SERVICE = """
  Pod:
    Type: AWS::VpcLattice::Service
    Properties: {Name: pod}
  PodListener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Pod
      Protocol: HTTP
      DefaultAction: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref PodGroup}]}}
  PodGroup:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Name: pod-group, Type: IP, Config: {Port: 80, Protocol: HTTP, VpcIdentifier: vpc-1}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, template=template("foo"), app=HANDLER)
    age(tmp_path)
    return tmp_path


def age(folder: Path) -> None:
    """Have files be there long before the network is up."""
    for file in folder.rglob("*"):
        os.utime(file, (0, 0))


def replaced(folder: Path) -> None:
    """As Vim and IDEs do: another file takes the place."""
    write(folder, new=HANDLER.replace("first", "second"))
    (folder / "code" / "new.py").replace(folder / "code" / "app.py")


def made_again(folder: Path) -> None:
    """As a checkout of another branch may do."""
    shutil.rmtree(folder / "code")
    write(folder, app=HANDLER.replace("first", "second"))


def in_place(folder: Path) -> None:
    """As ``sed -i`` does: the new file, of a name of its own, is there for a moment."""
    new = folder / "code" / "sedX4y1Zq"
    new.write_text(dedent(HANDLER.replace("first", "second")))
    new.replace(folder / "code" / "app.py")


def written(folder: Path) -> None:
    write(folder, app=HANDLER.replace("first", "second"))


@pytest.mark.parametrize("edit", [written, replaced, made_again])
def test_a_handler_that_is_edited_is_served(folder: Path, edit: Callable[[Path], None]) -> None:
    async def play() -> None:
        async with edited(folder) as project:
            assert await project.ask() == (200, "first")
            edit(folder)
            while (told := await project.next()).functions != ["hello"]:
                assert told.problems or told.files  # the folder was seen while it was not there
            assert await project.ask() == (200, "second")
            write(folder, app=HANDLER.replace("first", "third"))
            while await project.ask() != (200, "third"):  # or the folder is told of once more before
                await project.next()

    asyncio.run(play())


def test_a_broken_edit_is_told_and_what_ran_before_goes_on(folder: Path) -> None:
    async def play() -> None:
        async with edited(folder) as project:
            assert await project.ask() == (200, "first")
            write(folder, app="def handler(event, context:\n")
            told = await project.next()
            assert "code/app.py:1: Runtime.UserCodeSyntaxError" in told.problems[0]
            assert told.functions == []
            assert await project.ask() == (200, "first")
            write(folder, app="import module")
            assert "No module named 'module'" in (await project.next()).problems[0]
            write(folder, module="", app=HANDLER.replace("first", "second"))
            assert (await project.next()).functions == ["hello"]
            assert await project.ask() == (200, "second")

    asyncio.run(play())


def test_a_module_from_elsewhere_counts_and_one_that_nobody_imports_does_not(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    module = elsewhere / "module.py"
    module.write_text("ANSWER = 'first'")
    write(folder, app=IMPORTING.format(folder=str(elsewhere)))
    age(folder)
    age(elsewhere)

    async def play() -> None:
        async with edited(folder) as project:
            assert await project.ask() == (200, "first")
            write(folder, test_app="assert True")
            module.write_text("ANSWER = 'other'")
            told = await project.next()
            assert "module.py" in [Path(each).name for each in told.files]
            assert told.functions == ["hello"]
            assert await project.ask() == (200, "other")

    asyncio.run(play())


def test_a_definition_that_changes_is_read_again(folder: Path) -> None:
    async def play() -> None:
        async with edited(folder) as project:
            write(folder, template=template("foo", "bar"))
            assert (await project.next()).services == ["bar"]
            assert [await project.ask("foo"), await project.ask("bar")] == [(200, "first")] * 2
            write(folder, template=template("foo") + "  Broken: {Type: [\n")
            told = await project.next()
            assert "template.yaml:" in told.problems[0]
            assert [(await project.ask(each))[0] for each in ("foo", "bar")] == [200, 200]
            write(folder, template=template("foo"))
            assert (await project.next()).gone == ["bar"]

    asyncio.run(play())


def test_a_file_that_comes_is_read_and_one_that_says_nothing_is_not_told(folder: Path) -> None:
    async def play() -> None:
        async with edited(folder) as project:
            (folder / "notes.txt").write_text("nothing")
            (folder / "lattice.yaml").write_text(SETTINGS)
            told = await project.next()
            assert "sevice" in told.problems[0]
            (folder / "lattice.yaml").unlink()
            assert (await project.next()).problems == []

    asyncio.run(play())


def test_a_link_that_is_replaced_counts(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("elsewhere") / "shared.py"
    (folder / "code" / "app.py").replace(target)
    (folder / "code" / "app.py").symlink_to(target)

    async def play() -> None:
        async with edited(folder) as project:
            assert await project.ask() == (200, "first")
            (folder / "code" / "app.py").unlink()
            written(folder)
            while await project.ask() != (200, "second"):
                await project.next()

    asyncio.run(play())


def test_a_file_that_is_there_for_a_moment_is_not_told(folder: Path) -> None:
    async def play() -> None:
        async with edited(folder) as project:
            assert await project.ask() == (200, "first")
            in_place(folder)
            told = await project.next()
            assert [Path(each).name for each in told.files] == ["app.py"]

    asyncio.run(play())


def test_what_cannot_start_is_not_tried_again_for_what_others_write(folder: Path) -> None:
    write(folder, app="open('tries.log', 'a').write('x'); raise ValueError")
    age(folder)

    async def play() -> None:
        async with edited(folder) as project:
            await project.run.functions.prewarm()
            (folder / "lattice.yaml").write_text(SETTINGS)
            assert (await project.next()).functions == []
            await project.run.functions.prewarm()
            assert (folder / "code" / "tries.log").read_text() == "xx"

    asyncio.run(play())


def test_a_bootstrap_that_is_made_executable_runs(folder: Path) -> None:
    bootstrap = folder / "code" / "bootstrap"
    bootstrap.write_text("#!/bin/sh\nexit 3\n")
    write(folder, template=template("foo").replace("python3.12", "provided.al2023"))
    age(folder)

    async def play() -> None:
        async with edited(folder) as project:
            assert "not executable" in project.run.functions.states[0].obstacle
            (folder / "lattice.yaml").write_text(SETTINGS)
            assert (await project.next()).problems  # so all is watched by now
            (folder / "lattice.yaml").unlink()
            assert (await project.next()).problems == []
            bootstrap.chmod(0o755)
            assert (await project.next()).problems == []
            assert not project.run.functions.states[0].obstacle

    asyncio.run(play())


def test_what_the_user_asks_for_is_read_again_though_nothing_has_changed(folder: Path) -> None:
    async def play() -> None:
        async with edited(folder, watches=False) as project:
            assert await project.ask() == (200, "first")
            written(folder)
            project.reloading.reload()
            assert (await project.next()).functions == ["hello"]
            assert await project.ask() == (200, "second")

    asyncio.run(play())


def test_a_fault_of_the_name_of_a_live_one_is_left_out_and_told(folder: Path) -> None:
    async def play() -> None:
        async with edited(folder) as project:
            live = project.run.faults.add({"kind": "latency", "seconds": 0}, id_="mine")
            (folder / "lattice.yaml").write_text("faults:\n  mine: {kind: reset}\n")
            told = await project.next()

            assert any(
                "lattice.yaml:2" in note
                and "The fault mine of the settings is left out: one of this name was added live" in note
                for note in told.notes
            )
            assert project.run.faults.all == [live]

    asyncio.run(play())


def test_a_request_in_flight_ends_by_the_code_that_it_met(folder: Path) -> None:
    write(folder, app=WAITING)
    age(folder)

    async def play() -> None:
        async with edited(folder) as project:
            asking = asyncio.create_task(project.ask())
            while not (folder / "code" / "started.log").exists():  # noqa: ASYNC110 - it is another process that makes it
                await asyncio.sleep(0.01)
            written(folder)
            assert (await project.next()).functions == ["hello"]
            assert await project.ask() == (200, "second")
            (folder / "code" / "go.log").touch()
            assert await asking == (200, "first")

    asyncio.run(play())


def test_a_request_in_flight_ends_by_the_command_that_it_met(folder: Path) -> None:
    def command(answer: str) -> None:
        target = {"command": [sys.executable, "pod.py", answer], "cwd": "."}
        (folder / "lattice.yaml").write_text(json.dumps({"targets": {"pod-group": target}}))

    write(folder, template=template("foo") + POD_SERVICE)
    (folder / "pod.py").write_text(POD)
    command("first")
    age(folder)

    async def play() -> None:
        async with edited(folder) as project:
            asking = asyncio.create_task(project.ask("pod"))
            while not (folder / "started.log").exists():  # noqa: ASYNC110 - it is another process that makes it
                await asyncio.sleep(0.01)
            command("second")
            assert (await project.next()).problems == []
            assert await project.ask("pod") == (200, "second")
            (folder / "go.log").touch()
            assert await asking == (200, "first")

    asyncio.run(play())


def test_a_machine_that_lets_nothing_be_watched_is_told_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("Too many open files")

    monkeypatch.setattr("watchfiles._rust_notify.RustNotify", refuse)

    async def play() -> None:
        async with edited(folder) as project:
            told = await project.told.get()
            assert isinstance(told, Notice)
            assert "Too many open files" in told.text
            project.reloading.reload()
            assert (await project.next()).problems == []

    asyncio.run(play())
