"""`lattice dev` as a user meets it: real curl, the real AWS CLI, real processes."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import trustme

from tests.integration.running import (
    BIN,
    FREE_PORTS,
    PLAYGROUND,
    ROOT,
    Running,
    clean_environment,
    lattice_dev,
    leaves_nothing,
    playground,
    refused,
)

REAL_NAME = "foo-service-xxxxxxxxxxxxxxxxx.7d67968.vpc-lattice-svcs.ap-northeast-1.on.aws"
HTTP_2 = "HTTP/2 is not emulated: use HTTP/1.1"
PLAY = "https://play-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"


@pytest.fixture(scope="module")
def sample() -> Iterator[Running]:
    """The sample, packaged by the real Serverless CLI."""
    with lattice_dev() as running:
        yield running


@pytest.fixture(scope="module")
def play() -> Iterator[Running]:
    with playground() as running:
        yield running


# ── the sample ────────────────────────────────────────────────────────────────────────────────────


def test_the_first_story_through_the_proxy(sample: Running) -> None:
    assert sample.get(f"https://{REAL_NAME}") == (200, "Hello Foo Lambda!!")


def test_the_first_story_by_host_header(sample: Running) -> None:
    done = sample.curl("-H", f"Host: {REAL_NAME}", sample.ready["gateway_url"])

    assert done.stdout == "Hello Foo Lambda!!\n200"


def test_the_first_story_at_localhost(sample: Running) -> None:
    url = sample.service("foo-service")["local_url"]

    assert sample.curl("--resolve", f"{url.split('/')[2]}:127.0.0.1", url).stdout == "Hello Foo Lambda!!\n200"


def test_the_first_story_over_direct_tls(sample: Running) -> None:
    port = sample.ready["tls_url"].rpartition(":")[2]
    done = sample.curl(
        "--cacert",
        sample.ready["ca_file"],
        "--connect-to",
        f"{REAL_NAME}:443:127.0.0.1:{port}",
        f"https://{REAL_NAME}",
    )

    assert done.stdout == "Hello Foo Lambda!!\n200"


def test_the_second_story_by_the_aws_cli(sample: Running) -> None:
    answer = sample.invoke("sample-dev-eksClient")

    assert {"statusCode": 200, "body": "from EKS: Hello Bar EKS Pod!!"}.items() <= answer.items()


def test_the_route_s_other_paths_are_404(sample: Running) -> None:
    url = sample.service("eks-app-default")["url"]

    assert sample.get(f"{url}/app/x") == (200, "Hello Bar EKS Pod!!")
    assert sample.get(f"{url}/other") == (404, "Not Found")


def test_a_line_a_request_says_rule_and_target(sample: Running) -> None:
    sample.get(f"https://{REAL_NAME}/where?secret=1")

    event = sample.next_event("request", path="/where")
    expected = {
        "method": "GET",
        "status": 200,
        "service": "foo-service",
        "rule": "default",
        "target": "sample-dev-hello",
    }
    assert expected.items() <= event.items()
    assert "secret" not in json.dumps(event)


def copy_sample(target: Path) -> None:
    for name in ("serverless.yml", "package.json", "requirements.txt"):
        shutil.copy(ROOT / name, target)
    for name in ("k8s", "handlers", "lattice_events"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "node_modules").symlink_to(ROOT / "node_modules")


@pytest.fixture(scope="module", params=["V1", "V2"])
def every_sample(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The sample with every target group on one event structure version."""
    folder = tmp_path_factory.mktemp("sample")
    copy_sample(folder)
    serverless = folder / "serverless.yml"
    version = f"LambdaEventStructureVersion: {request.param}"
    serverless.write_text(serverless.read_text().replace("LambdaEventStructureVersion: V2", version))
    with lattice_dev(cwd=folder) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "arguments", "status", "body", "rule"),
    [
        ("/", (), 200, "Hello Foo Lambda!!", "default"),
        ("/", ("-H", "x-preview: TRUE"), 200, "Hello Foo Lambda, next version, you!!", "PreviewRule"),
        ("/orders/7", (), 200, '{"item":"tea","quantity":1,"id":7}', "OrdersRule"),
        ("/orders/9?x=1", (), 404, '{"error":"no order 9"}', "OrdersRule"),
        (
            "/orders",
            ("-H", "content-type: application/json", "-d", '{"item": "milk"}'),
            201,
            "milk",
            "OrdersRule",
        ),
        ("/catalog?max_price=3", (), 200, '{"tea":3}', "CatalogRule"),
        ("/catalog/coffee", (), 200, '{"coffee":4}', "CatalogRule"),
        ("/catalog/none", (), 404, '{"detail":"no none"}', "CatalogRule"),
        ("/canary", (), 200, "Hello Foo Lambda", "CanaryRule"),
        ("/CANARY", (), 200, "Hello Foo Lambda!!", "default"),
    ],
)
def test_every_rule_of_the_sample_by_curl(
    every_sample: Running, path: str, arguments: tuple[str, ...], status: int, body: str, rule: str
) -> None:
    answer = every_sample.get(f"https://{REAL_NAME}{path}", *arguments)

    assert answer[0] == status
    assert body in answer[1]
    assert every_sample.next_event("request", path=path.partition("?")[0])["rule"] == rule


