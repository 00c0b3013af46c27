"""Example requests and events, as they reach a function of a made-up network.

The data plane itself adds what the service adds, so that an example cannot drift from it.
"""

from __future__ import annotations

import json as json_module
from collections.abc import Iterable, Mapping
from typing import Any

from lattice_events.assumptions import DEFAULTS
from lattice_events.codec import encode_event
from lattice_events.codec.service_side import EventVersion, parse_version
from lattice_events.headers import Headers, find_uncarried, is_token
from lattice_events.identity import Identity
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Forward, Source
from lattice_events.network.model import (
    ForwardAction,
    LambdaTarget,
    Listener,
    Network,
    Service,
    ServiceNetwork,
    TargetGroup,
    WeightedTargetGroup,
    generated_domain_name,
    make_id,
)
from lattice_events.request import Request

REGION = "us-west-2"
ACCOUNT = "123456789012"
_ARN = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}"
_VPC_ARN = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{make_id('vpc', 'tests')}"
_TIME_EPOCH_US = 1_790_935_900_260_914
_ABSENT: Any = object()

# Who may call, by a short name. Roles Anywhere is a role session whose certificate is told too.
CALLERS: Mapping[str, Identity] = {
    "anonymous": Identity(),
    "role": Identity(
        type="AWS_IAM",
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/caller/session",
        principal_org_id="o-50dc6c495c0c9188",
        session_name="session",
    ),
    "roles-anywhere": Identity(
        type="AWS_IAM",
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/device/session",
        session_name="session",
        x509_issuer_ou="devices",
        x509_san_dns="device.example.com",
        x509_san_name_cn="device",
        x509_san_uri="spiffe://example.com/device",
        x509_subject_cn="device",
    ),
}


