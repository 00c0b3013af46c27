"""`lattice explain`, `lattice logs`, `lattice credentials` and the access log, as a user runs them."""

from __future__ import annotations

import gzip
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.running import BIN, Running, clean_environment, lattice_dev, refused

TEMPLATE = """\
Resources:
  Network:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties: {Name: shop}
  Function:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: caller, Runtime: python3.12, Handler: app.echo, Role: !GetAtt Role.Arn}
  ClientFunction:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: client, Runtime: python3.12, Handler: app.call, Role: !GetAtt Role.Arn}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: call
          PolicyDocument: {Statement: [{Effect: Allow, Action: 'vpc-lattice-svcs:Invoke', Resource: '*'}]}
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Type: LAMBDA, Config: {LambdaEventStructureVersion: V2}, Targets: [{Id: !GetAtt Function.Arn}]}
  Service:
    Type: AWS::VpcLattice::Service
    Properties: {Name: orders, AuthType: AWS_IAM}
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Service, ServiceNetworkIdentifier: !Ref Network}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTPS
      DefaultAction: {FixedResponse: {StatusCode: 404}}
  Rule:
    Type: AWS::VpcLattice::Rule
    Properties:
      ListenerIdentifier: !Ref Listener
      Priority: 10
      Match: {HttpMatch: {PathMatch: {CaseSensitive: true, Match: {Prefix: /orders}}}}
      Action: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref Group}]}}
  Policy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Service
      Policy:
        Statement:
          - {Sid: Readers, Effect: Allow, Principal: {AWS: !GetAtt Role.Arn}, Action: vpc-lattice-svcs:Invoke, Resource: '*', Condition: {StringEquals: {'vpc-lattice-svcs:SourceVpc': vpc-1}}}
          - {Sid: NoDeletes, Effect: Deny, Principal: '*', Action: '*', Resource: '*', Condition: {StringEquals: {'vpc-lattice-svcs:RequestMethod': DELETE}}}
  VpcAssociation:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties: {VpcIdentifier: vpc-1, ServiceNetworkIdentifier: !Ref Network}
"""
CODE = """\
from lattice_events.client import LatticeSession

def call(event, context):
    with LatticeSession(service="orders") as session:
        return session.get("/orders/7").text

def echo(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["identity"].get("principal", "anonymous")}
"""


def lattice(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "lattice", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=120,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(CODE)
    return folder


def code_of(folder: Path) -> list[str]:
    return [f"--code=Function={folder}", f"--code=ClientFunction={folder}"]


def explained(folder: Path, *arguments: str) -> tuple[int, str]:
    done = lattice("explain", *arguments, folder / "shop.yaml")
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout or done.stderr


def test_an_anonymous_request_is_denied_and_told_why(folder: Path) -> None:
    status, tree = explained(folder, "GET", "orders/orders/7")

    assert status == 1
    assert "authentication: anonymous, because there is no signature" in tree
    assert "service policy of orders: does not allow" in tree
    assert "Principal: anonymous is not arn:aws:iam::123456789012:role/shop-Role" in tree
    assert "Deny NoDeletes: does not match" in tree
    assert "identity policy of anonymous: not asked. An unsigned caller has none." in tree
    assert "VPC Lattice answers 403: AccessDeniedException: User: anonymous is not authorized" in tree


def test_a_caller_is_let_in_and_the_event_is_shown(folder: Path) -> None:
    status, tree = explained(folder, "orders/orders/7?a=b", "--as", "caller")

    assert status == 0
    assert "Allow Readers: matches" in tree
    assert "identity policy of arn:aws:iam::123456789012:role/shop-Role: allows" in tree
    assert "10  Rule: matches" in tree
    assert "target group shop-group" in tree
    assert '"path": "/orders/7?a=b"' in tree
    assert "Signature=" not in tree


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("orders/other", "--as", "caller"), "no rule matched; the default action is a fixed 404"),
        (("orders/orders", "--as", "caller", "--from-vpc", "vpc-2"), "SourceVpc: is vpc-2, wanted vpc-1"),
        (("DELETE", "orders/orders", "--as", "caller"), "with an explicit deny in a service-based policy"),
        (
            ("orders/orders", "--as", "arn:aws:iam::123456789012:user/ann"),
            "User: arn:aws:iam::123456789012:user/ann",
        ),
        (("https://orders.example/"), "orders.example is not a service of the network"),
        (("https://orders.example/"), "authentication: not reached"),
        (("http://orders.localhost:8480/orders?x=1"), "an anonymous caller may not GET /orders"),
        (("orders/\udcff?\udcfe"), "an anonymous caller may not GET /%FF"),
        (
            ("orders/orders", "--as", "arn:aws:iam::123456789012:role/path/other"),
            "authentication: arn:aws:sts::123456789012:assumed-role/other/explain",
        ),
        (("orders/orders", "--header", "authorization: AWS4-HMAC-SHA256 x"), "Authorization cannot be read"),
        (
            ("http://orders-1.7d67968.vpc-lattice-svcs.us-east-1.on.aws/",),
            "orders has no listener on port 80",
        ),
    ],
)
def test_what_stands_in_the_way_is_named(folder: Path, arguments: tuple[str, ...] | str, said: str) -> None:
    status, tree = explained(folder, *([arguments] if isinstance(arguments, str) else arguments))

    assert status == 1
    assert said in tree


