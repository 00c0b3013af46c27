"""`lattice call` and `lattice sign`, against a running `lattice dev` and a service that verifies."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from lattice_events.cli.call import call
from lattice_events.testing import Answer, LatticeService
from lattice_events.testing.service import CREDENTIALS, REGION
from tests.integration.running import BIN, clean_environment, lattice_dev, playground

MADE_UP = {
    "AWS_ACCESS_KEY_ID": CREDENTIALS.access_key_id,
    "AWS_SECRET_ACCESS_KEY": CREDENTIALS.secret_access_key,
    "AWS_SESSION_TOKEN": CREDENTIALS.session_token or "",
    "AWS_EC2_METADATA_DISABLED": "true",
}
GENERATED = "https://foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws"


def lattice(
    *arguments: str, runs: Path, signed: bool = True, variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command, with runs of `lattice dev` announced in a folder of the test's own."""
    environment = {
        **clean_environment(),
        "XDG_RUNTIME_DIR": str(runs),
        "AWS_SHARED_CREDENTIALS_FILE": str(runs / "none"),
        "AWS_CONFIG_FILE": str(runs / "none"),
        **(MADE_UP if signed else {"AWS_EC2_METADATA_DISABLED": "true"}),
        **(variables or {}),
    }
    return subprocess.run(
        [BIN / "lattice", *arguments], env=environment, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def sample(runs: Path, sample_package: Path) -> Iterator[None]:
    """The sample, running."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runs))
        with lattice_dev("--package", sample_package):
            yield


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize("signed", [True, False])
def test_a_service_of_a_running_network_is_called_by_name(runs: Path, *, signed: bool) -> None:
    done = lattice("call", "foo-service", "--explain", runs=runs, signed=signed)

    assert (done.returncode, done.stdout) == (0, "Hello Foo Lambda!!")
    assert "answered 200, emulated by lattice dev" in done.stderr
    assert ("The request was not signed" in done.stderr) is not signed
    assert ("x-amz-security-token:…" in done.stderr) is signed
    assert (CREDENTIALS.session_token or "") not in done.stdout + done.stderr


@pytest.mark.usefixtures("sample")
def test_items_make_a_json_request(runs: Path) -> None:
    done = lattice("call", "foo-service/orders", "item=milk", "quantity:=2", "--print", "HBhb", runs=runs)

    assert done.stdout.startswith("POST /orders\n")
    assert '{"item": "milk", "quantity": 2}\nHTTP 201 Created\n' in done.stdout
    assert "authorization: …" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1]) == {"item": "milk", "quantity": 2, "id": 8}


@pytest.mark.usefixtures("sample")
def test_query_parameters_headers_and_the_exit_status(runs: Path) -> None:
    found = lattice("call", "GET", "foo-service/catalog", "max_price==3", runs=runs)
    previewed = lattice("call", "foo-service/", "x-preview:true", "x-name:Ann", runs=runs)
    missing = lattice("call", "foo-service/orders/99", "--check-status", runs=runs)

    assert found.stdout == '{"tea":3}'
    assert previewed.stdout == "Hello Foo Lambda, next version, Ann!!"
    assert (missing.returncode, missing.stdout) == (4, '{"error":"no order 99"}')


@pytest.mark.usefixtures("sample")
def test_an_unknown_name_says_where_it_was_looked_for(runs: Path) -> None:
    done = lattice("call", "nothing/x", runs=runs)

    assert done.returncode == 2
    assert (
        "the running lattice dev has eks-app-default, foo-service, orders-service, LATTICE_SERVICE_NOTHING_URL"
        in done.stderr
    )


def test_a_run_that_is_gone_is_not_found(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        with playground() as running:
            assert list(tmp_path.glob("*/*.json"))
            running.process.kill()
            running.process.wait(120)

    done = lattice("call", "foo-service", runs=tmp_path)

    assert "no lattice dev is running" in done.stderr
    assert not list(tmp_path.glob("*/*.json"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Missing argument"),
        (("foo", "=x"), "is not an ITEM: write name=text"),
        (("foo", "a:={"), "is not JSON"),
        (("foo", "a=b", "--body", "c"), "both set the body"),
        (("foo", "--body", "@nowhere"), "nowhere"),
        (("https://example.com:x/",), "is not a URL"),
        (("https://[x/",), "is not a URL"),
        (("ftp://example.com/",), "is not a URL"),
        (("https://orders.example.com/",), "give --region to sign the request, or --anonymous"),
        (
            (GENERATED, "--region", "eu-west-1"),
            "--region eu-west-1 is not the Region of foo-0123456789abcdef0",
        ),
        ((GENERATED, "Authorization:Bearer x"), "in the query string instead: mode="),
        (("http://*.example.com/", "--anonymous"), "cannot be called"),
        (("http://127.0.0.1:1/", "--anonymous"), "lattice: 127.0.0.1:1 cannot be reached."),
        ((GENERATED, "--print", "zzz"), "'zzz' may contain only the letters H, B, h and b"),
    ],
)
def test_wrong_arguments_say_what_is_right(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = lattice("call", *arguments, runs=tmp_path)

    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert "Pool(" not in done.stderr


@pytest.mark.parametrize(
    ("answer", "command"),
    [
        (
            Answer.denied("service"),
            "aws vpc-lattice get-auth-policy --resource-identifier svc-0123456789abcdef0",
        ),
        (Answer.denied("network"), "aws vpc-lattice list-service-network-service-associations"),
        (Answer.denied("identity"), "aws iam list-attached-role-policies --role-name tests"),
        (Answer.expired_token(), "aws sts get-caller-identity"),
    ],
)
def test_a_refused_call_names_the_next_command(
    answer: Answer, command: str, lattice_service: LatticeService, tmp_path: Path
) -> None:
    lattice_service.play(answer)

    done = lattice("call", lattice_service.url, "--region", REGION, "--explain", runs=tmp_path)

    assert done.returncode == 2
    assert f"Next: {command}" in done.stderr
    assert "lattice: " in done.stderr


def test_a_signed_url_and_a_token_of_the_application_travel_together(
    lattice_service: LatticeService, tmp_path: Path
) -> None:
    done = lattice(
        "call", lattice_service.url, "--region", REGION, "--query", "Authorization:Bearer x", runs=tmp_path
    )

    assert done.stdout == "OK"
    assert lattice_service.requests[0].headers.get("authorization") == "Bearer x"
    assert lattice_service.verifications[0].accepted


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_of_a_named_service_may_come_from_the_environment(
    name: str, lattice_service: LatticeService, tmp_path: Path
) -> None:
    variables = {name: REGION, "LATTICE_SERVICE_ORDERS_URL": lattice_service.url}
    named = lattice("call", "orders/a", "--explain", runs=tmp_path, variables=variables)
    signed = lattice("sign", lattice_service.url, runs=tmp_path, variables=variables)

    assert named.stdout == "OK"
    assert f"Signed for {REGION}" in named.stderr
    assert f"/{REGION}/vpc-lattice-svcs/" in signed.stdout
    assert [each.accepted for each in lattice_service.verifications] == [True]


@pytest.mark.parametrize("host", ["LOCALHOST", "localhost.", "LocalHost."])
def test_a_host_is_signed_for_however_it_is_written(
    host: str, lattice_service: LatticeService, tmp_path: Path
) -> None:
    url = lattice_service.url.replace("127.0.0.1", host)

    ran = lattice("call", url, "--region", REGION, runs=tmp_path)

    assert (ran.returncode, ran.stdout) == (0, "OK"), ran.stderr
    assert lattice_service.verifications[0].accepted


def test_no_typed_host_is_sent_a_token_for_the_environment_s_region(
    lattice_service: LatticeService, tmp_path: Path
) -> None:
    done = lattice("call", lattice_service.url, runs=tmp_path, variables={"AWS_REGION": REGION})

    assert (done.returncode, lattice_service.requests) == (2, [])
    assert "give --region to sign the request, or --anonymous" in done.stderr


def test_what_is_printed_of_a_signed_url_holds_no_secret(
    lattice_service: LatticeService, tmp_path: Path
) -> None:
    done = lattice("call", lattice_service.url, "--region", REGION, "--query", "--print", "H", runs=tmp_path)

    assert "X-Amz-Security-Token=…&X-Amz-Signature=…" in done.stdout
    assert quote(CREDENTIALS.session_token or "", safe="") not in done.stdout


def test_repeated_headers_all_arrive_and_a_fragment_keeps_no_parameter(
    lattice_service: LatticeService, tmp_path: Path
) -> None:
    url = f"{lattice_service.url}/a#fragment"
    items = ("x-amz-a:1", "X-Amz-A:2", "cookie:a=1", "cookie:b=2", "content-type:text/x", "a=b", "q==1")
    lattice("call", url, *items, "--region", REGION, runs=tmp_path)

    [sent] = lattice_service.requests
    assert sent.target == "/a?q=1"
    assert [sent.headers.get_all(name) for name in ("x-amz-a", "cookie", "content-type")] == [
        ["1, 2"],
        ["a=1; b=2"],
        ["text/x"],
    ]
    assert lattice_service.verifications[0].accepted


@pytest.mark.parametrize(("no_color", "colored"), [("", True), ("1", False)])
def test_no_color_is_obeyed(
    no_color: str, lattice_service: LatticeService, tmp_path: Path, *, colored: bool
) -> None:
    done = CliRunner().invoke(
        call,
        [lattice_service.url, "--region", REGION, "--print", "h"],
        env={**MADE_UP, "XDG_RUNTIME_DIR": str(tmp_path), "NO_COLOR": no_color},
        color=True,
    )

    assert "content-length" in done.output
    assert ("\x1b[36m" in done.output) is colored


def test_curl_can_send_what_sign_prints(lattice_service: LatticeService, tmp_path: Path) -> None:
    url = f"{lattice_service.url}/a?x=1"
    headers = lattice("sign", url, "--region", REGION, "--header", "x-amz-meta: m", runs=tmp_path)
    curl = subprocess.run(
        ["curl", "-sS", "-H", "@-", url], input=headers.stdout, capture_output=True, text=True, timeout=120
    )
    command = lattice("sign", url, "--region", REGION, "--method", "PUT", "--curl", runs=tmp_path)
    whole = subprocess.run([*shlex.split(command.stdout), "-sS"], capture_output=True, text=True, timeout=120)

    assert (curl.stdout, whole.stdout) == ("OK", "OK")
    assert [each.accepted for each in lattice_service.verifications] == [True, True]
    assert lattice_service.requests[1].method == "PUT"


def test_curl_can_send_a_url_that_is_signed(lattice_service: LatticeService, tmp_path: Path) -> None:
    header = 'x-amz-meta:a "b" \\c'
    arguments = ("--region", REGION, "--query", "--method", "PUT", "--header", header)
    signed = lattice("sign", f"{lattice_service.url}/a b", *arguments, runs=tmp_path)
    curl = subprocess.run(
        ["curl", "-sS", "-K", "-"], input=signed.stdout, capture_output=True, text=True, timeout=120
    )

    assert (curl.stdout, signed.stderr) == ("OK", "")
    assert lattice_service.requests[0].method == "PUT"
    assert lattice_service.requests[0].headers.get("x-amz-meta") == 'a "b" \\c'
    assert lattice_service.verifications[0].accepted


@pytest.mark.parametrize(
    ("url", "told"),
    [(f"{GENERATED}/a b?q=a+b", f"you must call, is: '{GENERATED}/a%20b?q=a%20b'\n"), (f"{GENERATED}/a", "")],
)
def test_a_url_that_was_written_anew_is_told(url: str, told: str, tmp_path: Path) -> None:
    assert lattice("sign", url, runs=tmp_path).stderr.endswith(told)
    assert bool(lattice("sign", url, runs=tmp_path).stderr) is bool(told)


def test_curl_s_own_signature_verifies(lattice_service: LatticeService) -> None:
    done = subprocess.run(
        [
            *("curl", "-sS", "--aws-sigv4", f"aws:amz:{REGION}:vpc-lattice-svcs"),
            *("--user", f"{CREDENTIALS.access_key_id}:{CREDENTIALS.secret_access_key}"),
            *("-H", f"x-amz-security-token: {CREDENTIALS.session_token}"),
            *("-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"),
            *("-d", "body", f"{lattice_service.url}/orders/7"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.stdout == "OK"
    assert lattice_service.verifications[0].accepted


def test_the_stages_are_printed_as_json(tmp_path: Path) -> None:
    done = lattice("sign", f"{GENERATED}/a b", "--query", "--json", runs=tmp_path)

    signed = json.loads(done.stdout)
    assert signed["url"].startswith(f"{GENERATED}/a%20b?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    assert signed["canonical_request"].startswith("GET\n/a%2520b\nX-Amz-Algorithm=")
    assert len(signed["signature"]) == 64


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("https://orders.example.com/",), "its Region is unknown: give it (region=…, or --region)"),
        (("https://[x/",), "is not a URL"),
        (("orders",), "is not a URL: write it like https://NAME/PATH"),
        ((GENERATED, "--region", "eu-west-1"), "which is us-west-2: omit --region"),
        ((GENERATED, "--header", "Authorization: x"), 'instead: mode="query", or --query'),
    ],
)
def test_what_cannot_be_signed_says_what_is_right(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    done = lattice("sign", *arguments, runs=tmp_path)

    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
