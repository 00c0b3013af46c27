"""Versions and aliases of a function: each runs its own code under the function's name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from lattice_events.local.children.environment import Places, Surroundings, function_environment
from lattice_events.local.functions.functions import Functions, FunctionSettings
from lattice_events.local.functions.invoke_api import Control
from lattice_events.network.model import Function
from lattice_events.sigv4 import Credentials
from tests.integration.test_control import client_of

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
CODE = """
def handler(event, context):
    return ["{code}", context.function_name, context.function_version, context.invoked_function_arn]
"""
LATEST = ["new", "f", "$LATEST", ARN]
LIVE = ["old", "f", "7", f"{ARN}:live"]


def described(folder: Path, qualifier: str, version: str, code: str) -> Function:
    """The function of a folder."""
    folder = folder / code
    folder.mkdir(exist_ok=True)
    (folder / "app.py").write_text(CODE.format(code=code))
    name, arn = f"f{qualifier}", f"{ARN}{qualifier}"
    return Function(
        name=name, arn=arn, handler="app.handler", runtime="python3.11", code=str(folder), version=version
    )


def environment(function: Function, places: Places) -> dict[str, str]:
    surroundings = Surroundings(
        path="", home="", tmpdir="", ca_bundle="", services={}, lambda_url="", overrides={}
    )
    keys = Credentials(access_key_id="AK", secret_access_key="SK")
    return function_environment(
        function, places=places, surroundings=surroundings, proxy_url="", credentials=keys, log_stream=""
    )


@asynccontextmanager
async def functions(folder: Path) -> AsyncIterator[Functions]:
    """The function `f` and its alias `live`."""
    running = Functions(settings=FunctionSettings(environment=environment), report=lambda _: None)
    running.apply((described(folder, "", "$LATEST", "new"), described(folder, ":live", "7", "old")))
    try:
        yield running
    finally:
        await running.close()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("f", LATEST),
        (f"{ARN}:$LATEST", LATEST),
        (f"{ARN}:other", LATEST),
        ("f:live", LIVE),
        (f"{ARN}:live", LIVE),
        ("123456789012:function:f:live", LIVE),
    ],
)
def test_a_qualifier_that_is_there_runs_its_own_code(tmp_path: Path, name: str, told: list[str]) -> None:
    async def scenario() -> bytes:
        async with functions(tmp_path) as running:
            return (await asyncio.wait_for(running.invoke(name, b"{}"), 60)).payload

    assert json.loads(asyncio.run(scenario())) == told


def test_boto3_invokes_an_alias_and_is_told_the_version(tmp_path: Path) -> None:
    def invoke(port: int, **fields: str) -> tuple[Any, str]:
        answer = client_of(port).invoke(**fields)
        return json.load(answer["Payload"]), answer["ExecutedVersion"]

    async def scenario() -> None:
        async with functions(tmp_path) as running:
            api = Control(running, report=lambda _: None)
            port = await api.start(0)
            try:
                assert await asyncio.to_thread(invoke, port, FunctionName="f", Qualifier="live") == (
                    LIVE,
                    "7",
                )
                assert await asyncio.to_thread(invoke, port, FunctionName=f"{ARN}:live") == (LIVE, "7")
                assert await asyncio.to_thread(invoke, port, FunctionName="f", Qualifier="1") == (
                    LATEST,
                    "$LATEST",
                )
            finally:
                await api.close()

    asyncio.run(scenario())