def test_a_refused_request_is_not_said_to_have_reached_a_service(folder: Path) -> None:
    headers = [argument for number in range(100) for argument in ("--header", f"x{number}:1")]
    status, tree = explained(folder, "orders/orders", *headers)

    assert status == 1
    assert tree.splitlines()[1:] == [
        "├── service orders  arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-42df9c6410175f320",
        "├── listener HTTPS 443",
        "├── authentication: not reached",
        "└── VPC Lattice answers 400: Bad Request",
        "    └── 101 headers; VPC Lattice accepts 100",
    ]


@pytest.mark.parametrize(
    ("arn", "user"),
    [
        ("iam::123456789012:role/shop-Role", "caller"),
        ("sts::123456789012:assumed-role/shop-Role/client", "client"),
        ("sts::123456789012:assumed-role/shop-Role/another", "another"),
    ],
)
def test_a_known_role_brings_its_policies(folder: Path, arn: str, user: str) -> None:
    status, tree = explained(folder, "orders/orders", "--as", f"arn:aws:{arn}")

    assert status == 0
    assert f"authentication: arn:aws:sts::123456789012:assumed-role/shop-Role/{user}" in tree
    assert "identity policy of arn:aws:iam::123456789012:role/shop-Role: allows" in tree


def test_bytes_of_the_shell_do_not_break_what_is_printed(folder: Path) -> None:
    status, tree = explained(folder, "orders/orders", "--as", "caller", "--header", "x:\udcff\x9b2J")

    assert status == 0
    assert '"??2J"' in tree


def test_what_cannot_be_sent_is_encoded_as_a_client_would(folder: Path) -> None:
    _, tree = explained(folder, "orders/orders/ü b?c=%zz", "--as", "caller")

    assert '"path": "/orders/%C3%BC%20b?c=%zz"' in tree


def test_scripts_get_json(folder: Path) -> None:
    status, text = explained(folder, "orders/orders", "--as", "caller", "--json")

    found = json.loads(text)
    assert (status, found["target"], found["authorization"]["allowed"]) == (0, "caller", True)
    assert found["sent"]["event"]["requestContext"]["identity"]["type"] == "AWS_IAM"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ordrs/x",), "There is no service ordrs. Did you mean orders?"),
        (("get", "orders/x",), "Methods must be in capitals: GET, not get."),
        (("ftp://orders/",), "ftp://orders/ is neither an http or https URL nor SERVICE/PATH."),
        (("http:///x",), "http:///x is neither an http or https URL nor SERVICE/PATH."),
        (("http://ordrs.localhost:8480/",), "There is no service ordrs. Did you mean orders?"),
        (("",), "What URL, or which SERVICE/PATH, is the GET for?"),
        (("orders/x", "--as", "callr",), "There is no caller callr. Did you mean caller?"),
        (("orders/x", "--as", "anonymus",), "There is no caller anonymus. Did you mean anonymous?"),
        (("orders/x", "--as", "arn:x",), "the ARN of a role, a role's session or a user, not 'arn:x'"),
        (("orders/x", "--from-vpc", "there",), "--from-vpc takes the id or the ARN of a VPC, not 'there'."),
        (("http://[",), "is neither an http or https URL"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    status, text = explained(folder, *arguments)

    assert status == 2
    assert said in text


def test_notes_say_why_a_service_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "route.yaml").write_text(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: shop}\n"
        "spec: {parentRefs: [{name: gw1}]}\n"
    )
    failed = lattice("explain", "shop-default/x", tmp_path / "route.yaml")

    assert failed.returncode == 2
    assert failed.stderr.splitlines() == [
        "note  HTTPRoute shop has no parent Gateway of class amazon-vpc-lattice here; it is left out. Not in the "
        "manifests: Gateway default/gw1.",
        "lattice: There is no service shop-default. The services are: none.",
    ]


# ── a network that is up ──────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def dev(folder: Path) -> Iterator[Running]:
    arguments: list[str | Path] = [folder / "shop.yaml", *code_of(folder)]
    arguments += ["--access-log", folder / "access.log"]
    with lattice_dev(*arguments) as running:
        yield running


