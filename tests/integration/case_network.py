"""The cases of tests/cases as one network that `lattice dev` can run: a service for each row."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lattice_events.definitions.lattice_schema import text_problem
from lattice_events.network.model import generated_domain_name, make_id
from lattice_events.readers.common.tags import tag_problem
from tests.files import TESTS

REGION, ACCOUNT = "us-west-2", "123456789012"
# What the rows of the table say, and what it is called here.
TABLE_SERVICE_ID = "svc-0123456789abcdef0"
TABLE_NETWORK_ARN = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:servicenetwork/sn-1"
NETWORK_ARN = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:servicenetwork/{make_id('sn', 'cases')}"
ALLOW_ALL = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_STACK = "cases-dev"


class Row:
    """One row, and where it is in the network."""

    def __init__(self, kind: str, index: int, row: dict[str, Any]) -> None:
        self.name = f"{kind}-{index}"
        self.title = f"{index} {row['name']}"
        self.given = row["given"]
        self.expected = row["expected"]
        self.host = generated_domain_name(self.name, make_id("svc", self.name), REGION)
        self.arn = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:service/{make_id('svc', self.name)}"


def load_rows(kind: str, file: str) -> list[Row]:
    rows = json.loads((TESTS / "cases" / file).read_text())
    return [Row(kind, index, row) for index, row in enumerate(rows) if _can_be_sent(row["given"])]


def _can_be_sent(given: dict[str, Any]) -> bool:
    """Whether a client can bring about what a row is given.

    It chooses neither the clock nor its address on loopback, the Host names the service, IAM has
    a say in its tags and VPC Lattice in the paths of rules, and a run has one set of assumptions.
    """
    request = given["request"] if isinstance(given["request"], dict) else {}
    if "assumptions" in given or request.keys() & {"now", "source_ip"}:
        return False
    paths = [rule[kind] for rule in given.get("rules", ()) for kind in ("exact", "prefix") if kind in rule]
    if tag_problem(request.get("tags", {})) or any(text_problem("PathMatchExact", path) for path in paths):
        return False
    return "host" not in given.get("headers", {})


ROUTING = load_rows("routing", "routing/rules.json")
POLICY = load_rows("policy", "policy/verdicts.json")


def caller_of(row: Row) -> str:
    """A name for whoever calls: one for each combination of what is said of the caller."""
    return "caller-" + make_id("c", json.dumps(_caller_facts(row), sort_keys=True))[2:10]


def _caller_facts(row: Row) -> dict[str, Any]:
    known = ("principal", "tags", "org_id", "org_paths", "source_vpc", "source_vpc_owner")
    return {key: row.given["request"].get(key) for key in known}


def group_arn(logical_id: str) -> str:
    return f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:targetgroup/{make_id('tg', _STACK, logical_id)}"


def _logical_id(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


class _Template:
    """Collects resources, and the names of the target groups that stand for the echo server."""

    def __init__(self) -> None:
        self.resources: dict[str, Any] = {
            "Network": _lattice("ServiceNetwork", Name="cases", AuthType="NONE"),
        }
        self.groups: list[str] = []

    def group(self, name: str) -> dict[str, Any]:
        """A target group of its own."""
        if name not in self.groups:
            self.groups.append(name)
            config = {
                "Port": 80,
                "Protocol": "HTTP",
                "VpcIdentifier": "vpc-1",
                "HealthCheck": {"Enabled": False},
            }
            self.resources[_logical_id(name)] = _lattice("TargetGroup", Name=name, Type="IP", Config=config)
        return {"TargetGroupIdentifier": {"Ref": _logical_id(name)}}

    def forward(self, name: str) -> dict[str, Any]:
        return {"Forward": {"TargetGroups": [self.group(name)]}}

    def service(self, row: Row, default_group: str, *, protocol: str, port: int, **properties: Any) -> str:
        """A service with one listener; its logical id."""
        name = _logical_id(row.name)
        self.resources[f"{name}Service"] = _lattice("Service", Name=row.name, **properties)
        self.resources[f"{name}Listener"] = _lattice(
            "Listener",
            ServiceIdentifier={"Ref": f"{name}Service"},
            Protocol=protocol,
            Port=port,
            DefaultAction=self.forward(default_group),
        )
        self.resources[f"{name}Association"] = _lattice(
            "ServiceNetworkServiceAssociation",
            ServiceIdentifier={"Ref": f"{name}Service"},
            ServiceNetworkIdentifier={"Ref": "Network"},
        )
        return name

    def routing(self, row: Row) -> None:
        name = self.service(row, f"{row.name}-default", protocol="HTTP", port=80)
        for index, rule in enumerate(row.given["rules"], start=1):
            priority = rule.get("priority", index)
            self.resources[f"{name}Rule{index}"] = _lattice(
                "Rule",
                ListenerIdentifier={"Ref": f"{name}Listener"},
                Priority=priority,
                Match={"HttpMatch": _http_match(rule)},
                Action=self.forward(f"{row.name}-{priority}"),
            )

    def policy(self, row: Row) -> None:
        request = row.given["request"]
        is_secure = request.get("is_secure", True)
        name = self.service(
            row,
            "echo",
            protocol="HTTPS" if is_secure else "HTTP",
            port=request.get("port", 443),
            AuthType="AWS_IAM",
            Tags=[{"Key": key, "Value": value} for key, value in request.get("service_tags", {}).items()],
        )
        written = json.dumps(row.given["policy"])
        written = written.replace(TABLE_SERVICE_ID, row.arn.rpartition("/")[2])
        written = written.replace(TABLE_NETWORK_ARN, NETWORK_ARN)
        self.resources[f"{name}Policy"] = _lattice(
            "AuthPolicy", ResourceIdentifier={"Ref": f"{name}Service"}, Policy=json.loads(written)
        )


def _lattice(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::VpcLattice::{kind}", "Properties": properties}


def _http_match(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of the table as CloudFormation writes it."""
    sensitive = rule.get("case_sensitive", True)
    match: dict[str, Any] = {"Method": rule["method"]} if "method" in rule else {}
    for kind in ("exact", "prefix"):
        if kind in rule:
            match["PathMatch"] = {"CaseSensitive": sensitive, "Match": {kind.capitalize(): rule[kind]}}
    headers = [
        {
            "Name": header["name"],
            "CaseSensitive": header.get("case_sensitive", True),
            "Match": {
                kind.capitalize(): header[kind] for kind in ("exact", "prefix", "contains") if kind in header
            },
        }
        for header in rule.get("headers", ())
    ]
    return {**match, "HeaderMatches": headers} if headers else match


