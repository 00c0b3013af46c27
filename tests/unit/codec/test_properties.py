"""What holds for every request and every event."""

from __future__ import annotations

import copy
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lattice_events import (
    Headers,
    Identity,
    Request,
    Response,
    decode_event,
    decode_response,
    encode_event,
    encode_response,
)
from lattice_events.errors import EventError, LatticeError, ResponseError
from tests.conftest import examples
from tests.files import load_event

TOKEN = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=8)
LINE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12)
# What a header's value may hold: no control characters but the tab (RFC 9110 §5.5).
VALUE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\t\x80\x9f"), max_size=12
)
MAYBE = st.none() | st.text("abcdefg:/-", max_size=12)
TARGET_CHARS = "abcXYZ019-._~%/:@!$'()*+,;="

IDENTITIES = st.builds(Identity, **dict.fromkeys(Identity.fields(), MAYBE))
REQUESTS = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST", "PATCH", "BREW"]),
    path=st.text(TARGET_CHARS, max_size=20).map(lambda path: f"/{path}"),
    query_string=st.text(TARGET_CHARS + "&?", max_size=20),
    headers=st.lists(st.tuples(TOKEN, LINE), max_size=5).map(Headers),
    body=st.binary(max_size=40) | st.text(max_size=20).map(str.encode),
    identity=IDENTITIES,
    service_arn=MAYBE,
    service_network_arn=MAYBE,
    target_group_arn=MAYBE,
    region=MAYBE,
    time_epoch_us=st.none() | st.integers(0, 253_402_300_799_999_999),
    request_id=st.text("abc123", min_size=1, max_size=8),
    event_version=st.just("V2"),
)


@examples(10_000)
@given(REQUESTS)
def test_every_request_survives_v2(request: Request) -> None:
    assert decode_event(encode_event(request)) == request


def v1_losses(request: Request) -> Request:
    """The request as V1 can carry it."""
    identity = request.identity
    if identity.is_anonymous:
        # No identity header for an anonymous caller (facts: dataplane §2.2); the VPC has a header of its own.
        identity = Identity(source_vpc_arn=identity.source_vpc_arn)
    else:
        # What is not known is written empty (observed 2026, lambda-event-router).
        always = ("principal_org_id", "principal_org_paths", "session_name", "type")
        identity = identity.replace(**{name: getattr(identity, name) or "" for name in always})
    added = encode_event(Request(identity=identity), version="V1")["headers"]
    return request.replace(
        # One text a name: repeated headers are joined with "," (observed, lambda-event-router).
        headers=Headers(
            (name, ",".join(values)) for name, values in request.headers.to_lists().items()
        ).with_items(added.items()),
        identity=identity,
        # V1 has no request context: no ARNs, Region or time
        # (https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html).
        service_arn=None,
        service_network_arn=None,
        target_group_arn=None,
        region=None,
        time_epoch_us=None,
        event_version="V1",
    )


@examples(10_000)
@given(REQUESTS)
def test_v1_loses_what_it_is_known_to_lose(request: Request) -> None:
    assert decode_event(encode_event(request, version="V1")) == v1_losses(request)


@examples(10_000)
@given(
    st.builds(
        Response,
        st.integers(200, 599),
        headers=st.dictionaries(TOKEN.map(lambda name: f"x{name}"), VALUE, max_size=4),
        body=st.binary(max_size=40) | st.text(max_size=20).map(str.encode),
    ),
    st.lists(VALUE, max_size=3),
)
def test_every_response_survives(response: Response, cookies: list[str]) -> None:
    response = response.replace(
        headers=Headers((*response.headers.items(), *(("set-cookie", each) for each in cookies)))
    )

    carried = response.replace(body=b"") if response.status in (204, 205, 304) else response
    assert decode_response(encode_response(response)) == carried


@examples(5_000)
@given(st.text(max_size=6), st.text(max_size=6))
def test_encoder_and_decoder_refuse_the_same_headers(name: str, value: str) -> None:
    written = {"statusCode": 200, "headers": {name: value}}
    outcomes = []
    for work in (
        lambda: encode_response(Response(200, headers=[(name, value)])),
        lambda: decode_response(written),
    ):
        try:
            work()
            outcomes.append(True)
        except ResponseError:
            outcomes.append(False)
    assert outcomes[0] is outcomes[1]


STRANGE: tuple[Any, ...] = (
    None,
    True,
    7,
    1.5,
    "text",
    "",
    [],
    ["a"],
    [None],
    {},
    {"a": None},
    "\ud800",
    10**30,
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every field of an event."""
    found = []
    for key, inner in value.items() if isinstance(value, dict) else ():
        found += [(*path, key), *paths_of(inner, (*path, key))]
    return found


def mutate(event: dict[str, Any], draw: random.Random) -> None:
    """Drop, retype, nest, null or rename one field."""
    paths = paths_of(event)
    if not paths:
        return
    *parents, last = draw.choice(paths)
    inner = event
    for key in parents:
        inner = inner[key]
    match draw.randrange(5):
        case 0:
            del inner[last]
        case 1:
            inner[last] = copy.deepcopy(draw.choice(STRANGE))
        case 2:
            inner[last] = {"nested": inner[last]}
        case 3:
            inner[last] = None
        case _:
            inner[f"{last}x"] = inner.pop(last)


def is_recognizable(event: dict[str, Any]) -> bool:
    """Whether it still says that it comes from VPC Lattice."""
    context = event.get("requestContext")
    if isinstance(context, dict):
        return any(name in context for name in ("serviceArn", "serviceNetworkArn", "targetGroupArn"))
    return "raw_path" in event


def test_a_mutated_event_is_a_request_or_an_event_error() -> None:
    recognized: list[bool] = []

    @examples(10_000)
    @given(st.sampled_from(["v1", "v2"]), st.randoms(use_true_random=False), st.integers(1, 3))
    def check(version: str, draw: random.Random, count: int) -> None:
        event = load_event(version)
        for _ in range(count):
            mutate(event, draw)
        recognized.append(is_recognizable(event))
        try:
            request = decode_event(event)
        except EventError as error:
            assert str(error)
        else:
            # What decodes can be used: no accessor of it fails in another way.
            _ = request.query, request.time, request.source_ip, request.target, repr(request)

    check()
    print(f"{sum(recognized)} of {len(recognized)} mutated events were still recognizable")
    assert sum(recognized) >= 0.8 * len(recognized)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
RETURNED = st.fixed_dictionaries(
    {},
    optional={
        "statusCode": st.just(200) | JSON,
        "headers": st.dictionaries(TOKEN, LINE | JSON, max_size=2) | JSON,
        "body": st.text(max_size=8) | JSON,
        "isBase64Encoded": st.booleans() | JSON,
        "cookies": st.lists(LINE, max_size=2) | JSON,
    },
)


@examples(5_000)
@given(RETURNED | JSON)
def test_whatever_a_function_returns_is_a_response_or_a_response_error(returned: object) -> None:
    try:
        response = decode_response(returned)
    except LatticeError as error:
        assert str(error)
    else:
        assert 200 <= response.status <= 599
