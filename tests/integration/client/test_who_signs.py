"""We sign as whom boto3 would sign as, in every environment; boto3 itself is the oracle.

Source:
    https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
    https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "secret"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}
IRSA = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/pod"}
FILES = {"AWS_CONFIG_FILE": "{home}/profiles"}
IMDS = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"}

# The variables of an environment, and the access key id that signs in it; None where nobody does.
ENVIRONMENTS: dict[str, tuple[dict[str, str], str | None]] = {
    "nothing": ({}, None),
    "keys": (KEYS, "AKENV"),
    "keys of Lambda": (KEYS | {"AWS_SESSION_TOKEN": "t", "AWS_LAMBDA_FUNCTION_NAME": "f"}, "AKENV"),
    "keys with the older name of the token": (
        KEYS | {"AWS_SECURITY_TOKEN": "older", "AWS_SESSION_TOKEN": "t"},
        "AKENV",
    ),
    "keys with an empty token": (KEYS | {"AWS_SECURITY_TOKEN": "", "AWS_SESSION_TOKEN": ""}, "AKENV"),
    "keys beside a container": (KEYS | CONTAINER, "AKENV"),
    "keys beside a profile": (KEYS | FILES | {"AWS_PROFILE": "static"}, "AKENV"),
    "keys beside IRSA": (KEYS | IRSA, "AKENV"),
    "half of the keys, the id": ({"AWS_ACCESS_KEY_ID": "AKENV"} | CONTAINER, None),
    "half of the keys, the secret": ({"AWS_SECRET_ACCESS_KEY": "s"} | CONTAINER, "AKCONTAINER"),
    "empty keys": ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""} | CONTAINER, "AKCONTAINER"),
    "an empty secret": ({"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": ""} | CONTAINER, None),
    "a container": (CONTAINER, "AKCONTAINER"),
    "Pod Identity": (
        CONTAINER | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token"},
        "AKCONTAINER",
    ),
    "a container beside an instance": (CONTAINER | IMDS, "AKCONTAINER"),
    "an instance": (IMDS, "AKINSTANCE"),
    "IRSA": (IRSA, "AKWEBIDENTITY"),
    "IRSA beside Pod Identity": (IRSA | CONTAINER, "AKWEBIDENTITY"),
    "IRSA without its role, beside Pod Identity": (IRSA | CONTAINER | {"AWS_ROLE_ARN": ""}, None),
    "IRSA without its file, beside Pod Identity": (
        IRSA | CONTAINER | {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/none"},
        None,
    ),
    "an empty IRSA beside Pod Identity": (
        IRSA | CONTAINER | {"AWS_WEB_IDENTITY_TOKEN_FILE": ""},
        "AKCONTAINER",
    ),
    "a role beside Pod Identity": ({"AWS_ROLE_ARN": IRSA["AWS_ROLE_ARN"]} | CONTAINER, "AKCONTAINER"),
    "a static profile": (FILES | {"AWS_PROFILE": "static"}, "AKSTATIC"),
    "a static profile beside a container": (FILES | CONTAINER | {"AWS_PROFILE": "static"}, "AKSTATIC"),
    "a static profile beside ECS": (
        FILES | {"AWS_PROFILE": "static", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials"},
        "AKSTATIC",
    ),
    "a static profile by the older name": (FILES | CONTAINER | {"AWS_DEFAULT_PROFILE": "static"}, "AKSTATIC"),
    "both names of the profile": (
        FILES | CONTAINER | {"AWS_DEFAULT_PROFILE": "static", "AWS_PROFILE": "process"},
        "AKSTATIC",
    ),
    "IRSA beside a static profile": (FILES | IRSA | {"AWS_PROFILE": "static"}, "AKWEBIDENTITY"),
    "a role of the container": (FILES | CONTAINER | {"AWS_PROFILE": "of-container"}, "AKROLE-AKCONTAINER"),
    "a role of the environment": (FILES | KEYS | {"AWS_PROFILE": "of-environment"}, "AKENV"),
    "a role of another profile": (FILES | CONTAINER | {"AWS_PROFILE": "of-static"}, "AKROLE-AKSTATIC"),
    "a profile with a token file": (FILES | CONTAINER | {"AWS_PROFILE": "web"}, "AKWEBIDENTITY"),
    "a process": (FILES | CONTAINER | {"AWS_PROFILE": "process"}, "AKPROCESS"),
    "SSO": (FILES | CONTAINER | {"AWS_PROFILE": "sso"}, "AKSSO"),
    "a profile that is not there": (FILES | CONTAINER | {"AWS_PROFILE": "none"}, None),
    "an empty profile": (FILES | CONTAINER | {"AWS_PROFILE": ""}, None),
    "an empty profile, no files": (CONTAINER | {"AWS_PROFILE": ""}, None),
    "an empty older profile": (FILES | CONTAINER | {"AWS_DEFAULT_PROFILE": ""}, None),
    "an empty older profile beside one": (
        FILES | CONTAINER | {"AWS_DEFAULT_PROFILE": "", "AWS_PROFILE": "static"},
        None,
    ),
    "a profile without credentials": (FILES | CONTAINER | {"AWS_PROFILE": "region"}, "AKCONTAINER"),
    "a default profile": (CONTAINER | {"AWS_SHARED_CREDENTIALS_FILE": "{home}/shared"}, "AKDEFAULT"),
    "a default profile at home": (CONTAINER | {"HOME": "{home}/user"}, "AKHOME"),
    "a file with a Region only": (CONTAINER | {"AWS_CONFIG_FILE": "{home}/region"}, "AKCONTAINER"),
    "files that are not there": (
        CONTAINER | {"AWS_CONFIG_FILE": "{home}/none", "AWS_SHARED_CREDENTIALS_FILE": "{home}/none"},
        "AKCONTAINER",
    ),
    "a file of boto 2": (CONTAINER | {"BOTO_CONFIG": "{home}/boto"}, "AKBOTO"),
    "a file of the first tools": (CONTAINER | {"AWS_CREDENTIAL_FILE": "{home}/first"}, "AKFIRST"),
}

PROFILES = """
[profile static]
aws_access_key_id = AKSTATIC
aws_secret_access_key = s
[profile of-container]
role_arn = arn:aws:iam::123456789012:role/r
credential_source = EcsContainer
[profile of-environment]
role_arn = arn:aws:iam::123456789012:role/r
credential_source = Environment
[profile of-static]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = static
[profile web]
role_arn = arn:aws:iam::123456789012:role/r
web_identity_token_file = {home}/token
[profile process]
credential_process = cat {home}/process.json
[profile sso]
sso_start_url = https://sso.example/start
sso_region = us-west-2
sso_account_id = 123456789012
sso_role_name = r
[profile region]
region = us-west-2
"""


def of_process(key: str) -> dict[str, Any]:
    """Credentials as processes and containers tell them."""
    until = (datetime.now(UTC) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"Version": 1, "Code": "Success", "AccessKeyId": key, "SecretAccessKey": "s", "SessionToken": "t", "Token": "t", "Expiration": until}  # fmt: skip


def of_sts(action: str, authorization: str) -> str:
    """An answer of STS; the key tells who asked."""
    who = authorization.partition("Credential=")[2].partition("/")[0]
    made = of_process("AKWEBIDENTITY" if action.endswith("WebIdentity") else f"AKROLE-{who}")
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    inner = "".join(f"<{name}>{made[name]}</{name}>" for name in names)
    user = "<AssumedRoleUser><Arn>arn</Arn><AssumedRoleId>id</AssumedRoleId></AssumedRoleUser>"
    result = f"<{action}Result><Credentials>{inner}</Credentials>{user}</{action}Result>"
    return f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{result}</{action}Response>'


class Sources(BaseHTTPRequestHandler):
    """A container endpoint, STS, SSO and an instance's metadata."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        role = "/latest/meta-data/iam/security-credentials/"
        answers: dict[str, Any] = {
            "/container": of_process("AKCONTAINER"),
            role: "r",
            f"{role}r": of_process("AKINSTANCE"),
            "/federation/credentials": {
                "roleCredentials": {"accessKeyId": "AKSSO", "secretAccessKey": "s", "sessionToken": "t"}
                | {"expiration": int((datetime.now(UTC) + timedelta(hours=6)).timestamp() * 1000)}
            },
        }
        found = answers.get(self.path.partition("?")[0])
        self._answer(found if isinstance(found, str) else json.dumps(found), 200 if found else 404)

    def do_PUT(self) -> None:
        self._answer("token")

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        self._answer(of_sts(body["Action"][0], self.headers.get("authorization", "")))

    def _answer(self, text: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("x-aws-ec2-metadata-token-ttl-seconds", "600")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture(scope="module")
def sources() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Sources) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file that an environment may name."""
    home = tmp_path_factory.mktemp("home")
    keys = "aws_access_key_id = {}\naws_secret_access_key = s\n"
    token = {"accessToken": "t", "expiresAt": of_process("")["Expiration"], "startUrl": "x", "region": "x"}
    cached = hashlib.sha1(b"https://sso.example/start").hexdigest()
    files = {
        "token": "token",
        "profiles": PROFILES.format(home=home),
        "process.json": json.dumps(of_process("AKPROCESS")),
        "shared": "[default]\n" + keys.format("AKDEFAULT"),
        "user/.aws/credentials": "[default]\n" + keys.format("AKHOME"),
        "region": "[default]\nregion = us-west-2\n",
        "boto": "[Credentials]\n" + keys.format("AKBOTO"),
        "first": "AWSAccessKeyId=AKFIRST\nAWSSecretKey=s\n",
        f".aws/sso/cache/{cached}.json": json.dumps(token),
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    return home


@pytest.fixture(scope="module")
def chosen(sources: str, home: Path) -> dict[str, list[Any]]:
    """Whom boto3 and whom we chose, by the name of the environment."""
    base = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BOTO"))}
    base |= {
        "HOME": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": "us-west-2",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_ENDPOINT_URL": sources,
    }
    given = [
        base | {name: value.format(url=sources, home=home) for name, value in variables.items()}
        for variables, _ in ENVIRONMENTS.values()
    ]
    script = Path(__file__).with_name("choose_credentials.py")
    ran = subprocess.run(
        [sys.executable, script], input=json.dumps(given), env=base, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return dict(zip(ENVIRONMENTS, json.loads(ran.stdout), strict=True))


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_we_sign_as_whom_boto3_would(name: str, chosen: dict[str, list[Any]]) -> None:
    of_boto3, ours = chosen[name]

    assert ours == of_boto3
    assert (ours and ours[0]) == ENVIRONMENTS[name][1]  # so that the table shows something