def _network() -> Network:
    """A network with one service and one function."""
    service_id = make_id("svc", "service")
    group = TargetGroup(
        name="function",
        arn=f"{_ARN}:targetgroup/{make_id('tg', 'function')}",
        type="LAMBDA",
        targets=(LambdaTarget(function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:function"),),
    )
    listener = Listener(
        name="https-443",
        arn=f"{_ARN}:service/{service_id}/listener/{make_id('listener', 'service')}",
        protocol="HTTPS",
        port=443,
        default_action=ForwardAction(target_groups=(WeightedTargetGroup(target_group_arn=group.arn),)),
    )
    service = Service(
        name="service",
        arn=f"{_ARN}:service/{service_id}",
        domain_name=generated_domain_name("service", service_id, REGION),
        listeners=(listener,),
        service_network_arns=(f"{_ARN}:servicenetwork/{make_id('sn', 'tests')}",),
    )
    network = ServiceNetwork(name="tests", arn=service.service_network_arns[0])
    return Network(
        region=REGION,
        account=ACCOUNT,
        service_networks=(network,),
        services=(service,),
        target_groups=(group,),
    )


_NETWORK = _network()
HeadersToSend = Mapping[str, str] | Mapping[str, Iterable[str]] | Iterable[tuple[str, str]] | None


def make_request(
    request: str = "GET /",
    *,
    headers: HeadersToSend = (),
    body: str | bytes | None = None,
    json: Any = _ABSENT,
    caller: str | Identity = "anonymous",
    time_epoch_us: int = _TIME_EPOCH_US,
) -> Request:
    """A request as it reaches a function, with every header and fact that the service adds.

    Args:
        request: ``METHOD PATH?QUERY``, as on the request line.
        headers: A mapping, whose values may be lists, or pairs, which may repeat a name.
        body: Bytes, or text that becomes UTF-8.
        json: A value to send as JSON instead, with its content type.
        caller: One of `CALLERS`, or an `Identity`.
        time_epoch_us: When the service took it; fixed, so that tests repeat.

    Raises:
        ValueError: The request line is not of that form, the caller is unknown, a header is none that
            HTTP carries, or there are `body` and `json`.
        TypeError: The headers or the body are of another type.
    """
    method, target = _split_line(request)
    path, mark, query_string = target.partition("?")
    given = parse_headers(headers)
    if json is not _ABSENT:
        if body:
            raise ValueError("A request has one body: give body= or json=, not both.")
        body = json_module.dumps(json)
        given = (
            given if "content-type" in given else given.with_items((("content-type", "application/json"),))
        )
    data = to_bytes(body, otherwise="For JSON, give json=…")
    if data and "content-length" not in given:
        given = given.with_items((("content-length", str(len(data))),))  # as clients do
    host = _NETWORK.services[0].domain_name
    sent = Request(
        method=method,
        path=path,
        query_string=query_string,
        bare_query=bool(mark) and not query_string,
        headers=Headers((("host", host), *given.without("host").items())),
    )
    decision = plan(
        _NETWORK,
        sent,
        source=Source(address="10.0.0.7", port=443, vpc_arn=_VPC_ARN),
        credentials={},
        fresh_request_id="9f3c1b0e-2f6d-4a35-8f0b-6f3f0f0a7c11",
        now_us=time_epoch_us,
        roll=0.0,
        turn={},
        health={},
        assumptions=DEFAULTS,
    )
    if not isinstance(decision, Forward):
        raise ValueError(f"VPC Lattice would not forward this request: {decision.reason}.")  # noqa: TRY004 - a bad value
    identity = _identity(caller).replace(source_vpc_arn=_VPC_ARN)
    return decision.request.replace(body=data, identity=identity)


def _split_line(request: Any) -> tuple[str, str]:
    """Method and target of a request line without its version."""
    line: Any = str(request)
    method, _, target = line.partition(" ")
    if not is_token(method) or not target.startswith("/") or "#" in target or len(target.split()) != 1:
        raise ValueError(
            f"A request must be 'METHOD /path?query', such as 'GET /orders/7?x=1', not {request!r}: "
            "no host, no #fragment, no HTTP/1.1 behind it, and a space is written %20."
        )
    return method, target


def parse_headers(headers: HeadersToSend) -> Headers:
    """Headers as a test writes them: a mapping, whose values may be lists, or pairs; ``None`` is none.

    Raises:
        ValueError: A name or a value is none that HTTP carries.
        TypeError: They are of another type.
    """
    written: Any = () if headers is None else headers
    if hasattr(written, "items"):
        written = written.items()
    try:
        pairs = [(name, value) for name, value in written]
    except (TypeError, ValueError):  # a text, or something else that holds no pairs
        raise TypeError(f"headers must be a mapping or pairs, not {type(headers).__name__}.") from None
    return Headers([(name, text) for name, value in pairs for text in _texts(name, value)])


def _texts(name: Any, value: object) -> list[str]:
    """The values of a header."""
    if not is_token(name):
        raise ValueError(f"{name!r} is not a header name.")
    texts: list[Any] = [*value] if isinstance(value, (list, tuple)) else [value]
    for text in texts:
        if not isinstance(text, str):
            raise TypeError(f"The header {name} must be text, not {type(text).__name__}.")
        if uncarried := find_uncarried(text):
            raise ValueError(f"The header {name} holds {uncarried}, which HTTP does not carry.")
    return texts


def to_bytes(body: object, *, otherwise: str) -> bytes:
    """A body as a test writes it: text becomes UTF-8, ``None`` is none.

    Args:
        body: To send.
        otherwise: What to do with a body of another type; part of the error.

    Raises:
        TypeError: It is of another type.
    """
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    raise TypeError(f"A body must be text or bytes, not {type(body).__name__}. {otherwise}")


def _identity(caller: str | Identity) -> Identity:
    """A caller by short name."""
    if isinstance(caller, Identity):
        return caller
    if caller not in CALLERS:
        raise ValueError(f"The caller must be one of {', '.join(CALLERS)} or an Identity, not {caller!r}.")
    return CALLERS[caller]


def make_event(request: str = "GET /", *, version: EventVersion = "V2", **parts: Any) -> dict[str, Any]:
    """The event that VPC Lattice would invoke a function with.

    Args:
        request: ``METHOD PATH?QUERY``, as on the request line.
        version: The event structure version of the target group.
        **parts: ``headers``, ``body``, ``json``, ``caller``: see `make_request`.

    Raises:
        ValueError: There is no such version, or see `make_request`.
    """
    return encode_event(make_request(request, **parts), version=parse_version(version))