@pytest.fixture(scope="module")
def log(dev: Running, folder: Path) -> list[dict[str, Any]]:
    """What a denied, an allowed and an unmatched call add to the access log."""
    before = len((folder / "access.log").read_text().splitlines())
    url = dev.service("orders")["url"]
    denied = lattice("call", "--anonymous", f"{url}/orders/7")
    assert denied.returncode == 2
    assert "allows no anonymous caller" in denied.stderr
    allowed = lattice("call", "--as", "caller", f"{url}/orders/7?secret=1")
    assert allowed.stdout == "arn:aws:sts::123456789012:assumed-role/shop-Role/caller"
    unmatched = lattice("call", "--as", "caller", f"{url}/nothing")
    assert unmatched.stdout == "Not Found"
    dev.next_event("request", status=404)
    dev.curl("--proxy", dev.ready["gateway_url"], "http://unknown.vpc-lattice-svcs.us-east-1.on.aws/")
    return [json.loads(line) for line in _lines_of(folder / "access.log", before + 3)[before:]]


def _lines_of(file: Path, count: int) -> list[str]:
    """Once there are so many, which is a moment after the answers: another thread writes them."""
    deadline = time.monotonic() + 120
    while len(lines := file.read_text().splitlines()) < count:
        assert time.monotonic() < deadline, lines
    return lines


def test_each_request_to_a_service_has_a_record(log: list[dict[str, Any]]) -> None:
    denied, allowed, unmatched = log

    assert (denied["responseCode"], denied["authDeniedReason"], denied["resolvedUser"]) == (
        403,
        "Service",
        "Anonymous",
    )
    assert denied["targetGroupArn"] == "-"
    assert allowed["callerPrincipal"] == "arn:aws:sts::123456789012:assumed-role/shop-Role/caller"
    assert (allowed["requestPath"], allowed["sourceVpcId"], allowed["tlsVersion"]) == (
        "/orders/7",
        "vpc-1",
        "TLSv1.3",
    )
    assert allowed["bytesReceived"] > 500  # with its signature and token
    assert allowed["bytesSent"] > len(allowed["callerPrincipal"])
    assert allowed["serverNameIndication"].startswith("orders-")
    assert allowed["responseFromTargetDuration"] <= allowed["duration"]
    assert (unmatched["responseCode"], unmatched["failureReason"]) == (404, "-")
    assert "Signature=" not in json.dumps(log)
    assert "secret" not in json.dumps(log)


@pytest.mark.usefixtures("dev")
def test_the_log_is_its_user_s_only(folder: Path) -> None:
    assert (folder / "access.log").stat().st_mode & 0o077 == 0


def test_logs_explains_what_failed(log: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text("\n".join(map(json.dumps, log)))
    whole = lattice("logs", tmp_path / "access.log")

    assert whole.returncode == 0
    assert "The auth policy of the service svc-" in whole.stdout
    assert "VPC Lattice itself answered 404: no target group was chosen." in whole.stdout
    assert whole.stderr == "3 records, 2 shown\n1 did not fail\n"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[:12] + b"\xff" * 8 + data[20:], "Error -3 while decompressing data"),
        (lambda data: data[:-4] + b"\xff" * 4, "Incorrect length of data produced"),
        (lambda data: data[:-20], "Compressed file ended"),
    ],
    ids=["bytes", "length", "end"],
)
def test_a_damaged_archive_is_named(damage: Callable[[bytes], bytes], said: str, tmp_path: Path) -> None:
    whole = gzip.compress(b"\n".join(b'{"requestId": "%d"}' % (number * 7919) for number in range(300)))
    archive = tmp_path / "log.json.gz"
    archive.write_bytes(damage(whole))

    done = lattice("logs", archive)

    assert done.returncode == 2
    assert f"log.json.gz: The access log cannot be read: {said}" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_archive_is_known_by_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "export").write_bytes(gzip.compress(b'{"responseCode": 200}'))

    assert lattice("logs", tmp_path / "export").stderr == "1 record, 0 shown\n1 did not fail\n"


@pytest.mark.parametrize("option", [(), ("--json",)], ids=["text", "json"])
def test_a_full_disk_is_named(option: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [BIN / "lattice", "logs", *option],
            input='{"responseCode": 404}',
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )

    assert done.returncode == 1
    assert done.stderr.startswith("lattice: No space left on device: standard output")
    assert "Traceback" not in done.stderr


