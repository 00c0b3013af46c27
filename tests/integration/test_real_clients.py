"""Real clients against `lattice dev`: every case of the tables that a client can send, and forged ones."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from functools import cache

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
import requests

from lattice_events.client import LatticeSession
from lattice_events.errors import AccessDeniedError, SignatureRejectedError
from lattice_events.sigv4 import Credentials
from tests.integration.case_network import (
    NETWORK_ARN,
    POLICY,
    REGION,
    ROUTING,
    Row,
    caller_of,
    echo_server,
    group_arn,
    write_package,
)
from tests.integration.running import BIN, Running, clean_environment, lattice_dev

SERVICE_NAME = "vpc-lattice-svcs"
UNSIGNED = "UNSIGNED-PAYLOAD"


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("cases")
    with echo_server() as url:
        package = write_package(folder, url)
        with lattice_dev(folder, "--package", package) as running:
            yield running


@cache
def variables(name: str) -> dict[str, str]:
    """What `lattice credentials` says of a caller."""
    command = [str(BIN / "lattice"), "credentials", name, "--proxy", "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=clean_environment(), timeout=120
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def credentials(name: str) -> Credentials:
    known = variables(name)
    return Credentials(
        access_key_id=known["AWS_ACCESS_KEY_ID"],
        secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
        session_token=known["AWS_SESSION_TOKEN"],
    )


Answer = tuple[int, str, dict[str, str]]


def curl(dev: Running, url: str, *arguments: str, proxy: str = "") -> Answer:
    """Status, body and headers, by curl."""
    command = ["--globoff", "--path-as-is", "--proxy", proxy or dev.ready["gateway_url"], "-D", "/dev/stderr"]
    done = dev.curl(*command, "--cacert", dev.ready["ca_file"], *arguments, url)
    body, _, status = done.stdout.rpartition("\n")
    lines = [line.partition(":") for line in done.stderr.splitlines() if ":" in line]
    return int(status), body, {name.strip().lower(): value.strip() for name, _, value in lines}


# ── routing ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("row", ROUTING, ids=lambda row: row.title)
def test_every_routing_case_by_curl(dev: Running, row: Row) -> None:
    method, target = row.given["request"].split(" ")
    headers = row.given.get("headers", {})
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    options = [word for name, value in pairs for word in ("-H", f"{name}: {value}")]
    options += ["--head"] if method == "HEAD" else ["-X", method]

    status, body, _ = curl(dev, f"http://{row.host}{target}", *options)

    assert status == 200, body
    if method == "HEAD":
        return
    got = json.loads(body)
    received = dict(got["headers"])
    chosen = row.name.capitalize().replace("-", "") + row.expected.capitalize()
    assert f"TargetGroupArn={group_arn(chosen)}" in received["x-amzn-lattice-target"]
    assert (got["method"], got["target"]) == (method, target.removesuffix("?"))
    assert all([name.lower(), value] in got["headers"] for name, value in pairs)


# ── policies ──────────────────────────────────────────────────────────────────────────────────────


def sent_headers(row: Row) -> list[tuple[str, str]]:
    return [(name, value) for name, value in row.given["request"].get("headers", ())]


def url_of(row: Row) -> str:
    request = row.given["request"]
    scheme = "https" if request.get("is_secure", True) else "http"
    port = request.get("port", 443)
    query = request.get("query")
    return f"{scheme}://{row.host}:{port}{request['path']}" + (f"?{query}" if query else "")


def by_curl(dev: Running, row: Row) -> Answer:
    """curl signs by itself."""
    key = credentials(caller_of(row))
    options = [word for name, value in sent_headers(row) for word in ("-H", f"{name}: {value}")]
    signing = ["--aws-sigv4", f"aws:amz:{REGION}:{SERVICE_NAME}"]
    signing += ["--user", f"{key.access_key_id}:{key.secret_access_key}"]
    signing += ["-H", f"x-amz-security-token: {key.session_token}", "-H", f"x-amz-content-sha256: {UNSIGNED}"]
    return curl(dev, url_of(row), *signing, *options)


def by_botocore(dev: Running, row: Row, payload: str = UNSIGNED) -> Answer:
    """botocore's signer, sent by requests."""
    key = credentials(caller_of(row))
    frozen = botocore.credentials.Credentials(key.access_key_id, key.secret_access_key, key.session_token)
    request = botocore.awsrequest.AWSRequest("GET", url_of(row), headers=dict(sent_headers(row)))
    request.headers["x-amz-content-sha256"] = payload
    request.context["payload_signing_enabled"] = payload != UNSIGNED
    botocore.auth.SigV4Auth(frozen, SERVICE_NAME, REGION).add_auth(request)
    with requests.Session() as session:
        session.trust_env = False
        response = session.get(
            url_of(row),
            headers=dict(request.headers),
            proxies=dict.fromkeys(("http", "https"), dev.ready["gateway_url"]),
            verify=dev.ready["ca_file"],
            timeout=120,
        )
    return response.status_code, response.text, dict(response.headers)


