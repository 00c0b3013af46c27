"""What bounds a call, and contexts that tell no time: unit tests pass mocks as the Lambda context."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest

from lattice_events import Request, lattice_handler
from lattice_events.adapters.powertools import LatticeResolver
from lattice_events.client import deadline
from lattice_events.client.time_left import MARGIN_SECONDS, start_clock
from lattice_events.errors import ConfigurationError
from lattice_events.testing import FakeLambdaContext, LatticeService, call

TIMELESS = [
    pytest.param(MagicMock(), id="MagicMock"),
    pytest.param(Mock(), id="Mock"),
    pytest.param(SimpleNamespace(get_remaining_time_in_millis=lambda: None), id="None"),
    pytest.param(SimpleNamespace(get_remaining_time_in_millis=lambda: "3000"), id="text"),
    pytest.param(SimpleNamespace(get_remaining_time_in_millis=lambda: math.nan), id="NaN"),
    pytest.param(SimpleNamespace(get_remaining_time_in_millis=3000), id="no function"),
    pytest.param({}, id="dict"),
    pytest.param(object(), id="object"),
]


def seconds_left(context: Any) -> float:
    """What a call has in a handler with this context."""
    left = []

    @lattice_handler
    def handler(request: Request) -> None:
        left.append(start_clock()())

    assert call(handler, context=context).status == 204
    return left[0]


@pytest.mark.parametrize("context", TIMELESS)
def test_a_context_without_time_bounds_nothing(context: Any) -> None:
    assert seconds_left(context) == math.inf


def test_a_context_with_time_bounds_calls() -> None:
    assert 0 < seconds_left(FakeLambdaContext(remaining_ms=60_000)) <= 60 - MARGIN_SECONDS


@pytest.mark.parametrize("context", TIMELESS)
def test_handlers_call_services_with_such_a_context(context: Any, lattice_service: LatticeService) -> None:
    app = LatticeResolver()

    @app.get("/")
    def index() -> str:
        return lattice_service.session().get(lattice_service.url).text

    @lattice_handler
    def handler(request: Request) -> str:
        return lattice_service.session().get(lattice_service.url).text

    assert call(handler, context=context).text == "OK"
    assert call(app.resolve, context=context).text == "OK"


@pytest.mark.parametrize("limit", [*TIMELESS, None, "1", True, math.nan])
def test_deadline_says_what_it_takes(limit: Any) -> None:
    with pytest.raises(ConfigurationError, match="takes the context of a Lambda function, or seconds, not"):
        deadline(limit).__enter__()


@pytest.mark.parametrize("limit", [9, 9.0, FakeLambdaContext(remaining_ms=9000)])
def test_deadline_takes_a_context_or_seconds(limit: Any) -> None:
    with deadline(limit):
        assert 0 < start_clock()() <= 9
