"""What Lambda's Invoke API takes, and what it says of the rest."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from lattice_events.headers import Headers
from lattice_events.local.functions.invoke_request import (
    MAX_CLIENT_CONTEXT_BYTES,
    RefusedInvokeError,
    check_payload_size,
    read_payload,
    read_request,
)


def context_of(text: str | bytes) -> str | None:
    """What becomes of a client context."""
    raw = text if isinstance(text, bytes) else text.encode()
    return read_request({"X-Amz-Client-Context": base64.b64encode(raw).decode()}, {}).client_context


def refused(headers: dict[str, str], query: dict[str, str] | None = None) -> tuple[int, str, str]:
    with pytest.raises(RefusedInvokeError) as caught:
        read_request(headers, query or {})
    return caught.value.status, caught.value.kind, caught.value.message


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"custom": {"a": "b"}},
        {"custom": {"text": 'line\nbreak\r\t"é漢😀\x00'}, "env": {"n": 1.5}, "client": {"app_title": "x"}},
        {"custom": {"text": "\ud800"}},
    ],
)
@pytest.mark.parametrize("style", [{"indent": 2}, {}, {"ensure_ascii": False, "indent": "\t"}])
def test_a_client_context_travels_on_one_line_of_ascii(
    context: dict[str, Any], style: dict[str, Any]
) -> None:
    written = json.dumps(context, **style).encode(errors="backslashreplace")
    compact = context_of(written)
    assert compact is not None
    assert json.loads(compact) == context
    assert compact.isascii()
    assert compact.isprintable()


@pytest.mark.parametrize("text", ["", "x", "{", "[]", "7", '"a"', "null", "true", '{"a": NaN}', '{"a": 1,}'])
def test_a_client_context_that_is_no_json_object_is_refused(text: str) -> None:
    if text:
        assert refused({"X-Amz-Client-Context": base64.b64encode(text.encode()).decode()}) == (
            400,
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
        )
    else:
        assert context_of(text) is None


NO_BASE64 = ["x", "{}", "e30", "e30=\n", " ", "e30= x", "é", "\udcff", "=", "e3-_", "//8=", "/v8AewB9"]


@pytest.mark.parametrize("encoded", [*NO_BASE64, base64.b64encode("{}".encode("utf-16")).decode()])
def test_a_client_context_that_is_no_base64_of_utf8_is_refused(encoded: str) -> None:
    status, kind, message = refused({"X-Amz-Client-Context": encoded})
    assert (status, kind) == (400, "InvalidRequestContentException")
    assert message == "Client context must be a valid Base64-encoded JSON object."


def test_a_deep_client_context_is_refused_and_no_traceback() -> None:
    deep = base64.b64encode(b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}").decode()
    assert refused({"X-Amz-Client-Context": deep})[1] == "InvalidRequestContentException"


def test_the_size_of_a_client_context_is_lambda_s() -> None:
    fits = base64.b64encode(json.dumps({"a": "x" * 2674}).encode()).decode()
    assert len(fits) <= MAX_CLIENT_CONTEXT_BYTES < len(fits) + 4
    assert read_request({"X-Amz-Client-Context": fits}, {}).client_context
    assert "no larger than 3583 bytes" in refused({"X-Amz-Client-Context": fits + "AAAA"})[2]


def test_an_asynchronous_invocation_gets_no_client_context() -> None:
    headers = {"X-Amz-Client-Context": "e30=", "X-Amz-Invocation-Type": "Event"}
    assert read_request(headers, {}).client_context is None


@pytest.mark.parametrize("header", ["X-Amz-Invocation-Type", "X-Amz-Log-Type"])
@pytest.mark.parametrize("value", ["", "event", "tail", "Event ", "x\udcff", "Event, Event", "DryRun\t"])
def test_a_choice_that_is_none_is_refused(header: str, value: str) -> None:
    status, kind, message = refused({header: value})
    assert (status, kind) == (400, "InvalidParameterValueException")
    assert f"Value {value!a} at" in message
    assert "failed to satisfy constraint: Member must satisfy enum value set: [" in message


@pytest.mark.parametrize("qualifier", ["", "a b", "$X!", "é", "x" * 129, "a/b", "1\n"])
def test_what_can_be_no_qualifier_is_refused(qualifier: str) -> None:
    assert refused({}, {"Qualifier": qualifier})[1] == "InvalidParameterValueException"


@pytest.mark.parametrize("qualifier", ["$LATEST", "$LATEST.PUBLISHED", "prod", "7", "a-b_c", "x" * 128])
def test_every_version_and_alias_will_do(qualifier: str) -> None:
    assert read_request({}, {"Qualifier": qualifier}).invocation_type == "RequestResponse"


def test_a_tenant_id_is_refused_as_for_a_function_without_tenants() -> None:
    assert "not enabled with tenancy configuration" in refused({"X-Amz-Tenant-Id": "a"})[2]


def test_header_names_do_not_mind_case() -> None:
    assert read_request(Headers({"x-amz-log-type": "Tail"}), {}).wants_log


@pytest.mark.parametrize("body", [b"null", b"7", b'"a"', b" {} ", b'{"a": 1e999}', b"1" * 5000, b'"\\ud800"'])
def test_a_payload_is_passed_on_as_it_is(body: bytes) -> None:
    assert read_payload(body) == body


def test_no_payload_is_an_empty_event() -> None:
    assert read_payload(b"") == b"{}"


NO_JSON = [
    b"x",
    b"{",
    b"NaN",
    b"[Infinity]",
    b"-Infinity",
    b"\xff",
    b'"\xe9"',
    b"\xef\xbb\xbf{}",
    b" ",
    b"{}{}",
]


@pytest.mark.parametrize(
    "body", [*NO_JSON, "{}".encode("utf-16"), b"[" * 100_000, b"'a'", b'"\n"', b"{a: 1}"]
)
def test_a_payload_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedInvokeError, match="Could not parse request body into json: ") as caught:
        read_payload(body)
    assert (caught.value.status, caught.value.kind) == (400, "InvalidRequestContentException")


@pytest.mark.parametrize(("kind", "limit"), [("RequestResponse", 6_291_456), ("Event", 1_048_576)])
def test_the_size_of_a_payload_is_lambda_s(kind: str, limit: int) -> None:
    check_payload_size(limit, kind)
    with pytest.raises(RefusedInvokeError, match=f"smaller than {limit} bytes") as caught:
        check_payload_size(limit + 1, kind)
    assert (caught.value.status, caught.value.kind) == (413, "RequestTooLargeException")
