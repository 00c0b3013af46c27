"""Lambda's Invoke API over its socket, as SDKs and as strangers use it."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from lattice_events.local.functions.invoke_api import Control
from tests.integration.invoking import CLIENTS, Running, function, write_code

TELLING = """
    def handler(event, context):
        print("said")
        told = context.client_context
        return {
            "event": event,
            "context": told and {"custom": told.custom, "env": told.env, "client": told.client},
            "remaining": context.get_remaining_time_in_millis(),
        }
"""


@asynccontextmanager
async def control(tmp_path: Path, **options: Any) -> AsyncIterator[tuple[int, Running]]:
    """The port of the Invoke API with one function, `f`."""
    async with function(write_code(tmp_path, TELLING), **{"client": "native", **options}) as running:
        api = Control(running.functions, report=running.records.append)
        port = await api.start(0)
        try:
            yield port, running
        finally:
            await api.close()


def client_of(port: int) -> Any:
    return boto3.client(
        "lambda",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
        config=Config(proxies={}, retries={"total_max_attempts": 1}, read_timeout=60),
    )


CONTEXTS = [
    {"custom": {"a": "é漢😀\n"}, "env": {"locale": "de"}, "client": None},
    {"custom": {}, "env": None, "client": None},
    {"custom": {"long": "x" * 2500}, "env": None, "client": None},
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("style", [{"indent": 4}, {"ensure_ascii": False}])
def test_a_client_context_arrives_however_it_is_written(
    tmp_path: Path, client: str, style: dict[str, Any]
) -> None:
    async def scenario() -> None:
        async with control(tmp_path, client=client) as (port, _):
            for context in CONTEXTS:
                encoded = base64.b64encode(json.dumps(context, **style).encode()).decode()
                invoke = client_of(port).invoke
                answer = await asyncio.to_thread(invoke, FunctionName="f", ClientContext=encoded)
                told = json.load(answer["Payload"])
                assert told["context"] == context
                assert 0 < told["remaining"] <= 30_000

    asyncio.run(scenario())


async def raw(port: int, head: str, body: bytes = b"{}") -> tuple[int, dict[str, str], Any]:
    """Send bytes as they are; the status, the headers and the JSON of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head += f"Host: 127.0.0.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode("latin-1") + body)
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    await writer.wait_closed()
    lines, _, content = answer.partition(b"\r\n\r\n")
    first, *fields = lines.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    return int(first.split(" ")[1]), headers, json.loads(content or b"null")


