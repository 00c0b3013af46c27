"""What is secret in a message, said once."""

from __future__ import annotations

import pytest

from lattice_events.redaction import hide_headers, hide_in_canonical, hide_in_query, hide_in_text

QUERY = (
    "a=1&X-Amz-Signature=abc&X-Amz-Security-Token=t%2Fo&X-Amz-Credential=K%2F1&X-Amz-Date=2&b=X-Amz-Signature"
)


def test_secret_headers_are_hidden_in_whatever_case() -> None:
    pairs = [("Authorization", "AWS4 x"), ("COOKIE", "a=b"), ("Accept", "*/*"), ("x-amz-date", "2026")]

    assert hide_headers(pairs) == [
        ("Authorization", "…"),
        ("COOKIE", "…"),
        ("Accept", "*/*"),
        ("x-amz-date", "2026"),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            QUERY,
            "a=1&X-Amz-Signature=…&X-Amz-Security-Token=…&X-Amz-Credential=…&X-Amz-Date=2&b=X-Amz-Signature",
        ),
        ("/p?x-amz-signature=a'b \"c", "/p?x-amz-signature=…"),
        ("my-X-Amz-Signature=kept", "my-X-Amz-Signature=kept"),
        ("", ""),
    ],
)
def test_a_query_string_keeps_all_but_secrets(given: str, expected: str) -> None:
    assert hide_in_query(given) == expected


def test_a_text_around_a_signed_url_stays() -> None:
    text = 'GET "https://h/?X-Amz-Signature=abc" failed, and so did https://h/?X-Amz-Security-Token=t&b=2'

    assert hide_in_text(text) == (
        'GET "https://h/?X-Amz-Signature=…" failed, and so did https://h/?X-Amz-Security-Token=…&b=2'
    )


def test_a_canonical_request_keeps_its_lines() -> None:
    canonical = "GET\n/\nX-Amz-Security-Token=t&a=1\ncookie:a=b\nhost:h\nx-amz-security-token:t\n\ncookie;host\nUNSIGNED"

    assert hide_in_canonical(canonical) == (
        "GET\n/\nX-Amz-Security-Token=…&a=1\ncookie:…\nhost:h\nx-amz-security-token:…\n\ncookie;host\nUNSIGNED"
    )
