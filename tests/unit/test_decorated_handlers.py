"""What a decorated function takes is what the function under the decorators takes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools import Tracer

from lattice_events import Request, lattice_handler
from lattice_events.testing import call


def passing(function: Any) -> Any:
    """A decorator that passes on whatever it gets."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def passing_async(function: Any) -> Any:
    """The same, of a coroutine function."""

    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


def counting(function: Any) -> Any:
    """One that gives its function less than it takes."""

    @functools.wraps(function)
    def wrapper(request: Request) -> Any:
        return function(request, "mine")

    return wrapper


class Decorator:
    """One that is a class."""

    def __init__(self, function: Any) -> None:
        self._function = function
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)


def one(request: Request) -> str:
    return request.path


def two(request: Request, context: Any) -> str:
    return f"{request.path} {getattr(context, 'aws_request_id', context)[:2]}"


def one_more(request: Request, *, context: Any = "xx") -> str:
    return two(request, context)


def any_number(*args: Any) -> str:
    return two(*args)


async def one_async(request: Request) -> str:
    return request.path


async def two_async(request: Request, context: Any) -> str:
    return f"{request.path} {context.aws_request_id[:2]}"


class Service:
    """Methods and a callable object."""

    @passing
    def one(self, request: Request) -> str:
        return one(request)

    @passing
    @passing
    def two(self, request: Request, context: Any) -> str:
        return two(request, context)

    @classmethod
    @passing
    def of_class(cls, request: Request) -> str:
        return one(request)

    @staticmethod
    @passing
    def static(request: Request) -> str:
        return one(request)

    @passing
    def __call__(self, request: Request) -> str:
        return one(request)


def declared(*args: Any) -> str:
    return one(*args)


declared.__signature__ = inspect.signature(one)  # type: ignore[attr-defined]  # as the package `decorator` does

TRACER = Tracer(service="tests", disabled=True)
ONE: dict[str, Any] = {
    "passed on": passing(one),
    "passed on twice": passing(passing(one)),
    "a coroutine, passed on": passing_async(one_async),
    "a coroutine, passed on by a function": passing(one_async),
    "a class": Decorator(one),
    "a class around a decorator": Decorator(passing(one)),
    "a method": Service().one,
    "a class method": Service.of_class,
    "a static method": Service.static,
    "a callable object": Service(),
    "a partial": functools.partial(passing(one)),
    "a decorated partial": passing(functools.partial(two, context="xx")),
    "a cache": functools.cache(one),
    "a declared signature": declared,
    "a tracer's": TRACER.capture_method(one),
    "a tracer's coroutine": TRACER.capture_method(one_async),
    "a keyword of its own": passing(one_more),
}
TWO: dict[str, Any] = {
    "passed on": passing(two),
    "passed on twice": passing(passing(two)),
    "a coroutine, passed on": passing_async(two_async),
    "a coroutine, passed on by a function": passing(two_async),
    "a class": Decorator(two),
    "a method": Service().two,
    "a partial": functools.partial(passing(two)),
    "a tracer's coroutine": TRACER.capture_method(two_async),
    "nothing to look at": passing(any_number),
}


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("version", ["V1", "V2"])
def test_a_function_of_a_request_gets_the_request(name: str, version: Any) -> None:
    answer = call(lattice_handler(ONE[name]), "GET /x", version=version)

    assert answer.text in ("/x", "/x xx")


@pytest.mark.parametrize("name", TWO)
def test_a_function_of_two_gets_the_context_too(name: str) -> None:
    assert call(lattice_handler(TWO[name]), "GET /x").text == "/x c6"


def test_a_decorator_that_takes_one_gets_one_whatever_it_wraps() -> None:
    assert call(lattice_handler(counting(two)), "GET /x").text == "/x mi"
    assert call(lattice_handler(passing(counting(two))), "GET /x").text == "/x mi"


@pytest.mark.parametrize("function", [one, two, one_async, two_async])
def test_tenacity_tries_again(function: Callable[..., Any]) -> None:
    tenacity = pytest.importorskip("tenacity")
    tries: list[int] = []
    retry = tenacity.retry(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none())

    @functools.wraps(function)
    def failing(*args: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("not yet")
        return function(*args)

    assert call(lattice_handler(retry(failing)), "GET /x").text in ("/x", "/x c6")
    assert len(tries) == 3
