"""URLs as they are sent, and Regions from host names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.sigv4 import encode_url, region_of_host
from tests.conftest import examples


@pytest.mark.parametrize(
    ("given_url", "sent"),
    [
        ("https://h/?q=a+b", "https://h/?q=a%20b"),
        ("https://h/?q=a%2Bb", "https://h/?q=a%2Bb"),
        ("https://h/?f=a=b", "https://h/?f=a%3Db"),
        ("https://h/?t=10:30,a@b", "https://h/?t=10%3A30%2Ca%40b"),
        ("https://h/?flag&a=1&a=2&&", "https://h/?flag&a=1&a=2"),
        ("https://h/café", "https://h/caf%C3%A9"),
        ("https://h/a%2fb%20c", "https://h/a%2Fb%20c"),
        ("https://h/100%", "https://h/100%25"),
        ("https://h/a b:c@d", "https://h/a%20b:c@d"),
        ("https://h//a/./b/../c/", "https://h/a/c/"),
        ("https://h", "https://h/"),
        ("https://h:8080/a#fragment", "https://h:8080/a"),
    ],
)
def test_a_url_is_written_in_the_one_encoding(given_url: str, sent: str) -> None:
    assert encode_url(given_url) == sent


@examples(5_000)
@given(st.text("abé%+ =&?#/.:@,\u3042~", max_size=20))
def test_encoding_twice_changes_nothing_and_leaves_ascii(rest: str) -> None:
    once = encode_url(f"https://h/{rest}")

    assert once.isascii()
    assert encode_url(once) == once


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws", "us-east-1"),
        ("FOO.7D67968.VPC-LATTICE-SVCS.EU-WEST-1.ON.AWS", "eu-west-1"),
        ("foo.vpc-lattice-svcs.us-east-1.on.aws.evil.example", None),
        ("foovpc-lattice-svcs.us-east-1.on.aws", None),
        ("vpc-lattice-svcs.us-east-1.on.aws", None),
        ("foo.vpc-lattice-svcs.us-east-1.on.aws\n", None),
        ("example.com", None),
        ("", None),
    ],
)
def test_the_region_stands_in_a_generated_name_only(host: str, region: str | None) -> None:
    assert region_of_host(host) == region
