"""The API behind the inspector, asked over real sockets of a run with functions that run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from lattice_events.assumptions import DEFAULTS
from lattice_events.local.run.run import Run, running
from lattice_events.local.run.settings import Loaded, RunSettings
from lattice_events.network.model import FixedResponseAction, Principal
from lattice_events.network.policy import Caller, parse_policy
from tests.integration.invoking import write_code
from tests.integration.wire import parse_answer
from tests.networks import listener, network, rule, service

CODE = """
    def handler(event, context):
        print("got", event["path"])
        if event["path"].startswith("/fail"):
            raise KeyError("order")
        if event["path"].startswith("/big"):
            return {"statusCode": 200, "body": "b" * 5_000_000}
        return {"statusCode": 200, "body": event["path"], "headers": {"Set-Cookie": "sid=set-by-the-function"}}
"""
HOST = service("foo").domain_name
VPC = "arn:aws:ec2:us-west-2:123456789012:vpc/vpc-1"
CLOSED_HOST = service("closed").domain_name
ALLOW_APP = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:role/app"},
            "Action": "*",
            "Resource": "*",
        }
    ],
}


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return write_code(tmp_path, CODE)


def loaded(code: Path, *, has_foo: bool = True) -> Loaded:
    """A service for everybody, one for a caller alone, and one function behind them."""
    fixed = rule(1, {"exact": "/fixed"}, FixedResponseAction(status=404))
    foo = service("foo", listeners=(listener(None, fixed),))
    closed = service("closed", auth_type="AWS_IAM", auth_policy=parse_policy(ALLOW_APP, kind="auth"))
    net = network(*((foo, closed) if has_foo else (closed,)))
    function = replace(net.functions[0], code=str(code), handler="app.handler", timeout_seconds=60)
    callers = tuple(
        Principal(name=name, caller=Caller(arn=f"arn:aws:iam::123456789012:role/{name}"))
        for name in ("hello", "app")
    )
    return Loaded(
        network=replace(net, functions=(function,), principals=callers), assumptions=DEFAULTS, vpc_arn=VPC
    )


@asynccontextmanager
async def up(code: Path) -> AsyncIterator[Client]:
    async with running(loaded(code), RunSettings(), report=lambda _: None, clock=lambda: 0.0) as run:
        yield Client(run)


class Client:
    """Asks the gateway and the API of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    async def raw(self, url: str, head: str, body: bytes = b"") -> tuple[int, dict[str, list[str]], bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = parse_answer(await asyncio.wait_for(reader.read(), 60))
        writer.close()
        return answer

    async def visit(
        self, target: str, *headers: str, host: str = HOST, method: str = "GET", body: bytes = b""
    ) -> int:
        """A request to a service; its status."""
        lines = "".join(f"{each}\r\n" for each in headers)
        head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{lines}"
        return (await self.raw(self.run.ready.gateway_url, head, body))[0]

    async def ask(
        self,
        path: str,
        *headers: str,
        method: str = "GET",
        body: Any = None,
        host: str = "127.0.0.1",
        token: str = "",
    ) -> tuple[int, Any]:
        """A request to the API; status and JSON."""
        lines = "".join(f"{each}\r\n" for each in headers) + (
            f"X-Lattice-Token: {token}\r\n" if token else ""
        )
        head = f"{method} /api/v1/{path} HTTP/1.1\r\nHost: {host}\r\n{lines}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        status, told, answer = await self.raw(self.run.ready.control_url, head, data)
        assert told["content-type"] == ["application/json; charset=utf-8"]
        assert told["cache-control"] == ["no-store"]
        assert not [name for name in told if name.startswith("access-control")]
        return status, json.loads(answer) if answer else None

    async def act(self, path: str, *, method: str, body: Any = None) -> tuple[int, Any]:
        return await self.ask(path, method=method, body=body, token=self.run.api_token)

    async def numbers(self, query: str = "") -> list[int]:
        status, found = await self.ask(f"requests{query}")
        assert status == 200, found
        return [line["number"] for line in found["requests"]]


def test_requests_are_listed_and_filtered_newest_first(code: Path) -> None:
    async def play() -> dict[str, list[int]]:
        async with up(code) as client:
            statuses = [await client.visit(path) for path in ("/one", "/fixed", "/fail")]
            statuses.append(await client.visit("/two", host=CLOSED_HOST, method="POST", body=b"x"))
            statuses.append(await client.visit("/x", host="nowhere.example"))
            assert statuses == [200, 404, 502, 403, 404]
            queries = (
                "", "?q=/two", "?q=!fail+foo", "?service=foo", "?service=!foo", "?status=5xx", "?status=404",
                "?method=POST", "?rule=1", "?target=hello", "?limit=2", "?limit=0", "?limit=9999", "?after=3",
                "?caller=anonymous", "?caller=!anonymous", "?service=foo&listener=HTTPS+443", "?target_group=functions",
                "?before=3", "?after=1&before=4&limit=1", "?q=KeyError", "?kind=invocation", "?service=foo&service=closed",
            )  # fmt: skip
            return {query: await client.numbers(query) for query in queries}

    assert asyncio.run(play()) == {
        "": [5, 4, 3, 2, 1],
        "?q=/two": [4],
        "?q=!fail+foo": [2, 1],
        "?service=foo": [3, 2, 1],
        "?service=!foo": [5, 4],
        "?status=5xx": [3],
        "?status=404": [5, 2],
        "?method=POST": [4],
        "?rule=1": [2],
        "?target=hello": [3, 1],
        "?limit=2": [5, 4],
        "?limit=0": [],
        "?limit=9999": [5, 4, 3, 2, 1],
        "?after=3": [5, 4],
        "?caller=anonymous": [5, 4, 3, 2, 1],
        "?caller=!anonymous": [],
        "?service=foo&listener=HTTPS+443": [3, 2, 1],
        "?target_group=functions": [3, 1],
        "?before=3": [2, 1],
        "?after=1&before=4&limit=1": [3],
        "?q=KeyError": [3],
        "?kind=invocation": [],
        "?service=foo&service=closed": [3, 2, 1],
    }


def test_a_request_is_shown_whole_without_secrets(code: Path) -> None:
    async def play() -> tuple[dict[str, Any], dict[str, Any]]:
        async with up(code) as client:
            secret = "Cookie: sid=a-secret-session-id"
            await client.visit("/one?a=1", secret, method="POST", body=b"hello")
            await client.visit(
                "/two", "Authorization: AWS4-HMAC-SHA256 Credential=K/1, Signature=0", host=CLOSED_HOST
            )
            return (await client.ask("requests/1"))[1], (await client.ask("requests/2"))[1]

    served, refused = asyncio.run(play())

    assert served["request"]["body"] == {"bytes": 5, "is_cut": False, "text": "hello"}
    assert ["Cookie", "…"] in served["request"]["headers"]
    assert served["sent"]["json"]["headers"]["cookie"] == ["…"]
    assert served["received"]["json"]["headers"] == {"Set-Cookie": "…"}
    assert served["response"]["body"]["text"] == "/one?a=1"
    assert [(each["stream"], each["text"].split(" ")[0]) for each in served["logs"]] == [
        ("platform", "START"),
        ("stdout", "got"),
        ("platform", "END"),
        ("platform", "REPORT"),
    ]
    assert served["decision"]["target"] == "hello"
    assert served["cold"] is True
    timing = served["timing"]
    assert 0 < timing["run_ms"] < timing["total_ms"]
    assert (refused["status"], refused["signature"]["differs"]) == (403, "authorization")
    assert refused["decision"]["authentication"]["problem"] == refused["response"]["body"]["text"]
    assert not [
        each for each in ("a-secret", "set-by-the-function", "Signature=0") if each in str((served, refused))
    ]


def test_pins_outlive_a_clear_and_need_the_token(code: Path) -> None:
    async def play() -> list[Any]:
        async with up(code) as client:
            for path in ("/fixed", "/fixed", "/fixed"):
                await client.visit(path)
            without = [
                (await client.ask("requests/2/pin", method="PUT"))[0],
                (await client.ask("requests", method="DELETE", token="wrong"))[0],
                (await client.ask("requests/2/replay", method="POST", token="wröng"))[0],
            ]
            pinned = (await client.act("requests/2/pin", method="PUT"))[1]["is_pinned"]
            cleared = await client.act("requests", method="DELETE")
            after = await client.numbers()
            again = (await client.act("requests/2/pin", method="DELETE"))[1]["is_pinned"]
            gone = (await client.act("requests/1/pin", method="PUT"))[0]
            return [without, pinned, cleared[1]["latest"], after, again, gone]

    assert asyncio.run(play()) == [[403, 403, 403], True, 3, [2], False, 404]


def test_a_request_is_replayed_and_edited(code: Path) -> None:
    async def play() -> list[Any]:
        async with up(code) as client:
            await client.visit("/one?a=1", "Cookie: sid=kept", method="POST", body=b"hello")
            same = (await client.act("requests/1/replay", method="POST"))[1]
            edits = {"method": "PUT", "path": "/two", "headers": {"X-New": "1"}, "body": "new"}
            edited = (await client.act(f"requests/{same['id']}/replay", method="POST", body=edits))[1]
            shown = (await client.ask(f"requests/{edited['id']}"))[1]
            return [same, edited, shown]

    same, edited, shown = asyncio.run(play())

    assert (same["number"], same["method"], same["path"], same["status"]) == (2, "POST", "/one", 200)
    assert (edited["number"], edited["method"], edited["path"], edited["missing"]) == (3, "PUT", "/two", [])
    assert shown["sent"]["json"]["headers"]["x-new"] == ["1"]
    assert shown["sent"]["json"]["headers"]["cookie"] == ["…"]
    assert shown["request"]["body"]["text"] == "new"


def test_a_denied_request_is_replayed_as_a_caller_and_let_in(code: Path) -> None:
    async def play() -> list[Any]:
        async with up(code) as client:
            await client.visit("/two", host=CLOSED_HOST, method="POST", body=b"hello")
            as_app = (await client.act("requests/1/replay", method="POST", body={"caller": "app"}))[1]
            again = (await client.act("requests/2/replay", method="POST"))[1]
            other = (await client.act("requests/2/replay", method="POST", body={"caller": "hello"}))[1]
            nobody = (await client.act("requests/2/replay", method="POST", body={"caller": "anonymous"}))[1]
            return [(each["status"], each["caller"]) for each in (as_app, again, other, nobody)]

    assert asyncio.run(play()) == [(200, "app"), (200, "app"), (403, "hello"), (403, None)]


def test_a_replay_of_what_is_gone_says_so(code: Path) -> None:
    async def play() -> list[tuple[int, Any]]:
        async with up(code) as client:
            await client.visit("/one")
            await client.run.apply(loaded(code, has_foo=False))
            assert await client.numbers() == [1]  # what was recorded stays
            assert (await client.ask("requests/1"))[1]["steps"]
            return [
                await client.act("requests/1/replay", method="POST"),
                await client.act("requests/99/replay", method="POST"),
                await client.act("requests/1/replay", method="POST", body=b"{"),
                await client.act("requests/1/replay", method="POST", body={"path": "x"}),
            ]

    gone, unknown, broken, bad = asyncio.run(play())

    assert gone == (
        409,
        {
            "error": "The service foo is not in the network, so nothing can answer.",
            "missing": ["service foo"],
        },
    )
    assert (unknown[0], broken, bad[0]) == (404, (400, {"error": "The body is not JSON."}), 400)


def test_functions_and_network_are_told(code: Path) -> None:
    async def play() -> tuple[Any, Any]:
        async with up(code) as client:
            for path in ("/one", "/fail"):
                await client.visit(path)
            return (await client.ask("functions"))[1], (await client.ask("network"))[1]

    functions, graph = asyncio.run(play())

    assert functions == {
        "functions": [
            {
                "name": "hello",
                "runtime": "python3.12",
                "obstacle": "",
                "processes": 1,
                "idle": 1,
                "waiting": 0,
                "invocations": 2,
                "cold_starts": 1,
                "errors": 1,
                "throttles": 0,
            }
        ]
    }
    assert {node["name"] for node in graph["nodes"] if node["kind"] == "service"} == {"foo", "closed"}
    assert graph["sources"] == {}
    rules = [node for node in graph["nodes"] if node["kind"] == "rule" and node["name"] != "default"]
    assert [graph["rules"][node["id"]] for node in rules] == ["1"]


def test_policies_are_tested_with_the_token_and_made_but_for_no_other_page(code: Path) -> None:
    change = {"resource": "service/closed", "policy": ALLOW_APP | {"Statement": [{"Effect": "Maybe"}]}}

    async def play() -> dict[str, tuple[int, Any]]:
        async with up(code) as client:
            await client.visit("/two", host=CLOSED_HOST)
            await client.act("requests/1/replay", method="POST", body={"caller": "app"})

            async def post(path: str, body: Any, *headers: str) -> tuple[int, Any]:
                token = client.run.api_token if path == "test" else ""
                return await client.ask(f"policies/{path}", *headers, method="POST", body=body, token=token)

            least = await post("least", {"resource": "closed", "filter": {"caller": "app"}})
            unsigned = await post("least", {"resource": "closed", "requests": [1]})
            test = {"changes": [{"resource": "closed", "policy": unsigned[1]["policy"]}]}
            return {
                "policies": await client.ask("policies"),
                "least": least,
                "test": await post("test", test),
                "broken": await post("test", {"changes": [change]}),
                "no JSON": await post("test", b"{"),
                "too large": await post("test", b" " * 70_000),
                "other page": await post("test", {}, "Origin: https://example.com"),
                "unknown": await post("most", {}),
                "no token": await client.ask("policies/test", method="POST", body=test),
            }

    told = asyncio.run(play())

    assert {name: status for name, (status, _) in told.items()} == {
        "policies": 200, "least": 200, "test": 200, "broken": 400, "no JSON": 400, "too large": 413, "other page": 403,
        "unknown": 404, "no token": 403,
    }  # fmt: skip
    assert [each["resource"] for each in told["policies"][1]["resources"]] == [
        "servicenetwork/sample",
        "service/foo",
        "service/closed",
    ]
    [statement] = told["least"][1]["policy"]["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/app"}
    changed = [(line["number"], line["before"], line["after"]) for line in told["test"][1]["requests"]]
    assert changed == [(2, "allowed", "denied"), (1, "denied", "allowed")]
    assert told["broken"][1]["problems"][0]["message"].startswith("Statement[0].Effect must be Allow or Deny")


def test_six_megabytes_are_listed_shown_cut_and_replayed_whole(code: Path) -> None:
    async def play() -> list[Any]:
        async with up(code) as client:
            body = b"a" * 5_900_000
            assert await client.visit("/big", "Content-Type: text/plain", method="POST", body=body) == 200
            listed = (await client.ask("requests"))[1]
            shown = (await client.ask("requests/1"))[1]
            again = (await client.act("requests/1/replay", method="POST"))[1]
            return [listed, shown, again, (await client.ask("requests/2"))[1]]

    listed, shown, again, shown_again = asyncio.run(play())

    assert len(json.dumps(listed)) < 2000
    assert len(json.dumps(shown)) < 2_000_000
    assert (shown["request"]["body"]["bytes"], shown["request"]["body"]["is_cut"]) == (5_900_000, True)
    assert (again["status"], shown_again["request"]["body"]["bytes"]) == (200, 5_900_000)


def test_a_thousand_requests_are_kept_and_paged(code: Path) -> None:
    async def play() -> tuple[list[int], list[int], dict[str, Any]]:
        async with up(code) as client:
            port = int(client.run.ready.gateway_url.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(1100):
                writer.write(f"GET /fixed HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
                await reader.readuntil(b"\r\n\r\nNot Found")
            writer.close()
            pages: list[int] = []
            while page := await client.numbers(f"?limit=300&before={pages[-1] if pages else 2000}"):
                pages += page
            found = (await client.ask("requests?limit=300"))[1]
            return pages, await client.numbers("?after=1098"), found

    pages, newest, first = asyncio.run(play())

    assert pages == list(range(1100, 100, -1))
    assert newest == [1100, 1099]
    assert (len(first["requests"]), first["has_more"], first["latest"]) == (300, True, 1100)


def test_a_parameter_that_the_list_does_not_have_is_refused(code: Path) -> None:
    known = "The parameters are: q, method, service_network, service, listener, rule, target_group, target, caller, status, kind, after, before, limit."

    async def play() -> list[tuple[int, Any]]:
        async with up(code) as client:
            queries = ("statuss=5xx", "Status=5xx&limit=1", "status=5xx&=", "z" * 50_000)
            return [await client.ask(f"requests?{query}") for query in queries]

    assert asyncio.run(play()) == [
        (400, {"error": f"There is no parameter {said} {known}"})
        for said in (
            "'statuss'. Did you mean status?",
            "'Status'. Did you mean status?",
            "''.",
            f"'{'z' * 40}'.",
        )
    ]


def test_what_asks_for_too_much_is_answered(code: Path) -> None:
    huge = "x" * 50_000
    paths = [
        "requests?status=9xx", "requests?limit=-1", "requests?after=1e3", "requests?limit=" + "9" * 30,
        "", "nothing", "requests/", "requests/%00", "requests/..%2F..", f"requests/{quote('ü')}", "requests/1/pin",
        f"requests/{huge}", "requests/1/2/3/4", "stream/x",
    ]  # fmt: skip

    async def play() -> tuple[list[int], list[int], list[int]]:
        async with up(code) as client:
            statuses = [(await client.ask(path))[0] for path in paths]
            wide = [await client.numbers(f"?q={huge}"), await client.numbers("?q=a" + "&q=c" * 10_000)]
            methods = [
                (await client.ask("requests", method=method))[0]
                for method in ("HEAD", "OPTIONS", "POST", "PATCH", "TRACE")
            ]
            return statuses, [len(each) for each in wide], methods

    statuses, found, methods = asyncio.run(play())

    assert statuses == [400] * 4 + [404] * 10
    assert found == [0, 0]
    assert methods == [200, 404, 404, 404, 404]


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1:{port}", [], 200),
        ("localhost:{port}", [], 200),
        ("[::1]:{port}", [], 200),
        ("localhost:{port}", ["Origin: http://localhost:{port}", "Sec-Fetch-Site: same-origin"], 200),
        ("rebound.example:{port}", [], 403),
        ("foo.localhost:{port}", [], 403),
        ("", [], 403),
        ("localhost:{port}", ["Origin: http://evil.example"], 403),
        ("localhost:{port}", ["Origin: http://localhost:1"], 403),
        ("localhost:{port}", ["Origin: null"], 403),
        ("localhost:{port}", ["Sec-Fetch-Site: cross-site"], 403),
        ("localhost:{port}", ["Sec-Fetch-Site: same-site"], 403),
    ],
)
def test_pages_of_other_sites_are_kept_away(code: Path, host: str, headers: list[str], status: int) -> None:
    async def play() -> list[int]:
        async with up(code) as client:
            port = client.run.ready.control_url.rpartition(":")[2]
            told, lines = host.format(port=port), [each.format(port=port) for each in headers]
            paths = ("requests", "network", "functions")
            return [(await client.ask(path, *lines, host=told))[0] for path in paths]

    assert asyncio.run(play()) == [status] * 3


class Stream:
    """A reader of server-sent events."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def line(self, beginning: bytes) -> bytes:
        while True:
            line = await asyncio.wait_for(self.reader.readline(), 30)
            if line.startswith(beginning) or not line:
                return line

    async def event(self) -> Any:
        return json.loads((await self.line(b"data: "))[6:])


@asynccontextmanager
async def stream_of(client: Client) -> AsyncIterator[Stream]:
    url = client.run.ready.control_url
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try:
        yield Stream(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


def test_a_stream_tells_what_is_new(code: Path) -> None:
    async def play() -> list[Any]:
        async with up(code) as client, stream_of(client) as stream:
            kind = await stream.line(b"content-type:")
            seen = [await stream.event()]
            for _ in range(3):
                await client.visit("/fixed")
            while seen[-1]["latest"] < 3:
                seen.append(await stream.event())
            await client.act("requests", method="DELETE")
            return [kind, *seen, await stream.event()]

    kind, first, *between, last = asyncio.run(play())

    assert kind == b"content-type: text/event-stream; charset=utf-8\r\n"
    assert first == {"latest": 0, "revision": 1}
    assert between[-1] == {"latest": 3, "revision": 1}
    assert last == {"latest": 3, "revision": 2}


def test_streams_are_bounded_and_end_with_their_client_and_with_the_run(code: Path) -> None:
    async def play() -> tuple[int, bytes, bytes]:
        async with AsyncExitStack() as open_streams:
            async with up(code) as client:
                streams = [await open_streams.enter_async_context(stream_of(client)) for _ in range(32)]
                for stream in streams:
                    await stream.event()
                refused = (await client.ask("stream"))[0]
                streams[0].writer.close()
                freed = b"HTTP/1.1 503"
                while freed.startswith(b"HTTP/1.1 503"):
                    async with stream_of(client) as another:
                        freed = await another.line(b"HTTP/1.1 ")
            return refused, freed, await streams[1].reader.read()

    refused, freed, rest = asyncio.run(play())

    assert (refused, freed) == (503, b"HTTP/1.1 200 OK\r\n")
    assert rest == b"\n\r\n"  # of the chunk with the first event
