"""Requests that were changed at random: each gets an answer that the model allows, or changes nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import given
from hypothesis import strategies as st

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.answers import encode_answer, encode_error
from lattice_events.cloud.model.constraints import problems
from lattice_events.cloud.model.requests import parse_request
from lattice_events.cloud.model.service import service
from lattice_events.control_plane.to_network import to_network
from tests.cloud_shapes import OPERATIONS, inputs
from tests.cloud_wire import REQUEST_ID
from tests.conftest import examples
from tests.unit.cloud.operations.client import HERE
from tests.unit.cloud.test_every_operation import Stage, fitting

STAGE = Stage()
INPUTS = {operation: list(inputs(operation, given=STAGE.given())) for operation in OPERATIONS}
ARNS = [arn for kept in vars(STAGE.client.records).values() for arn in kept]
WORDS = [
    "AWS_IAM",
    "HTTP",
    "HTTPS",
    "TLS_PASSTHROUGH",
    "TCP",
    "LAMBDA",
    "IP",
    "ALB",
    "INSTANCE",
    "HTTP2",
    "GRPC",
    "/",
    "",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 2, 80, 65535, 404, 500]),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([*ARNS, *(arn.rpartition("/")[2] for arn in ARNS), *WORDS]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The place of everything inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from paths(item, (*path, key))


@st.composite
def changed_inputs(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An operation, and an input of it of which up to three values are others or gone."""
    operation = draw(st.sampled_from(OPERATIONS))
    params = copy.deepcopy(fitting(operation, draw(st.sampled_from(INPUTS[operation])), STAGE))
    for _ in range(draw(st.integers(0, 3))):
        places = list(paths(params))
        if places:
            _change(draw, params, draw(st.sampled_from(places)))
    return operation, params


def _change(draw: st.DrawFn, params: Any, path: Path) -> None:
    for key in path[:-1]:
        params = params[key]
    if draw(st.integers(0, 3)):
        params[path[-1]] = draw(VALUES)
    else:
        del params[path[-1]]


def sent(operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """A request as a careless client writes it."""
    model = service().operation_model(operation)
    by_place: dict[str | None, dict[str, Any]] = {"uri": {}, "querystring": {}, None: {}}
    for name, value in params.items():
        by_place[model.input_shape.members[name].serialization.get("location")][name] = value
    path = model.http["requestUri"]
    for name, value in by_place["uri"].items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe="", errors="surrogatepass"))
    query = urlencode(by_place["querystring"], doseq=True, errors="surrogatepass")
    return {
        "method": model.http["method"],
        "path": path,
        "query": query,
        "headers": {},
        "body": json.dumps(by_place[None]).encode(),
    }


@examples(2000)
@given(changed_inputs())
def test_changed_request_gets_a_valid_answer_or_changes_nothing(changed: tuple[str, dict[str, Any]]) -> None:
    control_plane, before = STAGE.client.control_plane, STAGE.client.records
    try:
        operation, params = parse_request(**sent(*changed))
        answer = encode_answer(
            operation, control_plane.call(operation, params, where=HERE), request_id=REQUEST_ID
        )
        to_network(control_plane.records)
        shape = service().operation_model(operation).output_shape
        assert list(problems(shape, json.loads(answer.body or b"{}"))) == []
    except ApiError as error:
        assert control_plane.records is before
        refused = encode_error(error, request_id=REQUEST_ID)
        assert (400 <= refused.status < 500, json.loads(refused.body)["message"]) == (True, error.message)
    finally:
        control_plane.records = before
