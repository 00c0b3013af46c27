"""`lattice_network` runs a network for the tests of a module, and tells a failed test what it did there."""

from __future__ import annotations

import asyncio
import http.client
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from lattice_events.client import LatticeSession
from lattice_events.client.httpx import LatticeAuth
from lattice_events.errors import ConfigurationError
from lattice_events.network.model import FixedResponseAction, Network, Principal
from lattice_events.network.policy import Caller
from lattice_events.testing import LatticeNetwork
from tests.integration.invoking import write_code
from tests.integration.running import ROOT, clean_environment
from tests.networks import listener, network, service

pytest_plugins = ("pytester",)
CODE = """
    def handler(event, context):
        return {"statusCode": 200, "body": f"{event['method']} {event['path']}"}
"""
INNER = ("-p", "no:cacheprovider")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """Two services: one asks who calls and lets one caller in, the other answers 404."""
    code = write_code(tmp_path_factory.mktemp("code"), CODE)
    closed = listener(FixedResponseAction(status=404))
    net = network(service("orders"), service("closed", listeners=(closed,)))
    function = replace(net.functions[0], code=str(code), handler="app.handler", timeout_seconds=60)
    callers = (Principal(name="shop", caller=Caller(arn="arn:aws:iam::123456789012:role/shop")),)
    return replace(net, functions=(function,), principals=callers)


@pytest.fixture(scope="module")
def running(model: Network) -> Iterator[LatticeNetwork]:
    with LatticeNetwork(model) as running:
        yield running


# ── calling ───────────────────────────────────────────────────────────────────────────────────


def test_a_session_reaches_a_service_by_its_real_url(running: LatticeNetwork) -> None:
    url = running.url("orders")

    assert re.fullmatch(r"https://orders-[0-9a-f]{17}\.7d67968\.vpc-lattice-svcs\.us-west-2\.on\.aws", url)
    assert running.session().get(f"{url}/a").text == "GET /a"
    assert running.session("shop", service="orders").post("/b").text == "POST /b"


def test_clients_of_httpx_reach_it_too(running: LatticeNetwork) -> None:
    async def call() -> str:
        async with running.async_client("shop") as client:
            return (await client.get(f"{running.url('orders')}/b")).text

    assert running.client("shop").get(f"{running.url('orders')}/a").text == "GET /a"
    assert asyncio.run(call()) == "GET /b"


def test_requests_say_who_called_what(running: LatticeNetwork) -> None:
    running.clear()
    running.session("shop").get(f"{running.url('orders')}/a")
    running.session().get(f"{running.url('closed')}/b")

    told = [(each.caller, each.service, each.path, each.status, each.target) for each in running.requests]
    assert told == [("shop", "orders", "/a", 200, "hello"), ("you", "closed", "/b", 404, None)]


