"""What changes while a network is up is served, and what is broken is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.integration.reloading import HANDLER, edited, template, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, template=template("foo"), app=HANDLER)
    return tmp_path


def test_what_the_user_asks_for_is_read_again(folder: Path) -> None:
    async def play() -> None:
        async with edited(folder) as project:
            write(folder, template=template("foo", "bar"))
            project.reloading.reload()
            told = await project.next()
            assert (told.problems, told.services) == ((), ["bar"])
            assert [await project.ask("foo"), await project.ask("bar")] == [(200, "first")] * 2

    asyncio.run(play())


def test_a_definition_that_does_not_load_leaves_the_network_as_it_is(folder: Path) -> None:
    async def play() -> None:
        async with edited(folder) as project:
            write(folder, template=template("foo", "bar") + "  Broken: {Type: [\n")
            project.reloading.reload()
            told = await project.next()
            assert "template.yaml:" in told.problems[0]
            assert [(await project.ask("foo"))[0], (await project.ask("bar"))[0]] == [200, 404]

    asyncio.run(play())
