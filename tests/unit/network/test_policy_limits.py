"""Hostile policy documents: bounded time and memory, and a problem that names its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.policy import parse_policy
from lattice_events.network.policy.patterns import matches_pattern, resolve_text, split_arn, variables_of
from lattice_events.readers.common.documents import parse_yaml

HUGE = 200_000  # characters: what is quadratic takes minutes, what is cubic takes years
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}


def with_statement(**changes: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{**ALLOW, **changes}]}


def nested(depth: int, opening: str = '{"a":', middle: str = "1", closing: str = "}") -> str:
    return opening * depth + middle + closing * depth


REFUSED: dict[str, tuple[Any, str]] = {
    "lists in JSON": ("[" * 5000 + "]" * 5000, "The policy is nested too deeply."),
    "endless lists in JSON": ("[" * 500_000, "The policy is nested too deeply."),
    "900 levels in JSON": (nested(900), "The policy is nested too deeply."),
    "900 levels in a value": (with_statement(Resource=json.loads(nested(900))), "The policy is nested too deeply."),
    "30 levels in a condition": (with_statement(Condition=json.loads(nested(30))), "The policy is nested too deeply."),
    "a number of 5,000 digits": ('{"a": ' + "9" * 5000 + "}", "The policy is not JSON: Exceeds the limit"),
    "NaN": ('{"Statement": NaN}', "The policy is not JSON: it has NaN."),
    "infinity": ({"Statement": float("inf")}, "The policy is not JSON: Out of range float values"),
    "bytes": ({"Statement": b"x"}, "The policy is not JSON: it has b'x'."),
    "no UTF-8": (b'{"a": "\xff"}', "The policy is not JSON: 'utf-8' codec can't decode byte 0xff"),
    "half of a character": (r'{"Statement": "\ud800"}', r"The policy contains half of a character: \ud800."),
    "a key twice": ('{"Statement": [], "Statement": []}', "The policy has 'Statement' twice in one object."),
    "an effect twice": ('{"Statement": {"Effect": "Deny", "Effect": "Allow"}}', "The policy has 'Effect' twice in one object."),
    "an operator like an index": (with_statement(Condition={f"[{'1' * 5000}": {}}), "Statement[0].Condition.[111"),
    "an operator like markup": (with_statement(Condition={"[/red]": {}}), "Statement[0].Condition.[/red] is not a condition operator."),
    "an operator of control characters": (with_statement(Condition={"\x1b[31m\n": {}}), r"Statement[0].Condition.\x1b[31m\n is not a condition operator."),
    "an endless operator": (with_statement(Condition={"StringEquals" * HUGE: {}}), "Statement[0].Condition.StringEquals"),
    "an endless key": (with_statement(Condition={"StringEquals": {"aws:" + "x" * HUGE: "x"}}), "Statement[0].Condition.StringEquals.aws:xxx"),
    "an endless element": (with_statement(**{"x" * HUGE: "x"}), "Statement[0].xxx"),
    "a variable with a wrong default": (with_statement(Resource="${aws:userid, x}"), "Statement[0].Resource has ${aws:userid, x}, which is neither a condition key"),
    "a variable of a comma": (with_statement(Resource="${, 'x'}"), "Statement[0].Resource has ${}, which is not a condition key"),
}  # fmt: skip

# Of policy variables; each was, or could be, slower than the text is long.
ENDLESS = {
    "spaces without an end": "${" + " " * HUGE,
    "spaces": "${" + " " * HUGE + "}",
    "spaces before a default": "${a" + " " * HUGE + "}",
    "spaces around a comma": "${a" + " " * HUGE + "," + " " * HUGE + "x}",
    "beginnings": "${" * HUGE,
    "beginnings with a letter": "${a" * HUGE,
    "quotes": "${a, '" + "'" * HUGE + "}",
    "stars": "*" * HUGE,
    "question marks": "*a" + "?" * 5000 + "b*",
    "colons": ":" * HUGE,
}


@pytest.mark.parametrize("kind", ["auth", "identity"])
@pytest.mark.parametrize(("document", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_policy_is_refused_in_lines_of_one_length(document: Any, said: str, kind: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_policy(document, kind=kind)
    assert any(str(problem).startswith(said) for problem in caught.value.problems), caught.value.problems
    assert all(len(str(problem)) < 1100 and str(problem).isprintable() for problem in caught.value.problems)


@pytest.mark.parametrize("pattern", ENDLESS.values(), ids=ENDLESS)
def test_a_pattern_takes_time_as_it_is_long(pattern: str) -> None:
    text = "a" * 60_000

    assert isinstance(matches_pattern(pattern, text, lambda _: ()), bool)
    assert resolve_text(pattern, lambda _: ("x",)) is not None
    assert len(split_arn(pattern)) <= 6
    assert len(variables_of(pattern)) <= 1


@pytest.mark.parametrize(
    ("pattern", "values", "text"),
    [
        ("${ aws:x }", ["v"], "v"),
        ("${aws:x,'d'}", [], "d"),
        ("${aws:x , ' d ' }", [], " d "),
        ("${aws:x, ''}", [], ""),
        ("${aws:x, 'd'}", ["v"], "v"),
        ("${aws:x, 'd'}", ["v", "w"], None),
        ("${aws:x, 'a'b'}", [], None),
        ("${aws:x, '}", [], None),
        ("${aws:x, d}", [], None),
        ("${aws:x", ["v"], "${aws:x"),
        ("${a${aws:x}", ["v"], "${av"),
        ("${*}${?}${$}", [], "*?$"),
    ],
)
def test_a_variable_has_a_value_or_a_default(pattern: str, values: list[str], text: str | None) -> None:
    assert resolve_text(pattern, lambda key: values if key == "aws:x" else []) == text


def test_a_problem_of_an_odd_operator_has_the_line_of_that_operator() -> None:
    document = parse_yaml(
        "Statement:\n  - Condition:\n      Null: {aws:userid: 'true'}\n      a.b[0]: {}\n", "p.yml"
    )
    with pytest.raises(ConfigurationError) as caught:
        parse_policy(document.value, locate=document.locate)
    assert "p.yml:4:7: Statement[0].Condition.a.b[0] is not a condition operator." in str(caught.value)
