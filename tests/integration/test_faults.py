"""Faults on purpose, as clients of a running network see them, and as the run tells of them."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from lattice_events.errors import ConfigurationError, SignatureRejectedError
from lattice_events.local.run.run import running
from lattice_events.local.run.settings import Loaded, RunSettings
from lattice_events.network.faults import Fault
from lattice_events.network.model import Network, Principal
from lattice_events.network.policy import Caller, parse_policy
from lattice_events.testing import LatticeNetwork
from tests.integration.invoking import write_code
from tests.networks import forward_to, http_group, lambda_group, listener, network, rule, service

CODE = """
    def handler(event, context):
        return {"statusCode": 200, "body": "function " + event["path"]}
"""
APP, HELLO = (
    Principal(name=name, caller=Caller(arn=f"arn:aws:iam::123456789012:role/{name}"))
    for name in ("app", "hello")
)
EVERYBODY = parse_policy(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
)


class Pod(BaseHTTPRequestHandler):
    """Answers with a body in one piece, or in chunks."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"from the pod"
        self.send_response(200)
        if self.path == "/pod/chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in (body, b"!" * 20):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def pod_url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pod)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, pod_url: str) -> Network:
    """A service with a function and a pod, and one that asks for a signature."""
    code = write_code(tmp_path_factory.mktemp("code"), CODE)
    made = network(
        service("foo", listeners=(listener(None, rule(1, {"prefix": "/pod"}, forward_to("pods"))),)),
        service("closed", auth_type="AWS_IAM", auth_policy=EVERYBODY),
        groups=(lambda_group(), http_group(pod_url)),
    )
    function = replace(made.functions[0], code=str(code), handler="app.handler", timeout_seconds=60)
    return replace(made, functions=(function,), principals=(APP, HELLO))


@pytest.fixture(scope="module")
def shared(model: Network) -> Iterator[LatticeNetwork]:
    with LatticeNetwork(model) as up:
        yield up


@pytest.fixture
def net(shared: LatticeNetwork) -> Iterator[LatticeNetwork]:
    shared.clear()
    yield shared
    shared.keep_faults(())


def api(net: LatticeNetwork, path: str, *, method: str = "GET", body: Any = None, token: bool = True) -> Any:
    """Status and JSON of the API."""
    ready = net._run.ready
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    asked = urllib.request.Request(f"{ready.control_url}/api/v1/{path}", data=data, method=method)
    if token:
        asked.add_header("X-Lattice-Token", ready.api_token)
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def get(net: LatticeNetwork, path: str = "/x", service: str = "foo") -> httpx.Response:
    return net.client().get(f"{net.url(service)}{path}")


def line_of(net: LatticeNetwork) -> Any:
    assert net.requests  # they have all been told of
    return api(net, "requests?limit=1")[1]["requests"][0]


def detail_of(net: LatticeNetwork) -> Any:
    return api(net, f"requests/{line_of(net)['number']}")[1]


def texts_of(steps: Any) -> list[str]:
    return ["".join(text for text, _ in step["parts"]) for step in steps]


def test_a_burst_of_503_ends_by_its_count_and_is_told(net: LatticeNetwork) -> None:
    with net.fault("unavailable", service="foo", count=2) as draining:
        answers = [get(net) for _ in range(3)]

        assert [each.status_code for each in answers] == [503, 503, 200]
        assert [each.text for each in answers] == ["Service Unavailable"] * 2 + ["function /x"]
        assert draining.met == 2
    first, _, last = net.requests
    assert (first.reason, first.faults, first.target) == (
        "fault unavailable-1: no target took the request, as while all of them drain",
        ("unavailable-1",),
        "hello",
    )
    assert (last.reason, last.faults) == (None, ())
    detail = api(net, "requests/" + first.request_id)[1]
    assert (detail["faults"], detail["failure"], detail["sent"]) == (["unavailable-1"], "connect", None)
    assert texts_of(detail["steps"])[-1] == first.reason
    assert detail["decision"]["faults"] == [first.reason]


