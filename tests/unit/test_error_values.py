"""What errors carry beside their message."""

from __future__ import annotations

import pytest

from lattice_events.errors import (
    CallError,
    ConfigurationError,
    FunctionError,
    HTTPError,
    LatticeError,
    ManifestError,
    MissingExtraError,
    Problem,
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


def test_a_target_error_hints_at_the_status() -> None:
    assert TargetError("x", status_hint=502).status_hint == 502
    error = FunctionError("x", error_type="ValueError", payload=b"{}", status_hint=502)
    assert (error.error_type, error.payload) == ("ValueError", b"{}")


def test_a_missing_extra_names_the_command() -> None:
    with pytest.raises(LatticeError, match=r"pip install 'lattice-events\[local\]'") as caught:
        raise MissingExtraError("local", needed_for="lattice dev")
    assert isinstance(caught.value, ImportError)
