"""The way out of the local network."""

from __future__ import annotations

import asyncio
import base64

import pytest

from lattice_events.local.outside.access import Refusal, caller_of, chained_proxy, forbidden_address, resolve

TOKENS = {"hello": "token", "a:b": "other"}


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "caller"),
    [
        (basic("hello:token"), "hello"),
        (basic("hello:token").replace("Basic", "basic"), "hello"),
        (basic("a%3Ab:other"), "a:b"),
        (basic("a:b:other"), "a:b"),
        (basic("hello:wrong"), None),
        (basic("nobody:token"), None),
        (basic("hello"), None),
        ("Basic %%%", None),
        ("Basic /w==", None),
        ("Bearer token", None),
        (None, None),
    ],
)
def test_a_token_names_its_caller(header: str | None, caller: str | None) -> None:
    assert caller_of(header, TOKENS) == caller


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "::ffff:169.254.169.254",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "0.0.0.0",
        "::",
        "2002:a9fe:a9fe::",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_addresses_that_hand_out_secrets_are_forbidden(address: str) -> None:
    assert forbidden_address(address)


@pytest.mark.parametrize("address", ["127.0.0.2", "10.0.0.1", "93.184.216.34", "::1", "fd00:ec3::1"])
def test_other_addresses_are_not(address: str) -> None:
    assert not forbidden_address(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::ffff:127.0.0.1"])
def test_our_own_ports_are_refused_by_whatever_name(host: str) -> None:
    refusal = asyncio.run(resolve(host, 8480, own_ports={8480}))

    assert isinstance(refusal, Refusal)
    assert refusal.status == 403


def test_another_port_of_this_machine_is_fine() -> None:
    assert asyncio.run(resolve("127.0.0.1", 3000, own_ports={8480})) == "127.0.0.1"


def test_a_name_that_is_none_is_a_502() -> None:
    refusal = asyncio.run(resolve("no-such-name.invalid", 80, own_ports=set()))

    assert isinstance(refusal, Refusal)
    assert refusal.status == 502


@pytest.mark.parametrize(
    ("shell", "proxy"),
    [
        ({}, None),
        ({"https_proxy": "http://p:1"}, "http://p:1"),
        ({"HTTPS_PROXY": "p:1"}, "http://p:1"),
        ({"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ({"https_proxy": "http://p:1", "no_proxy": "example.com"}, None),
        ({"http_proxy": "http://p:1"}, None),
    ],
)
def test_the_shell_s_proxy_is_chained(shell: dict[str, str], proxy: str | None) -> None:
    assert chained_proxy("https", "a.example.com", shell) == proxy
