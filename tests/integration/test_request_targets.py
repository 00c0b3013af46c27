"""What the policies and rules saw is, byte for byte, what the target was asked for, what the event says, and the log."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lattice_events.network.dataplane import plan as real_plan
from lattice_events.network.decision import Decision
from lattice_events.network.model import Network
from lattice_events.request import Request
from tests.conftest import examples
from tests.integration.wire import HOST, Wire, parse_answer, target_of, wired

_HOST = HOST.encode()
_PIECES = (
    *(b"/ // .. . ? # %23 %3F %2f %2e% %zz % \\ ; & = : @ [ ] | ' \" + * ~ a admin ^ ` { } < >".split()),
    *(b" ", b"\t", b"\0", b"\x0b", b"\x7f", b"\x80", b"\xe9", "é".encode(), "／".encode()),
)
_TAILS = st.lists(st.sampled_from(_PIECES) | st.binary(min_size=1, max_size=3), max_size=8).map(b"".join)
_PATHS = st.builds(bytes.__add__, st.just(b"/"), _TAILS)
_SCHEMES = st.sampled_from((b"http://", b"HTTP://", b"hTTps://", b"ftp://", b"http:/", b"//"))
_USERS = st.sampled_from((b"", b"", b"", b"u:p@", b"u@", b"a\\@", b"#@"))
_AUTHORITIES = st.sampled_from((_HOST, _HOST.upper(), _HOST + b":80", _HOST + b":", _HOST + b"."))
_ABSOLUTE = st.builds(lambda *parts: b"".join(parts), _SCHEMES, _USERS, _AUTHORITIES, _TAILS)
_TARGETS = st.one_of(_PATHS, _PATHS, _ABSOLUTE, _TAILS).map(lambda raw: raw.translate(None, b"\r\n"))
_LEGAL = re.compile(
    rb'(?:(?i:https?)://(?:[\w:]*@)?%b\.?(?::|:80)?)?((?:/[!"$-~]*)?(?:\?[!"$-~]*)?)' % _HOST, re.IGNORECASE
)


class Plane:
    """A running gateway whose `plan` is listened to; it lives as long as the test."""

    def __init__(self, runner: asyncio.Runner, wire: Wire, planned: list[Request]) -> None:
        self._runner = runner
        self.wire = wire
        self._planned = planned

    def ask(self, target: bytes, to: str, method: str = "GET") -> tuple[int, dict[str, list[str]]]:
        """The status, and every word of the target that anybody was told."""
        wire = self.wire
        for told in (wire.received, wire.events, wire.logged, self._planned):
            told.clear()
        head = b"%b %b HTTP/1.1\r\nHost: %b\r\nX-To: %b\r\n" % (method.encode(), target, _HOST, to.encode())
        raw = self._runner.run(wire.send(head + b"Connection: close\r\n\r\n"))
        events = [event.get("raw_path") or event["path"] for event in wire.events]
        received = [target_of(each).decode("latin-1") for each in wire.received]
        told_of = {
            "plan": [request.target for request in self._planned],
            "target": [*received, *events],
            "log": [str(record["requestPath"]) for record in wire.logged],
        }
        return parse_answer(raw)[0], told_of


@pytest.fixture(scope="module")
def plane() -> Iterator[Plane]:
    planned: list[Request] = []

    def plan(network: Network, request: Request, **options: object) -> Decision:
        planned.append(request)
        return real_plan(network, request, **options)  # type: ignore[arg-type]  # passed on as they came

    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as runner:
        patch.setattr("lattice_events.local.gateway.server.plan", plan)
        opened = wired()
        yield Plane(runner, runner.run(opened.__aenter__()), planned)
        runner.run(opened.__aexit__(None, None, None))


def _expected(raw: bytes) -> str | None:
    """The target that a service is asked for; ``None`` for what is no target.

    More than one blank between the parts of a request line is still a separator (RFC 9112 §3).
    """
    raw = raw.strip(b" ")
    found = _LEGAL.fullmatch(raw)
    if found is None or raw.startswith(b"?") or not raw:
        return None
    tail = found[1].decode()
    return tail if tail.startswith("/") else f"/{tail}"


@given(raw=_TARGETS, to=st.sampled_from(("pods", "pods", "v1", "v2")))
@example(raw=b"/admin#x", to="pods")
@example(raw=b"/x?role=admin#", to="v2")
@example(raw=b"/x?", to="pods")
@examples(20_000)
def test_what_is_decided_is_what_is_sent(plane: Plane, raw: bytes, to: str) -> None:
    expected = _expected(raw)

    status, told = plane.ask(raw, to)

    if expected is None:
        assert status in (400, 404, 407)  # it may name a port without a listener, or a host outside
        assert told["target"] == []
    else:
        path = expected.partition("?")[0]
        assert (status, told) == (200, {"plan": [expected], "target": [expected], "log": [path]})


@pytest.mark.parametrize(
    ("raw", "status", "sent"),
    [
        (b"/admin#x", 400, None),
        (b"/x?role=admin#", 400, None),
        (b"/#", 400, None),
        (b"http://%b/admin#x" % _HOST, 400, None),
        (b"http://%b#x" % _HOST, 400, None),
        (b"http://%b?q#" % _HOST, 400, None),
        (b"http://outside.example/x#y", 400, None),
        (b"/a%23b", 200, "/a%23b"),
        (b"/a?b%23c", 200, "/a?b%23c"),
        (b"/x?", 200, "/x?"),
        (b"/x??", 200, "/x??"),
        (b"http://%b?" % _HOST, 200, "/?"),
        (b"http://%b" % _HOST, 200, "/"),
        (b"HTTP://u:p@%b:80/X" % _HOST.upper(), 200, "/X"),
        (b"//%b/x" % _HOST, 200, f"//{HOST}/x"),
        (b"/a\\..\\b", 200, "/a\\..\\b"),
        (b"/../a/./b//", 200, "/../a/./b//"),
        (b"/%zz%", 200, "/%zz%"),
        (b"/caf\xc3\xa9", 400, None),
        (b"/caf\xe9", 400, None),
        (b"/a b", 400, None),
        (b"/a\x7f", 400, None),
        (b"*", 400, None),
        (b"?q", 400, None),
        (b"admin", 400, None),
        (b"%b:443" % _HOST, 400, None),
        (b"ftp://%b/x" % _HOST, 400, None),
        (b"http:///x", 400, None),
        (b"http://a\\@%b/x" % _HOST, 400, None),
        (b"http://%b\\x" % _HOST, 400, None),
        (b"http://%b:0/x" % _HOST, 400, None),
        (b"http://%b:99999/x" % _HOST, 400, None),
    ],
)
@pytest.mark.parametrize("to", ["pods", "v1", "v2"])
def test_forms_of_a_request_target(plane: Plane, raw: bytes, status: int, sent: str | None, to: str) -> None:
    assert plane.ask(raw, to) == (
        status,
        {
            "plan": [sent] if sent else [],
            "target": [sent] if sent else [],
            "log": [sent.partition("?")[0]] if sent else [],
        },
    )


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("ftp://user:s3cret@x/a", HOST),
        ("http://user:s3cret@x/a#b", HOST),
        ("//user:s3cret@x/a#b", HOST),
        ("/cb#access_token=s3cret", HOST),
        ("/cb?code=s3cret#b", HOST),
        ("x#s3cret", HOST),
        ("/", "user:s3cret@foo"),
        ("/#", f"user:s3cret@{HOST}"),
        ("http:///", "u:s3cret@x@y"),
    ],
)
def test_what_is_told_of_a_refused_request_has_no_secret_of_it(target: str, host: str) -> None:
    async def run() -> tuple[bytes, Wire]:
        async with wired() as wire:
            head = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            return await wire.send(head.encode()), wire

    answer, wire = asyncio.run(run())

    assert answer.split(b" ")[1] == b"400"
    assert b"s3cret" not in answer
    assert "s3cret" not in f"{wire.reports} {wire.logged}"