def test_logs_reads_standard_input_and_archives(log: list[dict[str, Any]], tmp_path: Path) -> None:
    lines = "\n".join(map(json.dumps, log)) + "\n\n"
    archive = tmp_path / "log.json.gz"
    archive.write_bytes(gzip.compress(lines.encode()))

    piped = lattice("logs", "--denied", "--json", stdin=lines)
    archived = lattice("logs", "--path", "/nothing", archive)

    (found,) = map(json.loads, piped.stdout.splitlines())
    assert found["denied"] is True
    assert found["record"] == log[0]
    assert "3 records, 1 shown" in archived.stderr
    assert "1 failed, but the path does not start with /nothing (--path)" in archived.stderr
    assert "1 failed, but was not denied (--denied)" in piped.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "standard input:1: This line is not a JSON object"),
        ("[1]", "standard input:1: This line is not a JSON object. Nothing here is an access log record"),
        ('\n{"x": 1}', "standard input:2: This is JSON, but has no field of an access log record"),
        ('{"events": []}', "0 records, 0 shown\nThe input has no log event."),
        ("", "0 records, 0 shown\nThe input has no log event."),
        (
            'no json\n{"responseCode": 404}',
            "1 entry without a record; the first: standard input:1: This line is not",
        ),
        (
            'x\n{"a": 1}\n{"responseCode": 200}',
            "1 record, 0 shown\n1 did not fail\n2 entries without a record",
        ),
        ('{"requestPath": 1, "responseCode": [], "authDeniedReason": {}}', "1 record, 0 shown"),
        ('{"responseCode": 404, "requestMethod": "\\u001b[2J"}', "1 record, 1 shown"),
    ],
)
def test_odd_lines_are_named_or_passed_over(text: str, said: str) -> None:
    done = lattice("logs", stdin=text)

    assert said in done.stderr
    assert done.returncode == (2 if "Nothing here" in done.stderr else 0)
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout


def test_what_a_follower_prints_is_explained_at_once() -> None:
    """As in `aws logs tail --follow | lattice logs`."""
    command = [str(BIN / "lattice"), "logs", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        print('2026-01-31T12:00:00 {"responseCode": 404}', file=process.stdin, flush=True)

        assert json.loads(process.stdout.readline())["record"] == {"responseCode": 404}
        process.stdin.close()


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    done = lattice("logs", tmp_path / "none.log")

    assert done.returncode == 2
    assert "none.log: The access log cannot be read: No such file" in done.stderr


def test_an_access_log_that_cannot_be_written(folder: Path) -> None:
    said = refused(folder / "shop.yaml", *code_of(folder), "--access-log", "/nowhere/access.log")

    assert "--access-log /nowhere/access.log cannot be written: No such file or directory" in said


def test_json_and_the_log_cannot_share_standard_output(folder: Path) -> None:
    assert "both write to standard output" in refused(folder / "shop.yaml", "--json", "--access-log", "-")


def test_credentials_make_a_shell_a_caller(dev: Running) -> None:
    exports = lattice("credentials", "caller", "--proxy").stdout
    url = dev.service("orders")["url"]
    script = (
        f"{exports}\ncurl -sS --max-time 60 --aws-sigv4 aws:amz:us-east-1:vpc-lattice-svcs "
        '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN" '
        f'-H "x-amz-content-sha256: UNSIGNED-PAYLOAD" {url}/orders/7'
    )

    done = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, text=True, env=clean_environment(), timeout=120
    )

    assert done.stdout == "arn:aws:sts::123456789012:assumed-role/shop-Role/caller", done.stderr


def test_a_function_calls_as_its_own_role(dev: Running) -> None:
    assert dev.invoke("client") == "arn:aws:sts::123456789012:assumed-role/shop-Role/client"


def test_a_function_with_real_credentials_is_still_itself(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("[mine]\naws_access_key_id = AKMINE\naws_secret_access_key = x\n")
    arguments: list[str | Path] = [folder / "shop.yaml", *code_of(folder), "--aws-profile", "mine"]

    with lattice_dev(*arguments, AWS_SHARED_CREDENTIALS_FILE=str(file)) as running:
        assert running.invoke("client") == "arn:aws:sts::123456789012:assumed-role/shop-Role/client"
        proxy = ("--proxy", running.ready["gateway_url"], "--cacert", running.ready["ca_file"])
        signing = ("--aws-sigv4", "aws:amz:us-east-1:vpc-lattice-svcs", "--user", "AKMINE:x")
        payload = ("-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD")
        stolen = running.curl(*proxy, *signing, *payload, f"{running.service('orders')['url']}/orders/7")

    # The same key without a function's proxy token is nobody's.
    assert (
        stolen.stdout
        == "UnrecognizedClientException: The security token included in the request is invalid.\n403"
    )


@pytest.mark.usefixtures("dev")
def test_nobody_has_no_credentials() -> None:
    done = lattice("credentials", "nobody")

    assert done.returncode == 2
    assert "There is no caller nobody." in done.stderr
    assert "The callers of the running lattice dev are: " in done.stderr