def test_changing_prefix_and_event_version_changes_that_and_nothing_else(tmp_path: Path) -> None:
    copy_sample(tmp_path)
    route, serverless = tmp_path / "k8s" / "httproute.yaml", tmp_path / "serverless.yml"
    route.write_text(route.read_text().replace("value: /app", "value: /bar"))
    serverless.write_text(
        serverless.read_text().replace("LambdaEventStructureVersion: V2", "LambdaEventStructureVersion: V1")
    )

    with lattice_dev(cwd=tmp_path) as changed:
        url = changed.service("eks-app-default")["url"]
        assert changed.get(f"{url}/app") == (404, "Not Found")
        assert changed.get(f"{url}/bar") == (200, "Hello Bar EKS Pod!!")
        assert changed.get(f"https://{REAL_NAME}") == (200, "Hello Foo Lambda!!")
        assert changed.next_event("log", source="sample-dev-hello")["text"].startswith("V1 event: GET / from")


# ── routing by curl ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/echo", (), 200),
        ("GET", "/ECHO/x", (), 200),  # CloudFormation's default minds no case
        ("GET", "/echoes", (), 200),  # a prefix is a string
        ("GET", "/one", (), 500),
        ("GET", "/One", (), 404),
        ("GET", "/one/", (), 404),
        ("GET", "/one?q=1", (), 500),
        ("DELETE", "/any", (), 500),
        ("GET", "/any", ("x-env: a-test",), 500),
        ("GET", "/any", ("x-env: other",), 404),
    ],
)
def test_rules_by_curl(play: Running, method: str, path: str, headers: tuple[str, ...], status: int) -> None:
    arguments = [argument for header in headers for argument in ("-H", header)]

    assert play.get(PLAY + path, "-X", method, *arguments)[0] == status


def test_a_custom_domain_and_the_http_listener(play: Running) -> None:
    assert play.get("https://play.example.com/other") == (404, "Not Found")
    assert play.get("http://play.example.com/other")[0] == 200


def test_the_event_keeps_path_and_query_as_sent(play: Running) -> None:
    status, body = play.get(f"{PLAY}/echo/a%20b?q=1&q=%2F&flag", "--path-as-is")

    event = json.loads(body)["event"]
    assert (status, event["path"]) == (200, "/echo/a%20b?q=1&q=%2F&flag")
    assert event["queryStringParameters"] == {"q": ["1", "%2F"], "flag": [""]}
    assert event["requestContext"]["identity"]["sourceVpcArn"].startswith("arn:aws:ec2:")


# ── functions that misbehave ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "next_path", "next_body", "words"),
    [
        ("/sleeper", "/sleeper/quick", "awake", "Task timed out after 1.00 seconds"),
        ("/exiter", "/exiter/stay", "stayed", "exit status 3"),
        ("/raiser", "/raiser/not", "fine", "ValueError: on purpose"),
        ("/killer/now", "/killer", "alive", "signal: killed"),
    ],
)
def test_a_failing_function_is_a_502_at_once_and_the_next_request_is_served(
    play: Running, path: str, next_path: str, next_body: str, words: str
) -> None:
    play.get(PLAY + next_path)  # warm
    started = time.monotonic()
    answer = play.get(PLAY + path)
    seconds = time.monotonic() - started

    assert answer == (502, "Bad Gateway")
    assert seconds < 15  # of the 30 s that the sleeper would take
    assert words in play.next_event("request", path=path)["reason"]
    assert play.get(PLAY + next_path) == (200, next_body)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/missing", "Unable to import module 'no_such_module'"),
        ("/nonsense", "statusCode is missing; the object has status"),
        ("/big", "Function.ResponseSizeTooLarge"),
    ],
)
def test_a_function_that_cannot_answer_says_why_in_the_log(play: Running, path: str, words: str) -> None:
    assert play.get(PLAY + path) == (502, "Bad Gateway")
    assert words in play.next_event("request", path=path)["reason"]


