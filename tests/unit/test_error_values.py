"""What errors carry beside their message."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from lattice_events import errors
from lattice_events.errors import (
    AccessDeniedError,
    BodyError,
    CallError,
    ConfigurationError,
    HTTPError,
    LatticeError,
    MalformedEventError,
    ManifestError,
    MissingExtraError,
    Problem,
    ResponseError,
    SignatureRejectedError,
    TargetError,
    UnsupportedIntrinsicError,
)


def test_a_problem_reads_as_place_and_message() -> None:
    problem = Problem("is wrong", "serverless.yml:41:7")

    assert str(problem) == "serverless.yml:41:7: is wrong"
    assert str(Problem("is wrong")) == "is wrong"
    assert repr(problem) == "Problem('serverless.yml:41:7: is wrong')"


def test_two_reports_of_one_thing_are_one() -> None:
    assert len({Problem("a", "b"), Problem("a", "b"), Problem("a", "c")}) == 2
    assert Problem("a") != "a"


def test_a_problem_is_one_line_of_printable_text_whatever_it_quotes() -> None:
    problem = Problem("the name \x1b[31m\n'é'\u2028 is wrong", "a\n.yml:1:1")

    assert str(problem) == r"a\n.yml:1:1: the name \x1b[31m\n'é'\u2028 is wrong"
    assert len(str(Problem("x" * 1_000_000))) < 1010


def test_what_another_program_said_is_set_in_below_a_problem() -> None:
    assert str(Problem("It says:\n    one\n    two\x07")) == "It says:\n    one\n    two\\x07"


def test_a_configuration_error_shows_every_problem() -> None:
    error = ConfigurationError([Problem("one", "f:1:1"), Problem("two")])

    assert str(error) == "f:1:1: one\ntwo"
    assert ConfigurationError("alone").problems == (Problem("alone"),)


def test_a_manifest_error_knows_its_place() -> None:
    assert ManifestError((Problem("x", "f:1:2"),)).origin == "f:1:2"


def test_an_unsupported_intrinsic_is_named() -> None:
    error = UnsupportedIntrinsicError(Problem("x"), intrinsic="Fn::ImportValue")

    assert error.intrinsic == "Fn::ImportValue"
    assert error.problems == (Problem("x"),)


def test_an_http_error_has_status_and_body() -> None:
    assert str(HTTPError(404, "gone")) == "404: gone"
    assert str(HTTPError(404)) == "404"


def test_a_call_error_ends_with_its_hint() -> None:
    error = CallError("No answer.", request_id="r", hint="Check the security group.")

    assert str(error) == "No answer. Check the security group."
    assert (error.request_id, error.hint) == ("r", "Check the security group.")
    assert str(CallError("No answer.")) == "No answer."


def test_a_target_error_keeps_how_the_target_failed() -> None:
    error = TargetError("it is silent", kind="timeout")
    assert (str(error), error.kind) == ("it is silent", "timeout")


def test_a_missing_extra_names_the_command() -> None:
    with pytest.raises(LatticeError, match=r"pip install 'lattice-events\[local\]'") as caught:
        raise MissingExtraError("local", needed_for="lattice dev")
    assert isinstance(caught.value, ImportError)


CALL = {"request_id": "r", "hint": "Check."}
MADE = {
    MalformedEventError: MalformedEventError("headers", "is no mapping"),
    ResponseError: ResponseError("is no response", field="body"),
    ConfigurationError: ConfigurationError([Problem("one", "f:1:1"), Problem("two")]),
    ManifestError: ManifestError([Problem("one", "f:1:1")]),
    UnsupportedIntrinsicError: UnsupportedIntrinsicError(Problem("x"), intrinsic="Fn::ImportValue"),
    HTTPError: HTTPError(404, {"no": "order"}),
    BodyError: BodyError("is no JSON"),
    AccessDeniedError: AccessDeniedError("no", principal="p", resource_arn="a", path="/", policy_layer="service", explicit=True, **CALL),
    SignatureRejectedError: SignatureRejectedError("no", code="c", canonical_request="GET", **CALL),
    TargetError: TargetError("no", kind="closed"),
    MissingExtraError: MissingExtraError("local", needed_for="lattice dev"),
}  # fmt: skip
"""Of the classes whose constructor takes more than a message, or `CallError`'s words."""
COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
}


def make(kind: type[LatticeError]) -> LatticeError:
    """An error of a class."""
    if kind in MADE:
        return MADE[kind]
    return kind("no.", **CALL) if issubclass(kind, CallError) else kind("no.")


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize(
    "kind",
    [each for each in vars(errors).values() if inspect.isclass(each) and not issubclass(each, Problem)],
)
def test_an_error_is_copied_whole(kind: type[LatticeError], how: str) -> None:
    error = make(kind)

    copied = COPIES[how](error)

    assert (type(copied), str(copied), copied.args) == (type(error), str(error), error.args)
    assert vars(copied) == vars(error)
    assert getattr(copied, "msg", "") == getattr(error, "msg", "")  # of ImportError