def test_latency_delays_and_says_so(net: LatticeNetwork) -> None:
    with net.fault("latency", seconds=0.05, path="/slow*"):
        assert get(net, "/slow/1").text == "function /slow/1"
        slow = line_of(net)
        assert get(net, "/x").status_code == 200

    assert slow["duration_ms"] >= 50
    assert slow["reason"] == "fault latency-1: a wait of 0.05 s before the request goes on"
    assert net.requests[-1].faults == ()


def test_who_does_not_wait_is_told_with_the_fault(net: LatticeNetwork) -> None:
    with net.fault("latency", seconds=600), pytest.raises(httpx.ReadTimeout):
        net.client(timeout=0.05).get(f"{net.url('foo')}/x")
    with net.fault("slow-body", seconds=600), pytest.raises(httpx.ReadTimeout):
        net.client(timeout=0.05).get(f"{net.url('foo')}/x")
    until(lambda: len(net.requests) == 2)

    gone = "the client closed the connection before it got the answer"
    assert [each.reason for each in net.requests] == [
        f"fault latency-1: a wait of 600 s before the request goes on\n{gone}",
        f"fault slow-body-1: the body of the answer is spread over 600 s\n{gone}",
    ]


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what happens in another thread."""
    for _ in range(1000):
        if is_so():
            return
        time.sleep(0.005)
    raise AssertionError("it did not happen")


def test_a_reset_reaches_the_client_as_one(net: LatticeNetwork) -> None:
    port = int(net._run.ready.gateway_url.rpartition(":")[2])
    with net.fault("reset", id="cut"), socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /x HTTP/1.1\r\nHost: foo.localhost\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            client.recv(1)

    assert (
        net.requests[-1].reason == "fault cut: the client's connection was reset, and the target got nothing"
    )
    assert detail_of(net)["response"] is None


def test_a_reset_of_some_method_ends_tls_too(net: LatticeNetwork) -> None:
    client, url = net.client(), f"{net.url('foo')}/x"
    with net.fault("reset", method="POST"), pytest.raises(httpx.TransportError):
        client.post(url, content=b"body")

    with net.fault("reset", method="POST"):
        assert client.get(url).status_code == 200


def test_a_throttled_function_does_not_run_whoever_invokes_it(net: LatticeNetwork) -> None:
    with net.fault("throttle", target="hello"):
        through_lattice = get(net)
        url = f"{net._run.ready.control_url}/2015-03-31/functions/hello/invocations"
        with pytest.raises(urllib.error.HTTPError) as invoked:
            urllib.request.urlopen(urllib.request.Request(url, data=b"{}", method="POST"))
        invoked.value.close()
        pod = get(net, "/pod")

    assert (through_lattice.status_code, pod.status_code, invoked.value.code) == (502, 200, 429)
    assert invoked.value.headers["x-amzn-ErrorType"] == "TooManyRequestsException"
    lines = api(net, "requests")[1]["requests"]
    assert [each["reason"] for each in lines] == [
        None,
        "fault throttle-1: Lambda throttled the function, which did not run",
        "fault throttle-1: Lambda throttled the function, which did not run",
    ]
    assert [(each["kind"], each["faults"]) for each in lines] == [
        ("request", []),
        ("invocation", ["throttle-1"]),
        ("request", ["throttle-1"]),
    ]
    assert detail_of(net)["failure"] is None
    assert api(net, f"requests/{lines[1]['number']}")[1]["faults"] == ["throttle-1"]


@pytest.mark.parametrize(
    ("fault", "text", "line"),
    [
        ({"kind": "expired-token"}, "UnrecognizedClientException: The security token", "the session token counted as expired"),
        ({"kind": "clock-skew", "seconds": -3600}, "InvalidSignatureException: Signature expired", "the caller's clock counted as 3600 s behind"),
    ],
)  # fmt: skip
def test_the_403_of_a_fault_is_the_service_s_own(
    net: LatticeNetwork, fault: dict[str, Any], text: str, line: str
) -> None:
    session = net.session("app", service="closed", max_retries=0)

    with net.fault(**fault, caller="app"), pytest.raises(SignatureRejectedError, match=text):
        session.get("/x")

    assert session.get("/x").status_code == 200
    refused = net.requests[0]
    assert refused.reason
    assert refused.reason.startswith(
        f"fault {fault['kind']}-1: {line}\nthe signature is refused; what differs:"
    )
    assert refused.reason.endswith("\nIt is refused on purpose: there is nothing to mend in the request.")
    detail = api(net, "requests/" + refused.request_id)[1]
    assert detail["decision"]["reply"]["reason"] == "\n".join(refused.reason.split("\n")[1:])
    for advice in ("belong together", "sign each attempt anew"):
        assert advice not in json.dumps(detail)


def test_a_clock_within_the_tolerance_is_told_and_let_through(net: LatticeNetwork) -> None:
    with net.fault("clock-skew", seconds=60):
        answer = net.session("app", service="closed").get("/x")

    assert answer.status_code == 200
    assert net.requests[-1].faults == ("clock-skew-1",)
    assert detail_of(net)["sent"]


@pytest.mark.parametrize("path", ["/x", "/pod", "/pod/chunks"])
def test_a_slow_body_comes_whole(net: LatticeNetwork, path: str) -> None:
    expected = get(net, path)

    with net.fault("slow-body", seconds=0.05):
        began = time.perf_counter()
        answer = get(net, path)
        took = time.perf_counter() - began

    assert (answer.status_code, answer.content) == (200, expected.content)
    assert took >= 0.05
    assert net.requests[-1].reason == "fault slow-body-1: the body of the answer is spread over 0.05 s"


def test_an_answer_without_a_body_has_no_slow_one(net: LatticeNetwork) -> None:
    with net.fault("slow-body", seconds=600):
        answer = net.client().head(f"{net.url('foo')}/x")

    assert (answer.status_code, answer.content) == (200, b"")
    assert net.requests[-1].faults == ()


def test_faults_of_several_stages_come_together(net: LatticeNetwork) -> None:
    with net.fault("latency", seconds=0.01), net.fault("unavailable"), net.fault("slow-body", seconds=600):
        assert get(net).status_code == 503

    assert net.requests[-1].faults == ("latency-1", "unavailable-1")


def test_the_same_seed_gives_the_same_sequence(net: LatticeNetwork) -> None:
    def play(seed: int) -> list[int]:
        with net.fault("unavailable", probability=0.5, seed=seed):
            return [get(net).status_code for _ in range(12)]

    first = play(7)

    assert play(7) == first
    assert set(first) == {200, 503}
    assert play(8) != first


def test_retries_of_clients_end_a_burst_well(net: LatticeNetwork) -> None:
    """LatticeSession by itself; urllib3 and requests as their users set them up."""
    plain = requests.Session()
    plain.trust_env = False
    plain.proxies = dict.fromkeys(("http", "https"), net._run.ready.proxy_url)
    plain.verify = net._run.ready.ca_file
    plain.mount("https://", HTTPAdapter(max_retries=Retry(3, status_forcelist=[503], backoff_factor=0.001)))

    for session in (net.session(), net.session("app"), plain):
        with net.fault("unavailable", count=2) as draining:
            assert session.get(f"{net.url('foo')}/x").status_code == 200
        assert draining.met == 2
    with plain, net.fault("reset", count=1) as cut:
        assert plain.get(f"{net.url('foo')}/x").status_code == 200
    assert cut.met == 1


def test_the_api_adds_lists_and_removes(net: LatticeNetwork) -> None:
    status, added = api(
        net, "faults", method="POST", body={"kind": "latency", "seconds": 0, "service": "foo", "count": 5}
    )
    assert (status, added["id"]) == (200, "latency-1")
    assert get(net).status_code == 200
    status, found = api(net, "faults")

    assert found["faults"] == [
        {
            "id": "latency-1", "kind": "latency", "service": "foo", "rule": None, "path": None, "method": None,
            "caller": None, "target": None, "seconds": 0, "probability": 1, "seed": 0, "count": 5,
            "burst_seconds": None, "origin": None, "met": 1, "left": 4, "notes": [],
        }
    ]  # fmt: skip
    assert [each["kind"] for each in found["kinds"]][:2] == ["latency", "unavailable"]
    assert found["callers"] == ["app", "hello", "you"]
    assert api(net, "faults/latency-1", method="DELETE")[1]["met"] == 1
    assert api(net, "faults/latency-1", method="DELETE") == (404, {"error": "There is no fault 'latency-1'."})
    api(net, "faults", method="POST", body={"id": "a", "kind": "reset"})
    assert api(net, "faults", method="DELETE")[1]["faults"] == []


def test_a_change_is_one_of_the_stream(net: LatticeNetwork) -> None:
    before = api(net, "requests")[1]["revision"]

    net.fault("reset")

    assert api(net, "requests")[1]["revision"] > before


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [("faults", "POST", {"kind": "reset"}), ("faults", "DELETE", None), ("faults/a", "DELETE", None)],
)
def test_what_changes_needs_the_token(net: LatticeNetwork, path: str, method: str, body: Any) -> None:
    net.fault("reset", id="a", path="/never")

    assert api(net, path, method=method, body=body, token=False)[0] == 403
    assert net.fault_ids == ["a"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "The body is not JSON."),
        ([], 'A fault is an object, such as {"kind": "latency", "seconds": 2}.'),
        ({"kind": "reset", "id": "taken"}, "There is a fault taken already: remove it first, or choose another id."),
        ({"kind": "reset", "id": 7}, "The id of a fault must be 1 to 64 letters, digits and ._-, the first none of these three, not 7."),
        ({"kind": "latency", "probability": 2}, "The probability of the fault latency-1 must be a number from 0 to 1, not 2.\nThe fault latency-1 must have seconds, as every latency has."),
        ({"kind": None}, "The fault fault-1 must have a kind"),
    ],
)  # fmt: skip
def test_a_fault_that_is_none_is_refused(net: LatticeNetwork, body: Any, said: str) -> None:
    net.fault("reset", id="taken", path="/never")

    status, told = api(net, "faults", method="POST", body=body)

    assert status == 400
    assert said in told["error"]
    assert net.fault_ids == ["taken"]


def test_a_name_that_nothing_has_is_noted_and_an_error_of_a_test(net: LatticeNetwork) -> None:
    status, added = api(
        net, "faults", method="POST", body={"kind": "reset", "service": "fo", "caller": "you"}
    )

    assert status == 200
    assert added["notes"] == [
        "The fault reset-1 is for the service fo, which is not there. Did you mean foo? The services are: closed, foo."
    ]
    with pytest.raises(ConfigurationError, match="for the caller me, which is not there"):
        net.fault("reset", caller="me")
    assert net.fault_ids == ["reset-1"]


def test_there_are_not_too_many(net: LatticeNetwork) -> None:
    for _ in range(100):
        net.fault("reset", path="/never")

    with pytest.raises(ConfigurationError, match="There are 100 faults: remove some first"):
        net.fault("reset")


def test_other_paths_of_faults_are_not_there(net: LatticeNetwork) -> None:
    assert api(net, "faults/a")[0] == 404
    assert api(net, "faults", method="PUT")[0] == 404


def test_faults_of_settings_and_live_ones_survive_another_network(model: Network) -> None:
    def loaded(*faults: Fault) -> Loaded:
        from lattice_events.assumptions import DEFAULTS

        return Loaded(network=model, assumptions=DEFAULTS, vpc_arn="arn:vpc/vpc-1", faults=faults)

    kept, changed, gone = (Fault(id=each, kind="reset", count=9) for each in ("kept", "changed", "gone"))

    async def play() -> list[tuple[str, int | None]]:
        async with running(
            loaded(kept, changed, gone), RunSettings(), report=lambda _: None, clock=lambda: 0.0
        ) as run:
            run.faults.add({"kind": "reset"}, id_="live")
            run.faults.remove("kept")
            await run.apply(loaded(kept, replace(changed, count=2)))
            return [(each.fault.id, each.left) for each in run.faults.all]

    assert sorted(asyncio.run(play())) == [("changed", 2), ("live", None)]