def test_every_answer_that_has_come_is_told(running: LatticeNetwork) -> None:
    """Also where the test looks at once, and from many threads."""
    running.clear()

    def call() -> None:
        session = running.session()
        for _ in range(20):
            session.get(running.url("closed"))

    threads = [threading.Thread(target=call) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(running.requests) == 100


def test_code_that_makes_its_own_clients_is_led_there(
    running: LatticeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in running.environment("shop").items():
        monkeypatch.setenv(name, value)
    running.clear()

    with LatticeSession(service="orders") as session:
        assert session.get("/a").text == "GET /a"
    with httpx.Client(auth=LatticeAuth()) as client:
        assert client.get(running.url("orders")).text == "GET /"
    assert [each.caller for each in running.requests] == ["shop", "shop"]


def test_a_function_of_a_model_is_a_caller_unasked(running: LatticeNetwork) -> None:
    running.clear()
    running.session("hello").get(running.url("orders"))

    assert running.requests[0].caller == "hello"


def test_nobody_s_environment_has_no_credentials(running: LatticeNetwork) -> None:
    assert not [name for name in running.environment() if name.startswith("AWS_ACCESS")]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            lambda net: net.session("shp"),
            r"There is no caller 'shp'; there is: shop, hello. Did you mean shop\?",
        ),
        (lambda net: net.url("order"), r"There is no service 'order'; .* Did you mean orders\?"),
        (lambda net: net.session(service="order"), "There is no service"),
        (lambda net: net.client("x"), "There is no caller"),
        (lambda net: net.environment("x"), "There is no caller"),
    ],
)
def test_an_unknown_name_is_said_with_those_that_are_known(
    running: LatticeNetwork, ask: Any, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        ask(running)


# ── what it is made of ────────────────────────────────────────────────────────────────────────


def test_it_is_made_of_templates_manifests_and_options(tmp_path: Path) -> None:
    write_pages("docs/testing.md", tmp_path)
    guest = {"guest": "arn:aws:iam::123456789012:role/shop"}  # whom the policy lets in
    with LatticeNetwork("template.yaml", "k8s", callers=guest, env={"A": "1"}, folder=tmp_path) as running:
        assert running.client("guest").get(f"{running.url('orders')}/1").text == "order /1"


def test_the_command_line_s_target_is_an_option(tmp_path: Path) -> None:
    write_pages("docs/testing.md", tmp_path)
    (tmp_path / "lattice.yaml").unlink()
    with (
        LatticeNetwork("k8s", targets={"app": "http://127.0.0.1:9"}, folder=tmp_path) as running,
        running.session(max_retries=0) as session,
    ):
        assert session.get(running.url("app-default")).status_code in (500, 503)


@pytest.mark.parametrize(
    "options", [{"targets": {"a": "http://b"}}, {"callers": {"a": "b"}}, {"settings": "a"}]
)
def test_a_model_is_all_of_it(model: Network, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="A Network is all of the network"):
        LatticeNetwork(model, **options).__enter__()


def test_what_cannot_be_read_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    before = threading.active_count()

    with pytest.raises(ConfigurationError, match="nothing.yaml"):
        LatticeNetwork("nothing.yaml", folder=tmp_path).__enter__()

    assert threading.active_count() == before


def test_what_cannot_be_started_is_said_and_leaves_nothing(model: Network) -> None:
    function = replace(model.functions[0], python="/no/such/python")
    before = threading.active_count()

    with pytest.raises(ConfigurationError, match="/no/such/python"):
        LatticeNetwork(replace(model, functions=(function,))).__enter__()

    assert threading.active_count() == before


# ── its end ───────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_left_of_it(model: Network) -> None:
    before = threading.active_count()
    with LatticeNetwork(model) as running:
        running.session().get(running.url("orders"))
        port = int(running.environment()["HTTP_PROXY"].rpartition(":")[2])

    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port).connect()


def test_its_requests_outlive_it(model: Network) -> None:
    with LatticeNetwork(model) as running:
        running.session().get(running.url("closed"))

    assert [each.status for each in running.requests] == [404]


def test_an_error_in_its_loop_is_raised_at_the_end(model: Network) -> None:
    def fail() -> None:
        raise ZeroDivisionError("in the loop")

    running = LatticeNetwork(model)
    running.__enter__()
    running._background._loop.call_soon_threadsafe(fail)

    with pytest.raises(ZeroDivisionError, match="in the loop"):
        running.__exit__()


def test_two_networks_stand_beside_each_other(model: Network) -> None:
    with LatticeNetwork(model) as one, LatticeNetwork(model) as two:
        one.session().get(one.url("closed"))

        assert (len(one.requests), len(two.requests)) == (1, 0)


# ── in the tests of somebody ──────────────────────────────────────────────────────────────────


def write_pages(page: str, folder: Path) -> None:
    """Write the files of a page: each block that starts with ``# NAME``."""
    blocks = re.findall(
        r"^```\w+\n(# ([\w/.]+)\n.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL
    )
    assert blocks
    for text, name in blocks:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def test_the_page_s_test_file_passes(pytester: pytest.Pytester) -> None:
    write_pages("docs/testing.md", pytester.path)

    result = pytester.runpytest_inprocess(*INNER)

    result.assert_outcomes(passed=3)
    assert len((pytester.path / "test_network.py").read_text().splitlines()) <= 30


