"""Pods as callers: one that `lattice dev` starts signs as who custom.lattice.callers says it is."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.running import BIN, Running, clean_environment, lattice_dev

ROLE = "arn:aws:iam::123456789012:role/shop"
# A pod that answers with its credentials' key, or with what a service says to it.
POD = """\
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lattice_events.client import LatticeSession


class Pod(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/call":
            with LatticeSession(service="guarded") as session:
                body = session.get("/key").text
        else:
            body = os.environ.get("AWS_ACCESS_KEY_ID", "none")
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Pod).serve_forever()
"""


def lattice(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::VpcLattice::{kind}", "Properties": properties}


def service(name: str, group: str, **properties: Any) -> dict[str, Any]:
    """A service with a listener on HTTP that forwards to one group."""
    return {
        name: lattice("Service", Name=name, **properties),
        f"{name}Listener": lattice(
            "Listener",
            ServiceIdentifier={"Ref": name},
            Protocol="HTTPS",
            DefaultAction={"Forward": {"TargetGroups": [{"TargetGroupIdentifier": {"Ref": group}}]}},
        ),
    }


def group(name: str) -> dict[str, Any]:
    config = {"Port": 80, "Protocol": "HTTP", "HealthCheck": {"Enabled": False}}
    return {name: lattice("TargetGroup", Name=name, Type="IP", Config=config)}


def write_project(folder: Path) -> Path:
    """Two pods, of which one is a named caller, behind an open service each; a third service asks who calls."""
    statement = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "*", "Resource": "*"}
    resources = {
        **group("shop"),
        **group("stranger"),
        **service("shop-front", "shop"),
        **service("stranger-front", "stranger"),
        **service("guarded", "shop", AuthType="AWS_IAM"),
        "Policy": lattice(
            "AuthPolicy", ResourceIdentifier={"Ref": "guarded"}, Policy={"Statement": [statement]}
        ),
    }
    command = ["python3", "pod.py"]
    allow = {"Statement": {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}}
    settings = {
        "targets": {"shop": {"command": command}, "stranger": {"command": command}},
        "callers": {"shop": {"arn": ROLE, "policies": allow}},
    }
    state = {
        "service": {
            "service": "shop",
            "provider": {"region": "us-west-2"},
            "functions": {},
            "custom": {"lattice": settings},
        }
    }
    (folder / "pod.py").write_text(POD)
    (folder / "serverless.yml").write_text("service: shop\n")
    package = folder / "package"
    package.mkdir()
    (package / "cloudformation-template-update-stack.json").write_text(json.dumps({"Resources": resources}))
    (package / "serverless-state.json").write_text(json.dumps(state))
    return package


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("pods")
    package = write_project(folder)
    path = f"{BIN}:{clean_environment()['PATH']}"  # python3 is the one with lattice_events
    with lattice_dev(folder, "--package", package, PATH=path) as running:
        yield running


def test_a_pod_has_the_credentials_of_the_caller_of_its_name(dev: Running) -> None:
    command = [str(BIN / "lattice"), "credentials", "shop", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=120)

    assert dev.get(f"{dev.service('shop-front')['url']}/key") == (
        200,
        json.loads(done.stdout)["AWS_ACCESS_KEY_ID"],
    )


def test_a_pod_that_is_nobody_has_none(dev: Running) -> None:
    assert dev.get(f"{dev.service('stranger-front')['url']}/key") == (200, "none")


def test_no_secret_is_printed(dev: Running) -> None:
    command = [str(BIN / "lattice"), "credentials", "shop", "--json", "--proxy"]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=120)
    known = json.loads(done.stdout)
    secrets = [known["AWS_SECRET_ACCESS_KEY"], known["AWS_SESSION_TOKEN"]]
    secrets.append(known["HTTPS_PROXY"].partition("@")[0].rpartition(":")[2])
    calling = [
        str(BIN / "lattice"),
        "call",
        "--as",
        "shop",
        "--explain",
        f"{dev.service('guarded')['url']}/key",
    ]

    called = subprocess.run(calling, capture_output=True, text=True, env=clean_environment(), timeout=120)
    dev.next_event("request", service="guarded", status=200)

    printed = "".join(dev.lines) + called.stdout + called.stderr
    assert "emulated by lattice dev" in printed
    assert not [secret for secret in secrets if secret in printed]


def test_only_the_named_pod_is_let_in(dev: Running) -> None:
    allowed, key = dev.get(f"{dev.service('shop-front')['url']}/call")
    denied = dev.get(f"{dev.service('stranger-front')['url']}/call")[0]

    assert (allowed, key.startswith("LATTICELOCAL")) == (200, True)
    assert denied == 502  # no credentials: the pod itself fails, and hangs up
