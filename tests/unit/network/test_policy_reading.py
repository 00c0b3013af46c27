"""A policy as a person types it: each problem at its line and column."""

from __future__ import annotations

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.network.policy import parse_policy, read_policy

GOOD = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}
  ]
}"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        read_policy(text)
    return [str(each) for each in raised.value.problems]


def test_a_right_one_is_what_its_reader_reads() -> None:
    assert read_policy(GOOD) == parse_policy(GOOD)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["1:1: The policy is not JSON: Expecting value."]),
        ('{\n  "Statement": [,]\n}', ["2:17: The policy is not JSON: Expecting value."]),
        ("  7", ["1:3: The policy must be an object with Version and Statement, not a number."]),
        ("\n []", ["2:2: The policy must be an object with Version and Statement, not a list."]),
        ('{"Statement": []}', ["1:2: Statement must be a list of statements."]),
        ("[" * 60_000, ["1:1: The policy is nested too deeply."]),
        ("[" * 30 + "]" * 30, ["1:1: The policy is nested too deeply."]),
        ('{"Statement": ' + "9" * 5000 + "}", None),
        ("{}", ["1:1: Statement must be a list of statements."]),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_policy_is_said(text: str, problems: list[str] | None) -> None:
    found = problems_of(text)

    assert found == problems if problems else found


def test_every_problem_has_its_place() -> None:
    text = """{
  "Version": "2012",
  "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"},
    {
      "Effect": "Maybe",
      "Principal": {"AWS": ["nobody", "123456789012"]},
      "Action": [ "vpc-lattice-svcs:Invoke" , "call" ],
      "Resource": {},
      "Condition": {"StringEquals": {"vpc-lattice-svcs:RequestMethods": true}}
    },
    7
  ]
}"""

    assert [each.split(": ")[0] for each in problems_of(text)] == [
        "2:3",
        "6:7",
        "8:47",
        "9:7",
        "7:29",
        "10:38",
        "12:5",
    ]
