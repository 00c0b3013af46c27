"""Who called, from V2 contexts and V1 headers."""

from __future__ import annotations

import pytest

from lattice_events import Identity
from lattice_events.identity import (
    format_pairs,
    identity_from_context,
    identity_from_headers,
    identity_to_context,
    identity_to_headers,
    parse_pairs,
)
from tests.files import load_event

ROLE = "arn:aws:sts::123456789012:assumed-role/R/S"


def test_every_documented_key_of_a_context_is_read() -> None:
    context = load_event("v2")["requestContext"]["identity"]

    identity = identity_from_context(context)

    assert identity_to_context(identity) == context
    assert identity.x509_subject_cn == "client"
    assert identity.source_vpc == "vpc-0b8276c84697e7339"
    assert not identity.is_anonymous


def test_the_documented_spelling_wins_over_a_variant() -> None:
    both = {"X509SubjectCn": "variant", "x509SubjectCn": "documented", "principalOrgId": "o-1", "new": "key"}

    assert identity_from_context(both) == Identity(x509_subject_cn="documented", principal_org_id="o-1")
    reversed_order = dict(reversed(both.items()))
    assert identity_from_context(reversed_order).x509_subject_cn == "documented"


def test_absent_is_not_empty() -> None:
    identity = identity_from_headers(f"Principal={ROLE}; PrincipalOrgID=", None)

    assert identity.principal_org_id == ""
    assert identity.session_name is None
    assert identity.source_vpc is None


def test_header_pairs_take_any_order_blanks_and_escapes() -> None:
    assert parse_pairs(r"a=1;b=2\;3 ;  c= ; d") == {"a": "1", "b": "2;3", "c": ""}


SPOOFED = "Principal=arn:aws:sts::123456789012:assumed-role/admin/S"


@pytest.mark.parametrize(
    ("identity", "network"),
    [
        pytest.param(f"Principal={ROLE}; X509Subject/CN=x; {SPOOFED}", "SourceVpcArn=arn:v", id="behind"),
        pytest.param(f"Principal={ROLE}; {SPOOFED}", "SourceVpcArn=arn:v", id="beside"),
        pytest.param(f"Principal={ROLE}", f"SourceVpcArn=arn:v; {SPOOFED}; SourceVpcArn=w", id="network"),
        pytest.param(f"Principal={ROLE}; SourceVpcArn=arn:w", "SourceVpcArn=arn:v", id="VPC"),
        pytest.param(rf"Principal={ROLE}; X509Subject/CN=x\; {SPOOFED}", "SourceVpcArn=arn:v", id="escaped"),
        pytest.param(rf"Principal={ROLE}; X509Subject/CN=x\\; {SPOOFED}", "SourceVpcArn=arn:v", id="twice"),
    ],
)
def test_what_stands_behind_never_replaces_the_caller(identity: str, network: str) -> None:
    known = identity_from_headers(identity, network)

    assert known.principal == ROLE
    assert known.source_vpc_arn == "arn:v"


def test_the_first_spelling_of_a_field_counts() -> None:
    known = identity_from_headers("PrincipalOrgPaths=o-1/r-1/; PrincipalOrgPath=o-2/r-2/", None)

    assert known == Identity(principal_org_paths="o-1/r-1/")


@pytest.mark.parametrize("value", ["x\\", "x\\\\", "\\", "a;b\\", "a\\;b", ";", "\\;", "", "a=b; Type=c"])
def test_every_value_survives_between_others_and_last(value: str) -> None:
    pairs = [("first", value), ("second", "s"), ("last", value)]

    assert parse_pairs(format_pairs(pairs)) == dict(pairs)


def test_an_unknown_key_of_a_header_is_left_out() -> None:
    assert identity_from_headers("Principal=p; New=key", None) == Identity(principal="p")


def test_headers_have_the_form_seen_on_the_service() -> None:
    identity = Identity(principal=ROLE, session_name="S", type="AWS_IAM", source_vpc_arn="arn:v")

    assert identity_to_headers(identity, empty_fields=True) == [
        (
            "x-amzn-lattice-identity",
            f"Principal={ROLE}; PrincipalOrgID=; PrincipalOrgPaths=; SessionName=S; Type=AWS_IAM",
        ),
        ("x-amzn-lattice-network", "SourceVpcArn=arn:v"),
    ]
    assert (
        identity_to_headers(identity, empty_fields=False)[0][1]
        == f"Principal={ROLE}; SessionName=S; Type=AWS_IAM"
    )


def test_headers_survive_the_round_trip() -> None:
    identity = Identity(principal="p;q", x509_san_uri="u", source_vpc_arn="arn:v")

    first, second = identity_to_headers(identity, empty_fields=False)

    assert identity_from_headers(first[1], second[1]) == identity


def test_an_anonymous_caller_has_no_identity_header() -> None:
    assert identity_to_headers(Identity(), empty_fields=True) == []