def test_a_throttled_invocation_is_lambda_s_429(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with control(tmp_path, reserved_concurrency=0) as (port, running):
            client = client_of(port)
            with pytest.raises(client.exceptions.TooManyRequestsException) as caught:
                await asyncio.to_thread(client.invoke, FunctionName="f")
            told = caught.value.response
            assert (told["Reason"], told["Type"]) == (
                "ReservedFunctionConcurrentInvocationLimitExceeded",
                "User",
            )
            assert (told["Error"]["Message"], told["ResponseMetadata"]["HTTPStatusCode"]) == (
                "Rate Exceeded.",
                429,
            )
            answer = await asyncio.to_thread(client.invoke, FunctionName="f", InvocationType="Event")
            assert answer["StatusCode"] == 202
            answer["Payload"].close()
            assert [each.throttles for each in running.functions.states] == [2]
            client.close()

    asyncio.run(scenario())


PATH = "POST /2015-03-31/functions/f/invocations HTTP/1.1\r\n"
ODD = [
    ("X-Amz-Client-Context: \xe9\r\n", 400, "InvalidRequestContentException"),
    ("X-Amz-Client-Context: \xff\xfe\r\n", 400, "InvalidRequestContentException"),
    ("X-Amz-Client-Context: garbage\r\n", 400, "InvalidRequestContentException"),
    ("X-Amz-Invocation-Type: \xe9\r\n", 400, "InvalidParameterValueException"),
    ("X-Amz-Log-Type: \xff\r\n", 400, "InvalidParameterValueException"),
    ("X-Amz-Tenant-Id: \xff\r\n", 400, "InvalidParameterValueException"),
]


@pytest.mark.parametrize(("header", "status", "kind"), ODD)
def test_odd_bytes_in_a_header_are_lambda_s_400(tmp_path: Path, header: str, status: int, kind: str) -> None:
    async def scenario() -> None:
        async with control(tmp_path) as (port, _):
            answer = await raw(port, PATH + header)
            assert (answer[0], answer[1]["x-amzn-errortype"], answer[2]["Type"]) == (status, kind, "User")

    asyncio.run(scenario())


def test_headers_that_the_api_does_not_read_change_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with control(tmp_path) as (port, _):
            odd = "X-Amzn-Trace-Id: \xe9\xff\t{}\r\nX-Amz-Durable-Execution-Name: \xff\r\nX-Any: \xff\r\n"
            status, _, told = await raw(port, PATH + odd)
            assert (status, told["event"], told["context"]) == (200, {}, None)

    asyncio.run(scenario())


@pytest.mark.parametrize("name", ["nobody", "%ff", "%C3%A9", "f%00", "%0d%0aX:%20y", "%F0%9F", "f%252f"])
def test_an_odd_function_name_is_not_found(tmp_path: Path, name: str) -> None:
    async def scenario() -> None:
        async with control(tmp_path) as (port, _):
            status, headers, told = await raw(port, PATH.replace("/f/", f"/{name}/"))
            assert (status, headers.get("x-amzn-errortype")) == (404, "ResourceNotFoundException")
            assert told["Message"].startswith("Function not found: ")

    asyncio.run(scenario())


NO_HTTP = [PATH.replace("/f/", "/\xe9/"), PATH + "X: \x01\r\n", "garbage\r\n", PATH + "no colon\r\n"]
NO_HTTP += [PATH + f"X: {'x' * 100_000}\r\n", PATH.replace("/f/", f"/{'f' * 100_000}/")]


@pytest.mark.parametrize("head", NO_HTTP, ids=range(len(NO_HTTP)))
def test_what_is_no_http_is_a_400_without_a_word_on_the_terminal(
    tmp_path: Path, head: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with control(tmp_path) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode("latin-1") + b"Host: 127.0.0.1\r\n\r\n")
            assert (await asyncio.wait_for(reader.read(), 60)).split(b" ")[1] == b"400"
            writer.close()
            await writer.wait_closed()

    asyncio.run(scenario())
    assert caplog.records == []


@pytest.mark.parametrize(
    "name", ["f", "f:prod", "f:%24LATEST", "arn:aws:lambda:us-east-1:123456789012:function:f"]
)
def test_every_form_of_a_name_finds_the_function(tmp_path: Path, name: str) -> None:
    async def scenario() -> None:
        async with control(tmp_path) as (port, _):
            for written in (name, name.replace(":", "%3A")):
                assert (await raw(port, PATH.replace("/f/", f"/{written}/")))[0] == 200

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["Event", "RequestResponse"])
@pytest.mark.parametrize(
    ("body", "status"), [(b"NaN", 400), (b"\xff", 400), (b"x", 400), (b"", None), (b"7", None)]
)
def test_a_payload_is_json_or_lambda_s_400(
    tmp_path: Path, kind: str, body: bytes, status: int | None
) -> None:
    async def scenario() -> None:
        async with control(tmp_path) as (port, _):
            answer = await raw(port, f"{PATH}X-Amz-Invocation-Type: {kind}\r\n", body)
            assert answer[0] == (status or {"Event": 202, "RequestResponse": 200}[kind])
            if status:
                assert answer[1]["x-amzn-errortype"] == "InvalidRequestContentException"
                assert answer[2]["message"].startswith("Could not parse request body into json: ")

    asyncio.run(scenario())


def test_an_asynchronous_payload_over_one_megabyte_is_too_large(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with control(tmp_path) as (port, _):
            body = json.dumps("x" * 1_100_000).encode()
            status, headers, _ = await raw(port, f"{PATH}X-Amz-Invocation-Type: Event\r\n", body)
            assert (status, headers["x-amzn-errortype"]) == (413, "RequestTooLargeException")
            assert (await raw(port, PATH, body))[0] == 200

    asyncio.run(scenario())


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("text", ['{"custom":\n{"a":\r"b"}}', '{"custom": "é\u0000\x1b\ud800"}'])
def test_whoever_invokes_with_a_context_that_no_header_carries_gets_an_answer(
    tmp_path: Path, client: str, text: str
) -> None:
    async def scenario() -> None:
        async with control(tmp_path, client=client) as (_, running):
            first = await running.invoke({}, client_context=text, trace_header="Root=1\r\nX: y\0é")
            assert first.error_type in (None, "Runtime.LambdaContextUnmarshalError")
            assert not (await running.invoke({})).cold

    asyncio.run(scenario())
