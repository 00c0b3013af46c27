"""What is shown of an entry."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.local.inspector.views import MAX_BODY_BYTES, detail, summary
from lattice_events.local.output.records import InvokeRecord
from lattice_events.network.model import Principal
from lattice_events.response import Response
from tests.networks import FUNCTION_ARN, http_group, network, rule, service
from tests.recorded import host_headers, observed, recorded
from tests.unit.network.test_authentication import signed
from tests.unit.network.test_authorization import CALLER, OPEN, net_of

SECRETS = (
    "a-secret-session-id",
    "AWS4-HMAC-SHA256 Credential=K/1, Signature=0123456789",
    "token-of-the-session",
)


def shown(seen: Any, *, lines: tuple[str, ...] = ()) -> dict[str, Any]:
    entry, history = recorded(seen, lines=lines)
    view = detail(entry, history)
    assert json.loads(json.dumps(view)) == json.loads(json.dumps(view | summary(entry)))
    return view


def test_a_line_says_what_people_look_for() -> None:
    entry, _ = recorded(observed(invocation_id="i-1", cold=True))

    assert summary(entry) == {
        "id": "fresh",
        "number": 1,
        "kind": "request",
        "started_us": 1_700_000_000_000_000,
        "is_pinned": False,
        "method": "GET",
        "host": service().domain_name,
        "path": "/",
        "status": 200,
        "duration_ms": 2.0,
        "request_id": "fresh",
        "caller": None,
        "service": "foo",
        "rule": "default",
        "target": "hello",
        "invocation_id": "i-1",
        "cold": True,
        "reason": None,
        "faults": (),
        "service_network": "sample",
        "listener": "HTTPS 443",
        "target_group": "functions",
        "trace_id": None,
    }


def test_a_function_s_event_and_response_are_json() -> None:
    response = Response(200, headers={"x-a": "1"}, body="ok")
    seen = observed(
        Request(
            method="POST", path="/a", query_string="b=1", headers=host_headers(("content-type", "text/plain"))
        ),
        body=b"hello",
        received=b'{"statusCode": 200, "body": "ok"}',
        response=response,
        invocation_id="i-1",
        to_target_ms=0.5,
        run_ms=1.0,
    )

    view = shown(seen, lines=("one", "two"))

    assert view["request"]["target"] == "/a?b=1"
    assert view["request"]["body"] == {"bytes": 5, "is_cut": False, "text": "hello"}
    assert view["response"] == {
        "status": 200,
        "headers": [["x-a", "1"]],
        "body": {"bytes": 2, "is_cut": False, "text": "ok"},
    }
    assert view["sent"]["json"]["body"] == "hello"
    assert view["sent"]["bytes"] == len(json.dumps(view["sent"]["json"], ensure_ascii=False))
    assert view["received"] == {"bytes": 33, "is_cut": False, "json": {"statusCode": 200, "body": "ok"}}
    assert view["timing"] == {
        "total_ms": 2.0,
        "to_target_ms": 0.5,
        "from_target_ms": 0.0,
        "run_ms": 1.0,
        "init_ms": None,
    }
    assert view["logs"] == [{"stream": "stdout", "text": "one"}, {"stream": "stdout", "text": "two"}]
    assert view["decision"]["target"] == FUNCTION_ARN.rpartition(":")[2]


def test_a_server_s_body_is_that_of_the_response() -> None:
    net = network(groups=(http_group("http://h", name="functions"),))
    view = shown(observed(net=net, body=b"in", received=b"out", response=Response(201)))

    assert view["sent"] == {"bytes": 2, "is_cut": False, "text": "in"}
    assert view["received"] == view["response"]["body"] == {"bytes": 3, "is_cut": False, "text": "out"}


def test_what_was_streamed_is_not_there() -> None:
    net = network(groups=(http_group("http://h", name="functions"),))
    view = shown(observed(net=net, body=None, response=Response(200)))

    assert [view["request"]["body"], view["sent"], view["received"], view["response"]["body"]] == [None] * 4


def test_a_target_that_failed_leaves_the_answer_of_the_network() -> None:
    net = network(groups=(http_group("http://h", name="functions"),))
    failed = Response(502, body="Bad Gateway")
    view = shown(observed(net=net, response=failed, failure="connect", reason="no connection"))

    assert view["response"]["body"]["text"] == "Bad Gateway"
    assert (view["received"], view["failure"], view["reason"]) == (None, "connect", "no connection")


def test_a_reply_has_no_target() -> None:
    net = network(service(listeners=(replace(service().listeners[0], default_action=rule(1, {}).action),)))
    view = shown(observed(net=net))

    assert (view["status"], view["sent"], view["received"]) == (404, None, None)
    assert view["response"]["body"]["text"] == view["decision"]["reply"]["body"]


def test_a_target_that_broke_off_has_no_body() -> None:
    net = network(groups=(http_group("http://h", name="functions"),))
    view = shown(observed(net=net, response=Response(200), failure="closed"))

    assert (view["response"]["status"], view["response"]["body"]) == (200, None)


def test_no_event_was_sent_of_a_body_that_was_too_large() -> None:
    view = shown(observed(body=b"x", response=Response(400, body="no"), failure="request_too_large"))

    assert (view["sent"], view["request"]["body"]["bytes"]) == (None, 1)


def test_a_request_is_explained_by_the_network_that_decided_it() -> None:
    entry, history = recorded(observed())
    history.apply(network(groups=()))

    assert detail(entry, history)["decision"]["action"]["target_groups"][0]["name"] == "functions"


def test_a_refused_signature_is_shown_with_what_was_verified() -> None:
    request = signed({"headers": [("x-amz-meta", "1")]})
    changed = request.replace(headers=request.headers.with_items((("x-amz-meta", "2"),)))
    net = net_of(OPEN)
    view = shown(observed(changed, net=net, principal=Principal(name="app", caller=CALLER)))

    found = view["signature"]
    assert (view["status"], found["is_accepted"], found["differs"]) == (403, False, "signature")
    assert "\nx-amz-meta:2\n" in found["canonical_request"]
    assert "\nx-amz-security-token:…\n" in found["canonical_request"]
    assert found["string_to_sign"].startswith("AWS4-HMAC-SHA256\n")


def test_an_accepted_signature_and_none() -> None:
    net = net_of(OPEN)
    view = shown(observed(signed({}), net=net, principal=Principal(name="app", caller=CALLER)))

    assert (view["signature"]["is_accepted"], view["signature"]["problem"]) == (True, None)
    assert shown(observed())["signature"] is None


def test_secrets_are_hidden_wherever_they_come_back() -> None:
    cookie, authorization, token = SECRETS
    headers = (
        ("Cookie", f"theme=dark; sid={cookie}"),
        ("Authorization", authorization),
        ("X-Amz-Security-Token", token),
    )
    request = Request(headers=host_headers(*headers), query_string=f"X-Amz-Signature={token}&a=1")
    echoed = json.dumps(
        {"statusCode": 200, "body": f"you sent {cookie}", "headers": {"set-cookie": f"sid={cookie}"}}
    )
    response = Response(200, headers={"set-cookie": f"sid={cookie}"}, body=f"you sent {cookie}")
    seen = observed(
        request, body=token.encode(), received=echoed.encode(), response=response, invocation_id="i-1"
    )

    view = shown(seen, lines=(f"event: {headers}", "theme=dark"))

    text = json.dumps(view)
    assert not [secret for secret in (*SECRETS, "0123456789") if secret in text]
    assert view["request"]["target"] == "/?X-Amz-Signature=…&a=1"
    assert view["sent"]["json"]["headers"]["cookie"] == ["…"]
    assert view["response"]["body"]["text"] == "you sent …"
    assert view["logs"][1]["text"] == "theme=dark"


def test_secrets_in_bytes_that_are_no_text_are_hidden_too() -> None:
    request = Request(headers=host_headers(("cookie", f"sid={SECRETS[0]}")))
    view = shown(observed(request, body=b"\xff" + SECRETS[0].encode() + b"\xff"))

    assert base64.b64decode(view["request"]["body"]["base64"]) == b"\xff\xff"


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_long_text_is_cut_at_a_character(cut: int) -> None:
    body = b"x" * cut + "𝕏".encode() * (MAX_BODY_BYTES // 4)

    view = shown(observed(body=body + b"more"))["request"]["body"]

    assert (view["bytes"], view["is_cut"]) == (len(body) + 4, True)
    assert set(view["text"].lstrip("x")) == {"𝕏"}
    assert MAX_BODY_BYTES - 4 < len(view["text"].encode()) <= MAX_BODY_BYTES


def test_a_text_that_ends_in_half_a_character_by_itself_is_bytes() -> None:
    view = shown(observed(body="𝕏".encode()[:3]))["request"]["body"]

    assert view == {"bytes": 3, "is_cut": False, "base64": "8J2V"}


def test_of_a_large_event_the_long_texts_are_cut() -> None:
    view = shown(observed(body=b"x" * 6 * 1024 * 1024, received=json.dumps(["y"] * 1_000_000).encode()))

    assert view["sent"]["is_cut"]
    assert view["sent"]["json"]["method"] == "GET"
    assert len(json.dumps(view)) < 4 * MAX_BODY_BYTES
    assert view["received"]["text"].startswith('["y", "y"')


@pytest.mark.parametrize("returned", [b"not json", b"[" * 100_000, b"\xff\xfe"])
def test_a_function_may_return_anything(returned: bytes) -> None:
    view = shown(observed(received=returned))["received"]

    assert "json" not in view
    assert view["bytes"] == len(returned)


def test_an_invocation_has_its_logs_and_no_request() -> None:
    entry, history = recorded(observed())
    history.report(
        InvokeRecord(function="hello", invocation_id="i-9", duration_ms=1.0, error_type="KeyError")
    )

    view = detail(history.entries()[0], history)

    assert (view["kind"], view["function"], view["error_type"], view["logs"]) == (
        "invocation",
        "hello",
        "KeyError",
        [],
    )
    assert "request" not in view
    assert entry.number == 1


def test_a_request_that_was_not_decided_has_no_decision() -> None:
    exchange = observed().exchange._replace(
        decision=None, request=Request(headers=Headers({"host": "example.com"}))
    )
    view = shown(observed()._replace(exchange=exchange))

    assert (view["id"], view["decision"], view["signature"], view["sent"]) == ("1", None, None, None)


def test_a_reason_that_repeats_a_secret_does_not_show_it_in_the_list() -> None:
    request = Request(headers=host_headers(("cookie", "session=a-secret-session-id")))
    entry, _ = recorded(observed(request, reason="ValueError: who is a-secret-session-id?"))

    assert summary(entry)["reason"] == "ValueError: who is …?"