def test_the_aws_cli_sees_lambda_s_own_words(play: Running) -> None:
    assert play.invoke("raiser", "--payload", '{"path": "/"}')["errorType"] == "ValueError"
    assert "ResourceNotFoundException" in play.invoke("nobody")


def test_a_body_over_six_megabytes_is_refused(play: Running, tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"x" * (6 * 1024 * 1024 + 1))

    assert play.get(f"{PLAY}/echo", "-H", "content-type: text/plain", "--data-binary", f"@{body}")[0] == 413
    assert "6,291,456 bytes" in play.next_event("request", path="/echo", status=413)["reason"]


@pytest.mark.parametrize("size", [61 * 1024, 200 * 1024])
def test_an_oversized_header_block_is_a_400_of_our_own(play: Running, size: int) -> None:
    # Not by curl, which does not send so long a header itself.
    with local_session(play) as session:
        answer = session.get(
            f"{play.ready['gateway_url']}/echo", headers={"x-large": "x" * size}, timeout=120
        )

    assert (answer.status_code, answer.text) == (400, "Bad Request")
    assert (
        "bytes of headers; VPC Lattice accepts 61440"
        in play.next_event("request", path="/echo", status=400)["reason"]
    )


@pytest.mark.parametrize("size", [70 * 1024, 500 * 1024])
def test_an_oversized_connect_is_refused_and_nothing_hangs(play: Running, size: int) -> None:
    host, port = play.ready["gateway_url"].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=120) as connection:
        connection.sendall(b"CONNECT a:443 HTTP/1.1\r\nx: " + b"x" * size + b"\r\n\r\n")
        try:
            answer = connection.makefile("rb").read()
        except ConnectionResetError:  # it hung up while we were still writing
            answer = b""

    assert not answer or answer.startswith(b"HTTP/1.1 400 ")


def sent_raw(play: Running, request: bytes) -> bytes:
    """What comes back for bytes that no client of ours would send."""
    host, port = play.ready["gateway_url"].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=120) as connection:
        connection.sendall(request)
        return connection.makefile("rb").read()


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400, "malformed HTTP: Invalid header token"),
        (
            b"GET / HTTP/1.1\r\nauthorization : secret\r\n\r\n",
            400,
            "malformed HTTP: Invalid header token",
        ),
        (
            b"GET http://[x/?secret HTTP/1.1\r\nHost: x\r\n\r\n",
            400,
            "the request target http://[x/ is neither a path nor an http URL",
        ),
        (
            b"OPTIONS * HTTP/1.1\r\nHost: play.localhost\r\n\r\n",
            400,
            "the request target * is neither a path nor an http URL",
        ),
        (
            b"GET ftp://x/?secret HTTP/1.1\r\nHost: play.localhost\r\n\r\n",
            400,
            "the request target ftp://x/ is neither a path nor an http URL",
        ),
        (b"GET / HTTP/2.0\r\nHost: play.localhost\r\n\r\n", 505, HTTP_2),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, HTTP_2),
        (b"PRI * HTTP/2.0\r\nHost: play.localhost\r\n\r\n", 505, HTTP_2),
    ],
)
def test_what_is_no_http_1_1_is_refused_by_name(
    play: Running, request_: bytes, status: int, reason: str
) -> None:
    head, _, body = sent_raw(play, request_).partition(b"\r\n\r\n")

    # The version is unknown when the head is malformed; ours is never 2.
    assert re.match(rb"HTTP/1\.[01] %d " % status, head)
    assert body == {400: b"Bad Request", 505: b"HTTP Version Not Supported"}[status]
    assert b"aiohttp" not in head
    told = play.next_event("request", reason=reason)
    assert f"x-amzn-requestid: {told['request_id']}".encode() in head


def test_a_scheme_does_not_mind_case(play: Running) -> None:
    request_ = b"GET HTTP://play.example.com/other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    assert sent_raw(play, request_).startswith(b"HTTP/1.1 200 ")


def local_session(play: Running) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.headers["Host"] = PLAY.removeprefix("https://")
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=64))
    return session


def test_two_hundred_requests_at_once_are_all_served(play: Running) -> None:
    url = f"{play.ready['gateway_url']}/killer"
    with local_session(play) as session, ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda _: session.get(url, timeout=120).status_code, range(200)))

    assert answers == [200] * 200


def test_a_killed_process_loses_only_the_request_it_served(play: Running) -> None:
    url = play.ready["gateway_url"]
    with local_session(play) as session, ThreadPoolExecutor(64) as pool:
        others = [pool.submit(session.get, f"{url}/killer", timeout=120) for _ in range(25)]
        killed = pool.submit(session.get, f"{url}/killer/now", timeout=120)
        others += [pool.submit(session.get, f"{url}/killer", timeout=120) for _ in range(25)]

    assert killed.result().status_code == 502
    assert [other.result().status_code for other in others] == [200] * 50