def by_us(dev: Running, row: Row) -> Answer:
    """Our own client, whose typed error carries what the service said."""
    key = credentials(caller_of(row))
    with LatticeSession(credentials=lambda: key) as session:
        session.trust_env = False
        session.proxies = dict.fromkeys(("http", "https"), dev.ready["gateway_url"])
        session.verify = dev.ready["ca_file"]
        try:
            response = session.get(url_of(row), headers=dict(sent_headers(row)))
        except AccessDeniedError as error:
            return 403, str(error), {}
    return response.status_code, response.text, dict(response.headers)


def anonymously(dev: Running, row: Row) -> Answer:
    """curl without a signature, through the proxy that knows the caller's VPC."""
    options = [word for name, value in sent_headers(row) for word in ("-H", f"{name}: {value}")]
    return curl(dev, url_of(row), *options, proxy=variables(caller_of(row))["HTTPS_PROXY"])


CLIENTS: tuple[Callable[[Running, Row], Answer], ...] = (by_us, by_botocore, by_curl)


@pytest.mark.parametrize(
    ("index", "row"), list(enumerate(POLICY)), ids=lambda each: getattr(each, "title", "")
)
def test_every_policy_case(dev: Running, index: int, row: Row) -> None:
    request = row.given["request"]
    principal = request.get("principal")
    clients = CLIENTS[:2] if "query" in request else CLIENTS  # curl 7.88 signs a query string as it stands
    send = clients[index % len(clients)] if principal else anonymously

    status, body, _ = send(dev, row)

    if row.expected != "allow":
        because = {
            "deny": "with an explicit deny in a service-based policy",
            "none": "because no service-based policy allows the vpc-lattice-svcs:Invoke action",
        }[row.expected]
        assert status == 403
        assert body.startswith(
            f"AccessDeniedException: User: {principal or 'anonymous'} is not authorized to perform: "
            f"vpc-lattice-svcs:Invoke on resource: {row.arn}{request['path']} {because}"
        )
        return
    assert status == 200, body
    got = json.loads(body)
    received = dict(got["headers"])
    assert got["target"] == request["path"] + (f"?{request['query']}" if "query" in request else "")
    assert f"ServiceArn={row.arn}; ServiceNetworkArn={NETWORK_ARN}" in received["x-amzn-lattice-target"]
    if principal:
        assert received["x-amzn-lattice-identity"].startswith(f"Principal={principal}; ")
        assert received["x-amzn-lattice-identity"].endswith("Type=AWS_IAM")
    else:
        assert "x-amzn-lattice-identity" not in received
    tags = request.get("tags", {})
    assert all(f"{key}={value}" in received["x-amzn-lattice-identity-tags"] for key, value in tags.items())


# ── forged and broken ─────────────────────────────────────────────────────────────────────────────

