"""Certificates for names that clients ask for, odd ones too."""

from __future__ import annotations

import ssl
import sys
from typing import Any

import pytest
from cryptography import x509

from lattice_events.local.gateway import tls
from lattice_events.local.gateway.tls import RunAuthority, quiet_names
from tests.networks import network, service, snapshot

AUTHORITY = RunAuthority()
DOMAIN = "vpc-lattice-svcs.us-east-1.on.aws"
SERVICES = snapshot(network(service("play"), service("orders", custom_domain_name="orders.example")))


def hello_to(context: ssl.SSLContext, name: str, raw_name: bytes = b"") -> list[str]:
    """The names of the certificate that a client gets which asks for a name; raw bytes may replace that."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_context = ssl.create_default_context()
    client_context.check_hostname = False
    client_context.verify_mode = ssl.CERT_NONE
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    from_client, out = ssl.MemoryBIO(), to_client
    server = context.wrap_bio(from_client, out, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
            from_client.write(to_server.read().replace(name.encode(), raw_name or name.encode()))
    der = client.getpeercert(binary_form=True)
    assert der
    names = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    return [str(each.value) for each in names.value]


@pytest.fixture
def context() -> ssl.SSLContext:
    return AUTHORITY.context_by_name(SERVICES.has_host)


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (f"play-1.{DOMAIN}", f"play-1.{DOMAIN}"),
        (f"PLAY-1.{DOMAIN.upper()}", f"play-1.{DOMAIN}"),
        (f"any.{DOMAIN}", f"any.{DOMAIN}"),
        ("orders.example", "orders.example"),
        ("play.localhost", "play.localhost"),
        ("*.localhost", "*.localhost"),
        ("xn--mnchen-3ya.localhost", "xn--mnchen-3ya.localhost"),
        ("other.example", "localhost"),
        ("127.0.0.2", "localhost"),
        ("a_b.localhost", "localhost"),
        (f"a_b.{DOMAIN}", "localhost"),
        ("a b.localhost", "localhost"),
        ("-.localhost", "localhost"),
        ("a-.localhost", "localhost"),
        ("xn--a.localhost", "localhost"),
        ("a\tb.localhost", "localhost"),
        ("[x].localhost", "localhost"),
        ("a/b.localhost", "localhost"),
        ("'.localhost", "localhost"),
        ("a" * 63 + ".localhost", "a" * 63 + ".localhost"),
        (".".join(["a" * 40] * 5) + ".localhost", ".".join(["a" * 40] * 5) + ".localhost"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_every_name_gets_a_certificate(context: ssl.SSLContext, asked: str, got: str) -> None:
    assert hello_to(context, asked) == [got]


@pytest.mark.parametrize("raw", [b"\xc3\xa9.localhost", b"\xff\xff.localhost"])
def test_a_name_that_is_no_ascii_is_refused_without_a_word(
    context: ssl.SSLContext, raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    with quiet_names(), pytest.raises(ssl.SSLError, match="callback failed"):
        hello_to(context, "qq.localhost", raw)
    assert said == []
    assert sys.unraisablehook == said.append


def test_other_failures_that_nobody_can_catch_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: said.append(unraisable.exc_type))

    class Falling:
        def __del__(self) -> None:
            raise KeyError

    with quiet_names():
        Falling()
    assert said == [KeyError]


def test_many_names_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "_MAX_CONTEXTS", 3)
    authority = RunAuthority()
    known = authority.context_for("localhost")
    for number in range(6):
        authority.context_for(f"{number}.localhost")
    assert len(authority._contexts) == 3
    assert authority.context_for("localhost") is known
