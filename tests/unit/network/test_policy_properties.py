"""Policies as they are evaluated, by index and in parts made once, beside the plainest reading of them."""

from __future__ import annotations

import re
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from lattice_events import Headers
from lattice_events.network.policy import Caller, Facts, evaluate, find_lacks, parse_policy

ACCOUNTS = ("111111111111", "222222222222")
SERVICES = tuple(f"arn:aws:vpc-lattice:r:{ACCOUNTS[0]}:service/svc-{letter}" for letter in ("a", "ab"))
ROLES = tuple(f"arn:aws:iam::{account}:role/{name}" for account in ACCOUNTS for name in "rs")
SESSIONS = tuple(f"arn:aws:sts::{account}:assumed-role/r/{name}" for account in ACCOUNTS for name in "xy")
KEYS = ("vpc-lattice-svcs:RequestMethod", "vpc-lattice-svcs:RequestHeader/x", "aws:PrincipalOrgPaths")
PRINCIPALS = ("*", *ACCOUNTS, *(f"arn:aws:iam::{each}:root" for each in ACCOUNTS), *ROLES, *SESSIONS)
RESOURCES = (
    "*", "*/a*", "*/a?/*", *(f"{each}{end}" for each in SERVICES for end in ("", "*", "/*", "/a", "/a/*/c")),
    f"{SERVICES[0]}/${{vpc-lattice-svcs:RequestHeader/x}}*", "arn:*:service/svc-a/*b*",
)  # fmt: skip
ACTIONS = ("*", "vpc-lattice-svcs:Invoke", "VPC-lattice-svcs:inv*", "vpc-lattice-svcs:Connect")
OPERATORS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "Null")
WANTED = ("GET", "a", "a*", "", "${vpc-lattice-svcs:RequestMethod}", "?")


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2)


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """At most one condition."""
    name = draw(st.sampled_from(("none", *OPERATORS)))
    if name == "none":
        return {}
    prefix = draw(st.sampled_from(("", "ForAnyValue:", "ForAllValues:")))
    end = "" if name == "Null" else draw(st.sampled_from(("", "IfExists")))
    values = draw(some(("true", "false") if name == "Null" else WANTED))
    return {f"{prefix}{name}{end}": {draw(st.sampled_from(KEYS)): values}}


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    effect = draw(st.sampled_from(("Allow", "Deny")))
    negations = {name: draw(st.sampled_from(("", "", "Not"))) for name in ("Action", "Resource")}
    named = draw(some(PRINCIPALS))
    return {
        "Effect": effect,
        "Principal": "*" if "*" in named else {"AWS": named},
        f"{negations['Action']}Action": draw(some(ACTIONS)),
        f"{negations['Resource']}Resource": draw(some(RESOURCES)),
        "Condition": draw(conditions()),
    }


FACTS = st.fixed_dictionaries(
    {
        "service_arn": st.sampled_from(SERVICES),
        "path": st.sampled_from(("/", "/a", "/a/b", "/ab/c", "/a/b/c", "")),
        "method": st.sampled_from(("GET", "PUT")),
        "headers": st.sampled_from(((), (("X", "a"),), (("x", "a"), ("X", "b")))).map(Headers),
        "caller": st.builds(
            Caller,
            arn=st.sampled_from((None, *SESSIONS, f"arn:aws:iam::{ACCOUNTS[0]}:root")),
            org_paths=st.sampled_from(((), ("a",), ("a", "GET"))),
        ),
        "action": st.sampled_from(("vpc-lattice-svcs:Invoke", "vpc-lattice-svcs:Connect")),
    }
).map(lambda fields: Facts(**cast(dict[str, Any], fields)))


def is_like(pattern: str, text: str, facts: Facts, flags: int = 0) -> bool:
    """Wildcards by a regular expression, variables by their one value."""
    source = ""
    for part in re.split(r"(\$\{[^}]*\}|\*|\?)", pattern):
        values = facts.values(part[2:-1])
        if part.startswith("${") and len(values) != 1:
            return False
        source += {"*": ".*", "?": "."}.get(part) or re.escape(values[0] if part.startswith("${") else part)
    return re.fullmatch(source, text, flags | re.DOTALL) is not None


def is_named(value: str, caller: Caller) -> bool:
    account = value.split(":")[4] if value.endswith(":root") else value
    return value == "*" or (
        caller.arn is not None and (account == caller.account or value in (caller.arn, caller.principal_arn))
    )


def is_met(written: str, key: str, wanted: list[str], facts: Facts) -> bool:
    """One condition."""
    prefix, name = ("", *written.split(":"))[-2:]
    operator, found = name.removesuffix("IfExists"), facts.values(key)
    if operator == "Null":
        return any((each == "true") is not bool(found) for each in wanted)
    if not found:
        return prefix == "ForAllValues" if prefix else operator != name or "Not" in operator

    def compare(value: str, each: str) -> bool:
        plain = each if operator.endswith("Like") else re.sub(r"[*?]", r"${\g<0>}", each)
        return is_like(plain, value, facts)

    met = [any(compare(value, each) for each in wanted) is ("Not" not in operator) for value in found]
    return any(met) if prefix == "ForAnyValue" else all(met)


def is_about(statement: dict[str, Any], facts: Facts) -> bool:
    """One statement, element by element."""
    principal = statement["Principal"]
    callers = ["*"] if principal == "*" else principal["AWS"]
    named = {
        name: any(is_like(each, text, facts, flags) for each in statement[name])
        for name, text, flags in (
            ("Action", facts.action, re.IGNORECASE),
            ("NotAction", facts.action, re.IGNORECASE),
            ("Resource", facts.service_arn + facts.path, 0),
            ("NotResource", facts.service_arn + facts.path, 0),
        )
        if name in statement
    }
    return (
        any(is_named(each, facts.caller) for each in callers)
        and all(found is not name.startswith("Not") for name, found in named.items())
        and all(
            is_met(written, key, wanted, facts)
            for written, keys in statement["Condition"].items()
            for key, wanted in keys.items()
        )
    )


@given(st.lists(statements(), min_size=1, max_size=5), FACTS)
def test_a_verdict_is_that_of_every_statement_read_plainly(
    written: list[dict[str, Any]], facts: Facts
) -> None:
    about = [number for number, each in enumerate(written) if is_about(each, facts)]
    deciding = [each for each in about if written[each]["Effect"] == "Deny"] or about

    verdict = evaluate(parse_policy({"Version": "2012-10-17", "Statement": written}), facts)

    effect = written[deciding[0]]["Effect"].lower() if deciding else "none"
    assert verdict.effect == effect
    if deciding:
        assert verdict.statement is not None
        assert verdict.statement.index == deciding[0]


@given(st.lists(statements(), min_size=1, max_size=5), FACTS)
def test_the_nearest_statement_is_the_first_allow_that_lacks_least(
    written: list[dict[str, Any]], facts: Facts
) -> None:
    policy = parse_policy({"Version": "2012-10-17", "Statement": written})
    verdict = evaluate(policy, facts)
    allows = [each for each in policy.statements if each.effect == "Allow"]

    if verdict.effect == "none" and allows:
        lacks = [len(find_lacks(each, facts)) for each in allows]
        assert verdict.statement == allows[lacks.index(min(lacks))]
        assert verdict.lacks == find_lacks(verdict.statement, facts)
        assert verdict.lacks
