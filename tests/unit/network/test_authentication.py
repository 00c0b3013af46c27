"""Who calls: the table of signatures, and what a known principal is told to targets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import Assumptions
from lattice_events.network.authentication import KnownKey
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Decision, Forward, Source
from lattice_events.network.model import Principal
from lattice_events.network.policy import Caller, parse_policy
from lattice_events.sigv4 import Credentials, sign_lattice
from tests.files import load_cases
from tests.networks import REGION, network, service

NOW = datetime(2026, 1, 2, 3, 7, 45, tzinfo=UTC)
APP = Principal(name="app", caller=Caller(arn="arn:aws:sts::123456789012:assumed-role/app/s1"))
USER = Principal(name="user", caller=Caller(arn="arn:aws:iam::123456789012:user/ann"))
SESSION_KEY = Credentials(
    access_key_id="AKIDSESSION", secret_access_key="SECRETVALUE", session_token="TOKENVALUE"
)
USER_KEY = Credentials(access_key_id="AKIDUSER", secret_access_key="u")
KEYS = {
    "AKIDSESSION": KnownKey(credentials=SESSION_KEY, principal=APP),
    "AKIDUSER": KnownKey(credentials=USER_KEY, principal=USER),
}
EVERYBODY = parse_policy(
    {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
)


def signed(given: dict[str, Any]) -> Request:
    """The request of a row, before it is changed on its way."""
    host = service(given.get("host", "foo")).domain_name
    path, query = given.get("path", "/orders/7"), "b=2&a=1"
    headers = [(name, value) for name, value in given.get("headers", ())]
    mode = given.get("mode", "header")
    if mode == "none":
        return Request(path=path, query_string=query, headers=Headers((("host", host), *headers)))
    done = sign_lattice(
        "GET",
        f"https://{host}{path}?{query}",
        headers=headers,
        credentials=USER_KEY if given.get("as") == "user" else SESSION_KEY,
        region=given.get("region", REGION),
        now=NOW - timedelta(seconds=given.get("signed_ago", 0)),
        path_encoding=given.get("path_encoding", "double"),
        mode=mode,
        expires_seconds=given.get("expires", 300),
    )
    sent = {name.lower(): value for name, value in done.headers} | {"host": service().domain_name}
    return Request(path=path, query_string=done.url.partition("?")[2], headers=Headers(sent))


def changed(request: Request, change: list[Any]) -> Request:
    """The request after something on the way has changed it."""
    match change:
        case ["header", name, None]:
            return request.replace(headers=request.headers.without(name))
        case ["header", name, value]:
            return request.replace(headers=request.headers.with_items(((name, value),)))
        case ["add", name, value]:
            return request.replace(headers=Headers((*request.headers.items(), (name, value))))
        case ["authorization", old, new]:
            assert old in request.headers["authorization"]
            value = request.headers["authorization"].replace(old, new)
            return request.replace(headers=request.headers.with_items((("authorization", value),)))
        case ["cut", start]:
            before, _, rest = request.headers["authorization"].partition(start)
            value = before + "".join(rest.partition(",")[1:])
            return request.replace(headers=request.headers.with_items((("authorization", value),)))
        case ["query", old, new]:
            assert old in request.query_string
            return request.replace(query_string=request.query_string.replace(old, new))
        case [part, value]:
            return request.replace(**{part: value})
        case _:
            raise ValueError(change)


def decide(request: Request, **options: Any) -> Decision:
    arguments: dict[str, Any] = {
        "auth_type": "AWS_IAM",
        "assumptions": Assumptions(),
        "credentials": KEYS,
        "connected": None,
        **options,
    }
    foo = service(auth_type=arguments.pop("auth_type"), auth_policy=EVERYBODY)
    source = Source(address="10.0.0.7", port=443, vpc_arn=None, principal=arguments.pop("connected"))
    return plan(
        network(foo),
        request,
        source=source,
        fresh_request_id="fresh",
        now_us=int(NOW.timestamp() * 1_000_000),
        roll=0.0,
        turn={},
        health={},
        **arguments,
    )


@pytest.mark.parametrize(("given", "expected"), load_cases("authentication"))
def test_the_answer_of_each_row(given: dict[str, Any], expected: str) -> None:
    request = signed(given)
    for change in given["changes"]:
        request = changed(request, change)

    decision = decide(
        request,
        auth_type=given.get("auth_type", "AWS_IAM"),
        assumptions=Assumptions(**given.get("assumptions", {})),
    )

    if isinstance(decision, Forward):
        principal = decision.trace.principal
        assert (principal.name if principal else "anonymous") == expected
    else:
        assert (decision.response.status, decision.response.body.decode()) == (403, expected)
        assert decision.trace.rule is None


def test_the_table_has_what_it_must() -> None:
    names = [case.id for case in load_cases("authentication")]

    assert len(names) >= 40
    assert len(set(names)) == len(names)


def test_shared_credentials_are_told_apart_by_the_proxy_token() -> None:
    shared = {"AKIDSESSION": KnownKey(credentials=SESSION_KEY, principal=None)}

    known = decide(signed({}), credentials=shared, connected=USER)
    unknown = decide(signed({}), credentials=shared)

    assert known.trace.principal == USER
    assert not isinstance(unknown, Forward)
    assert unknown.response.body.startswith(b"UnrecognizedClientException")


def test_a_proxy_token_alone_is_no_signature() -> None:
    decision = decide(signed({"mode": "none"}), connected=APP)

    assert decision.trace.principal is None
    assert isinstance(decision, Forward)
    assert decision.request.identity.is_anonymous


def test_no_secret_shows_in_what_is_decided() -> None:
    decision = decide(signed({}))

    shown = repr((decision.trace, KEYS))
    assert "AKIDSESSION" in shown
    assert "SECRETVALUE" not in shown
    assert "TOKENVALUE" not in shown
