"""A request that is made up, and what would happen to it: signed as a caller, decided, described."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import click

from lattice_events.cli.known import find_principal, find_services
from lattice_events.client.scope import split_url
from lattice_events.headers import Headers
from lattice_events.network.authentication import KnownKey
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Decision, Source
from lattice_events.network.explanation import describe
from lattice_events.network.graph import ANONYMOUS
from lattice_events.network.model import Network, Principal
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.settings.callers import vpc_arn
from lattice_events.request import Request
from lattice_events.sigv4 import Credentials, is_signed, sign_lattice

_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))  # what a request line can carry; clients encode the rest
_KEY = Credentials(access_key_id="LATTICEEXPLAIN", secret_access_key="made-up", session_token="made-up")  # noqa: S106


class Asked(NamedTuple):
    """A request that nobody sent.

    Attributes:
        method: In capitals.
        url: Or ``SERVICE/PATH``.
        headers: Names and values.
        caller: A name or an ARN.
        from_vpc: Id or ARN of the caller's VPC; empty for the one that is known.
    """

    method: str
    url: str
    headers: list[tuple[str, str]]
    caller: str = ANONYMOUS.name
    from_vpc: str = ""


def read_definitions(paths: tuple[Path, ...], options: ReadOptions) -> Project:
    """What the paths define, though no function can run here and no target is known.

    Raises:
        ConfigurationError: The sources are not usable.
    """
    return load_project(
        paths,
        replace(options, runs_functions=False, runs_targets=False),
        allocate=lambda _name, _settings: "http://127.0.0.1:$PORT",
    )


def explained(project: Project, asked: Asked, *, caller_option: str) -> dict[str, Any]:
    """What would happen, by `describe`, with the request in words as `request`.

    Args:
        project: What is defined.
        asked: The request.
        caller_option: With which the caller was named.

    Raises:
        ConfigurationError: There is no such service, or no such caller.
        click.UsageError: The URL is none.
    """
    network = project.network
    request, port = _request(network, asked.method, asked.url, asked.headers)
    principal = (
        None
        if asked.caller == ANONYMOUS.name
        else find_principal(network, asked.caller, option=caller_option)
    )
    decision = _decide(project, request, port, principal, asked.from_vpc)
    title = f"{request.method} {request.headers.get('host')}{request.target} as {asked.caller}"
    return {"request": title, **describe(decision, network, project.settings.assumptions)}


def _request(network: Network, method: str, url: str, headers: list[tuple[str, str]]) -> tuple[Request, int]:
    """The request to a URL, or to a service by its name, and the port that it comes to."""
    if "://" not in url:
        url = _service_url(network, url)
    parts = split_url(url)
    if parts is None:
        raise click.UsageError(f"{url} is neither an http or https URL nor SERVICE/PATH.")
    port, name = parts.port or (80 if parts.scheme == "http" else 443), parts.hostname or ""
    if name.endswith(".localhost"):  # as lattice dev prints it
        name = name.removesuffix(".localhost")
        return _request(network, method, f"{name}{url.partition(parts.netloc)[2]}", headers)
    host = name + ("" if port in (80, 443) else f":{port}")
    request = Request(
        method=method,
        path=_encode(parts.path or "/"),
        query_string=_encode(parts.query),
        headers=Headers((("host", host), *headers)),
    )
    return request, port


def _service_url(network: Network, text: str) -> str:
    """The URL behind ``SERVICE/PATH``: by its HTTPS listener, or the HTTP one."""
    name, slash, path = text.partition("/")
    service = find_services(network, name)[0]
    listeners = sorted(service.listeners, key=lambda each: each.protocol != "HTTPS")
    scheme, port = (listeners[0].protocol.lower(), listeners[0].port) if listeners else ("https", 443)
    return f"{scheme}://{service.domain_name}:{port}{slash}{path}"


def _encode(text: str) -> str:
    """What a client would send; bytes of the shell that are no UTF-8 stay what they are."""
    return quote(text, safe=_VISIBLE, errors="surrogateescape")


def _decide(
    project: Project, request: Request, port: int, principal: Principal | None, from_vpc: str
) -> Decision:
    """Sign as the caller, with credentials that are made up here and known here, and plan."""
    network = project.network
    default_vpc = project.default_vpc_arn
    if from_vpc:
        default_vpc = vpc_arn(from_vpc, region=network.region, account=network.account)
        principal = principal and replace(principal, vpc_arn=default_vpc)
    now_us = time.time_ns() // 1000
    if principal is not None and not is_signed(request):
        service = network.find_service(request.headers["host"].partition(":")[0])
        request = _signed(request, service.region if service else network.region, port, now_us)
    return plan(
        network,
        request,
        source=Source(address="127.0.0.1", port=port, vpc_arn=default_vpc, principal=principal),
        credentials={_KEY.access_key_id: KnownKey(credentials=_KEY, principal=principal)},
        fresh_request_id="00000000-0000-4000-8000-000000000000",
        now_us=now_us,
        roll=0.0,
        turn={},
        health={},
        assumptions=project.settings.assumptions,
    )


def _signed(request: Request, region: str, port: int, now_us: int) -> Request:
    """The request with the signature that a client would send."""
    host = request.headers["host"]
    signed = sign_lattice(
        request.method,
        f"{'http' if port == 80 else 'https'}://{host}{request.target}",
        headers=[pair for pair in request.headers.items() if pair[0].lower() != "host"],
        credentials=_KEY,
        region=region,
        now=datetime.fromtimestamp(now_us / 1_000_000, UTC),
    )
    return request.replace(
        headers=Headers((("host", host), *(p for p in signed.headers if p[0].lower() != "host")))
    )