# ── safety ────────────────────────────────────────────────────────────────────────────────────────


def test_a_function_inherits_nothing(play: Running) -> None:
    environment = json.loads(play.get(f"{PLAY}/echo")[1])["environment"]

    assert environment["AWS_ACCESS_KEY_ID"].startswith("LATTICELOCAL")
    assert environment["LATTICE_SERVICE_PLAY_URL"].startswith("https://play-")
    assert environment["HOME"] != os.environ.get("HOME")
    assert "VIRTUAL_ENV" not in environment
    assert "PWD" not in environment or environment["PWD"] != os.environ.get("PWD")


def test_nothing_leaves_without_the_token(play: Running) -> None:
    status, _ = play.get("http://127.0.0.2:1/")

    assert status == 407
    tunnel = play.curl("--proxy", play.ready["gateway_url"], "https://127.0.0.2:1/")
    assert "407" in tunnel.stderr


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://[::ffff:169.254.169.254]/", "http://0.0.0.0:80/"]
)
def test_not_even_the_token_reaches_instance_metadata(play: Running, url: str) -> None:
    done = play.curl("--proxy", play.ready["proxy_url"], url)

    assert done.stdout.endswith("\n403")


def own_ports(play: Running) -> dict[str, str]:
    """Every port that the network listens on; a Runtime API's opens when a function starts."""
    environment = json.loads(play.get(PLAY + "/echo")[1])["environment"]
    urls = {name: play.ready[f"{name}_url"] for name in ("gateway", "tls", "control")}
    addresses = {**urls, "runtime API": environment["AWS_LAMBDA_RUNTIME_API"]}
    return {name: address.rpartition(":")[2] for name, address in addresses.items()}


@pytest.mark.parametrize("tunnel", [False, True], ids=["absolute-form", "CONNECT"])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.2",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "localhost",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "LOCALHOST",
        "0.0.0.0",
        "[::]",
        "0",
    ],
)
def test_not_even_the_token_reaches_our_own_ports(play: Running, host: str, *, tunnel: bool) -> None:
    options = ("--noproxy", "", "--globoff", "--proxy", play.ready["proxy_url"])
    for name, port in own_ports(play).items():
        tunnelled = ("--proxytunnel", "-w", "\n%{http_connect}") if tunnel else ()
        done = play.curl(*options, *tunnelled, f"http://{host}:{port}/")
        assert done.stdout.endswith("\n403"), (name, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "header", ["Origin: https://evil.example", "Host: evil.example", "Sec-Fetch-Site: cross-site"]
)
def test_a_page_cannot_invoke_functions(play: Running, header: str) -> None:
    url = f"{play.ready['control_url']}/2015-03-31/functions/echo/invocations"

    assert play.curl("-X", "POST", "-d", "{}", "-H", header, url).stdout.endswith("\n403")


@pytest.mark.parametrize(
    ("arguments", "evidence"),
    [
        (("-X", "POST", "-H", "Origin: https://evil.example"), "Origin: https://evil.example"),
        (("-X", "POST", "-H", "Origin: null"), "Origin: null"),
        (("-X", "OPTIONS", "-H", "Origin: https://evil.example"), "Origin: https://evil.example"),
        (
            ("-H", "Sec-Fetch-Site: cross-site", "-H", "Sec-Fetch-Mode: navigate"),
            "Sec-Fetch-Site: cross-site",
        ),
        (("-H", "Sec-Fetch-Site: cross-site", "-H", "Sec-Fetch-Mode: no-cors"), "Sec-Fetch-Site: cross-site"),
    ],
)
@pytest.mark.parametrize("way", ["direct", "proxy", "tunnel"])
def test_a_page_of_another_site_cannot_call_a_service(
    play: Running, way: str, arguments: tuple[str, ...], evidence: str
) -> None:
    to = {
        "direct": (play.service("play")["local_url"] + "killer",),
        "proxy": ("--proxy", play.ready["gateway_url"], "http://play.example.com/killer"),
        "tunnel": ("--proxy", play.ready["gateway_url"], "--cacert", play.ready["ca_file"], f"{PLAY}/killer"),
    }[way]
    done = play.curl(*arguments, *to)

    assert done.stdout.endswith("\n403")
    told = play.next_event("request", path="/killer", status=403)
    assert told["target"] is None
    assert f"the request comes from a web page of another site ({evidence})" in told["reason"]