OPEN = next(row for row in POLICY if row.expected == "allow" and row.given["request"].get("principal"))


def test_a_signed_payload_is_refused_in_the_service_s_words(dev: Running) -> None:
    status, body, headers = by_botocore(
        dev, OPEN, payload="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )

    assert (status, body) == (403, "InvalidSignatureException: Signed payloads are not supported")
    assert headers["x-amzn-requestid"]


def test_curl_without_the_payload_header_is_refused(dev: Running) -> None:
    key = credentials(caller_of(OPEN))
    signing = [
        "--aws-sigv4",
        f"aws:amz:{REGION}:{SERVICE_NAME}",
        "-H",
        f"x-amz-security-token: {key.session_token}",
    ]

    status, body, _ = curl(
        dev, url_of(OPEN), *signing, "--user", f"{key.access_key_id}:{key.secret_access_key}"
    )

    assert (status, body) == (
        403,
        "IncompleteSignatureException: Missing the 'x-amz-content-sha256' in canonical headers.",
    )


def test_the_wrong_secret_is_refused_and_our_client_says_so(dev: Running) -> None:
    key = credentials(caller_of(OPEN))
    forged = Credentials(
        access_key_id=key.access_key_id, secret_access_key="forged", session_token=key.session_token
    )
    with LatticeSession(credentials=lambda: forged) as session:
        session.trust_env = False
        session.proxies = dict.fromkeys(("http", "https"), dev.ready["gateway_url"])
        session.verify = dev.ready["ca_file"]
        with pytest.raises(SignatureRejectedError, match="does not match the signature you provided"):
            session.get(url_of(OPEN))


FORGED: list[tuple[str, list[str], int, str]] = [
    ("nobody's key", ["-H", "authorization: AWS4-HMAC-SHA256 Credential=A/20260102/us-west-2/vpc-lattice-svcs/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=0", "-H", "x-amz-date: 20260102T000000Z", "-H", f"x-amz-content-sha256: {UNSIGNED}"], 403, "InvalidSignatureException: Signature expired"),
    ("no parameters", ["-H", "authorization: AWS4-HMAC-SHA256"], 403, "IncompleteSignatureException: Authorization cannot be read."),
    ("a parameter twice", ["-H", "authorization: AWS4-HMAC-SHA256 Signature=1, Signature=2"], 403, "IncompleteSignatureException"),
    ("a spoofed identity", ["-H", "x-amzn-lattice-identity: Principal=arn:aws:sts::123456789012:assumed-role/app/s1"], 403, "AccessDeniedException: User: anonymous"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "status", "said"), [each[1:] for each in FORGED], ids=[each[0] for each in FORGED]
)
def test_nothing_forged_gets_in(dev: Running, options: list[str], status: int, said: str) -> None:
    guarded = next(row for row in POLICY if row.expected == "none" and row.given["request"].get("principal"))

    found, body, _ = curl(dev, f"https://{guarded.host}/a", *options)

    assert found == status
    assert body.startswith(said)


@pytest.mark.parametrize("path", ["/%zz", "/%", "/%00", "/a%00b", "/%ff%fe", "/../../etc", "/" + "a" * 4000])
def test_odd_paths_are_denied_or_passed_on_as_they_are(dev: Running, path: str) -> None:
    allowed, _, _ = curl(dev, f"http://{ROUTING[0].host}{path}")
    guarded = next(row for row in POLICY if row.expected == "none")
    denied, body, _ = curl(dev, f"https://{guarded.host}{path}")

    assert (allowed, denied) == (200, 403)
    assert f"{guarded.arn}{path} " in body


def test_a_host_that_is_no_service(dev: Running) -> None:
    status, body, _ = curl(dev, dev.ready["gateway_url"], "-H", "Host: other.example", "--noproxy", "*")

    assert status in (403, 404)
    assert "Traceback" not in body


def test_the_tables_are_large_enough() -> None:
    assert len(ROUTING) >= 60
    assert len(POLICY) >= 150
