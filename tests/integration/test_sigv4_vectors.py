"""AWS's published SigV4 cases, each at every stage; `scripts/vectors` fetches them."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest

from lattice_events.sigv4 import Credentials, SignedRequest, sign
from tests.integration.running import ROOT

FOLDER = ROOT / "build" / "sigv4-vectors"
NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
TOKEN_HEADER = "x-amz-security-token"


class Case(NamedTuple):
    """One published case."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    expected: dict[str, str]


def read_case(file: Path) -> Case:
    """A case from its files; the request line's target may hold spaces, a header may be folded."""
    head, _, body = file.read_text().partition("\n\n")
    head = head.rstrip("\n")
    request_line, *lines = head.split("\n")
    method, rest = request_line.split(" ", 1)
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[0].isspace():
            name, value = headers.pop()
            headers.append((name, f"{value}\n{line}"))
        else:
            name, _, value = line.partition(":")
            headers.append((name, value))
    expected = {
        stage: file.with_suffix(f".{stage}").read_text() for stage in ("creq", "sts", "authz", "sreq")
    }
    return Case(method, rest.rpartition(" ")[0], headers, body.encode(), expected)


def sign_case(case: Case) -> SignedRequest:
    """Sign a case as its files want it: a token that only the signed request has stays unsigned."""
    sent = dict(line.partition(":")[::2] for line in case.expected["sreq"].split("\n\n")[0].split("\n")[1:])
    token = next((value for name, value in sent.items() if name.lower() == TOKEN_HEADER), None)
    return sign(
        case.method,
        f"https://example.amazonaws.com{case.target}",
        headers=case.headers,
        credentials=Credentials(
            access_key_id="AKIDEXAMPLE",
            secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            session_token=token,
        ),
        region="us-east-1",
        service="service",
        now=NOW,
        payload_hash=sha256(case.body).hexdigest(),
        sign_all_headers=True,
        omit_session_token=token is not None and TOKEN_HEADER not in case.expected["creq"],
    )


def test_every_published_case_is_signed_alike_at_every_stage() -> None:
    files = sorted(FOLDER.rglob("*.req"))
    assert len(files) == 34, f"{FOLDER} does not have the 34 cases; run scripts/vectors"
    for file in files:
        case = read_case(file)

        signed = sign_case(case)

        assert signed.canonical_request == case.expected["creq"], file.stem
        assert signed.string_to_sign == case.expected["sts"], file.stem
        assert dict(signed.headers)["authorization"] == case.expected["authz"], file.stem


@pytest.mark.parametrize("stage", ["creq", "sts", "authz"])
def test_a_case_that_is_changed_fails(stage: str) -> None:
    # The comparison above can fail: another path is another signature.
    case = read_case(FOLDER / "get-vanilla" / "get-vanilla.req")

    signed = sign_case(case._replace(target="/other"))

    stages = {
        "creq": signed.canonical_request,
        "sts": signed.string_to_sign,
        "authz": dict(signed.headers)["authorization"],
    }
    assert stages[stage] != case.expected[stage]