@pytest.mark.parametrize(
    "headers",
    [
        ("Origin: http://other.localhost:8480", "Sec-Fetch-Site: cross-site"),
        ("Referer: http://localhost:3000/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"),
        ("Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"),
    ],
)
def test_a_local_page_may_call_a_service(play: Running, headers: tuple[str, ...]) -> None:
    arguments = [argument for header in headers for argument in ("-H", header)]

    assert play.curl(*arguments, play.service("play")["local_url"] + "killer").stdout == "alive\n200"


def test_a_proxy_token_stands_for_whatever_origin_it_sends(play: Running) -> None:
    arguments = ("-H", "Origin: https://app.example", "--proxy", play.ready["proxy_url"])

    assert play.curl(*arguments, "--cacert", play.ready["ca_file"], f"{PLAY}/killer").stdout == "alive\n200"


@pytest.fixture
def outside_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A TLS server that is not of the network, and its CA's certificate."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"from outside")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.2").configure_cert(context)
    with http.server.ThreadingHTTPServer(("127.0.0.2", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"https://127.0.0.2:{server.server_address[1]}/", tmp_path / "ca.pem"
        server.shutdown()
        thread.join()


def test_a_function_s_call_outside_goes_through_the_tunnel(outside_server: tuple[str, Path]) -> None:
    url, ca = outside_server
    with playground("--extra-ca", ca, "--env", f"OUTSIDE_URL={url}") as running:
        assert running.get(f"{PLAY}/outside") == (200, "from outside")
        refused_call = running.curl("--proxy", running.ready["gateway_url"], "--cacert", str(ca), url)
        assert "407" in refused_call.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_running(number: signal.Signals, sample_package: Path) -> None:
    with lattice_dev("--package", sample_package) as running:
        running.get(f"https://{REAL_NAME}")
        leaves_nothing(running, number)


# ── bad input ─────────────────────────────────────────────────────────────────────────────────────


def test_a_taken_port_names_the_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(*_playground_arguments(), "--port", str(port))

    assert f"Port {port} is in use by another program. Choose another with --port PORT" in said


def _playground_arguments() -> list[str]:
    template = PLAYGROUND / "template.yaml"
    names = re.findall(r"^  (\w+Function):", template.read_text(), re.MULTILINE)
    return [str(template), *(f"--code={name}={PLAYGROUND / 'code'}" for name in names)]


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    assert "no-such-folder: There is no such file or folder." in refused("no-such-folder", cwd=tmp_path)


def test_wrong_yaml_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "template.yml").write_text("Resources:\n  A: [1,\n")

    assert re.search(r"template\.yml:3:1: This is not YAML", refused("template.yml", cwd=tmp_path))


def test_an_empty_folder_says_what_is_read(tmp_path: Path) -> None:
    assert "Nothing to read here" in refused(cwd=tmp_path)


def test_a_malformed_option_says_what_it_takes() -> None:
    assert "--env takes NAME=VALUE, not 'X'" in refused("--env", "X")


def test_a_target_that_ends_early_shows_what_it_said(tmp_path: Path) -> None:
    (tmp_path / "template.yml").write_text("Resources: {}\n")
    for name in ("package.json", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "k8s", tmp_path / "k8s")
    shutil.copytree(ROOT / "handlers", tmp_path / "handlers")
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    text = (
        (ROOT / "serverless.yml")
        .read_text()
        .replace("[python3, k8s/server.py]", "[python3, -c, 'raise SystemExit(\"no luck\")']")
    )
    (tmp_path / "serverless.yml").write_text(text)

    said = refused(cwd=tmp_path)

    assert re.search(r"serverless\.yml:\d+:\d+: The target app .* ended with status 1 .*\n.*no luck", said)


def test_the_human_output_has_banner_line_and_log() -> None:
    process = subprocess.Popen(
        [BIN / "lattice", "dev", *FREE_PORTS, *_playground_arguments()],
        env=clean_environment() | {"COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C stops it" in line:
            break
    banner = "".join(lines)
    gateway = re.search(r"http://127\.0\.0\.1:\d+", banner)
    assert gateway
    subprocess.run(
        ["curl", "-sS", "-H", f"Host: {PLAY.removeprefix('https://')}", f"{gateway[0]}/echo"],
        capture_output=True,
    )
    process.terminate()
    rest, _ = process.communicate(timeout=120)

    assert re.search(r"play +HTTPS 443 +1 +/echo\* +echo", banner)
    assert re.search(r"GET +play/echo 200 EchoRule → echo \d+ ms( cold)?\n +│ echo /echo\n", rest)
    assert "\x1b[" not in banner + rest