def _caller(row: Row) -> dict[str, Any]:
    """An entry of custom.lattice.callers; an anonymous one is known by its proxy token only."""
    facts = _caller_facts(row)
    vpc, owner = facts["source_vpc"], facts["source_vpc_owner"] or ACCOUNT
    settings = {
        "arn": facts["principal"] or f"arn:aws:iam::{ACCOUNT}:user/nobody",
        "policies": [ALLOW_ALL],
        "tags": facts["tags"],
        "orgId": facts["org_id"],
        "orgPaths": facts["org_paths"] or [],
        "vpc": vpc and f"arn:aws:ec2:{REGION}:{owner}:vpc/{vpc}",
    }
    return {key: value for key, value in settings.items() if value is not None}


def write_package(folder: Path, echo_url: str) -> Path:
    """A serverless.yml and its finished package with every row; the package's folder."""
    template = _Template()
    for row in ROUTING:
        template.routing(row)
    for row in POLICY:
        template.policy(row)
    lattice = {
        "targets": {name: {"url": echo_url} for name in template.groups},
        "callers": {caller_of(row): _caller(row) for row in POLICY},
    }
    state = {
        "service": {
            "service": "cases",
            "provider": {"region": REGION, "stage": "dev"},
            "functions": {},
            "custom": {"lattice": lattice},
        },
        "package": {},
    }
    (folder / "serverless.yml").write_text("service: cases\n")
    package = folder / "package"
    package.mkdir()
    resources = {"Resources": template.resources}
    (package / "cloudformation-template-update-stack.json").write_text(json.dumps(resources))
    (package / "serverless-state.json").write_text(json.dumps(state))
    return package


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it got."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def _answer(self) -> None:
        got = {
            "method": self.command,
            "target": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
        }
        body = json.dumps(got).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Echo", "1")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_HEAD = do_PURGE = _answer  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def echo_server() -> Iterator[str]:
    """A server that answers with what it got; its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