AFTERWARDS = """

def test_faults_end_with_their_test(lattice_network):
    assert lattice_network.fault_ids == []
    assert lattice_network.session("shop", service="orders").get("/").status_code == 200
"""


def test_the_page_s_faults_are_met_and_end(pytester: pytest.Pytester) -> None:
    write_pages("docs/testing.md", pytester.path)
    (pytester.path / "test_network.py").unlink()
    write_pages("docs/faults.md", pytester.path)
    with (pytester.path / "test_faults.py").open("a") as file:
        file.write(AFTERWARDS)

    pytester.runpytest_inprocess(*INNER).assert_outcomes(passed=3)


def test_processes_of_xdist_do_not_meet(tmp_path: Path) -> None:
    write_pages("docs/testing.md", tmp_path)
    text = (tmp_path / "test_network.py").read_text()
    (tmp_path / "test_other.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-n", "2", *INNER]
    environment = clean_environment() | {"PYTHONPATH": str(ROOT)}

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)

    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout


FAILING = """
    import pytest

    pytestmark = pytest.mark.lattice("template.yaml", "k8s")

    def test_it(lattice_network):
        lattice_network.session("shop", service="orders").get("/before")

    def test_denied(lattice_network):
        lattice_network.session("guest", service="orders").get("/mine")

    def test_wrong(lattice_network):
        lattice_network.session("shop", service="orders").get("/mine")
        pytest.fail("by hand")
"""


def test_a_failed_test_shows_what_was_decided(pytester: pytest.Pytester) -> None:
    write_pages("docs/testing.md", pytester.path)
    (pytester.path / "test_network.py").unlink()
    pytester.makepyfile(FAILING)

    result = pytester.runpytest_inprocess(*INNER)

    result.assert_outcomes(passed=1, failed=2)
    denied, wrong = result.stdout.str().split("Captured lattice requests call")[1:]
    assert "as guest → 403" in denied
    assert "does not match" in denied
    assert "Principal: arn:aws:sts::123456789012:assumed-role/guest/guest is not" in denied
    assert "as shop → 200" in wrong
    assert "│ looking for /mine" in wrong
    assert "/before" not in denied + wrong


def test_a_marker_at_a_test_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
    import pytest

    @pytest.mark.lattice("template.yaml")
    def test_it(lattice_network): ...
    """
    )

    result = pytester.runpytest_inprocess(*INNER, "--strict-markers")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*one network serves all tests of a module*"])


def test_a_definition_that_cannot_be_read_is_the_whole_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(lattice_network): ...")
    (pytester.path / "serverless.yml").write_text("service: {")

    result = pytester.runpytest_inprocess(*INNER)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*serverless.yml:*"])
    assert "Traceback" not in result.stdout.str()


def test_a_network_that_is_not_up_is_no_part_of_a_report(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
    import pytest
    from lattice_events.testing import LatticeNetwork

    @pytest.fixture
    def mine():
        return LatticeNetwork()

    def test_it(mine):
        assert not mine.is_up
        assert False
    """
    )

    result = pytester.runpytest_inprocess(*INNER)

    result.assert_outcomes(failed=1)
    assert "lattice requests" not in result.stdout.str()


def test_a_fixture_of_one_s_own_is_reported_too(model: Network, pytester: pytest.Pytester) -> None:
    write_pages("docs/testing.md", pytester.path)
    (pytester.path / "test_network.py").unlink()
    pytester.makepyfile(
        """
    import pytest
    from lattice_events.testing import LatticeNetwork

    @pytest.fixture(scope="session")
    def mine():
        with LatticeNetwork("template.yaml", "k8s") as network:
            yield network

    def test_it(mine):
        assert mine.session().get(mine.url("app-default")).status_code == 204
    """
    )

    result = pytester.runpytest_inprocess(*INNER)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*as you → 200*"])
