"""Auth policies: the table of verdicts, what a policy may not say, and what a verdict tells."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events import Headers
from lattice_events.errors import ConfigurationError
from lattice_events.headers import QueryParams
from lattice_events.network.policy import (
    Caller,
    Facts,
    Policy,
    Statement,
    encode_policy,
    evaluate,
    facts,
    find_lacks,
    find_unplayed_keys,
    parse_policy,
)
from lattice_events.network.policy.keys import KNOWN_KEYS
from lattice_events.network.policy.operators import OPERATORS
from lattice_events.network.policy.patterns import matches_pattern
from lattice_events.network.policy.statements import Element
from tests.conftest import examples
from tests.files import TESTS, load_cases

SERVICE = "arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0"
SESSION = "arn:aws:sts::123456789012:assumed-role/app/s1"
ROWS: list[dict[str, Any]] = json.loads((TESTS / "cases" / "policy" / "verdicts.json").read_text())


def facts_of(request: dict[str, Any]) -> Facts:
    """The request of a row."""
    given = dict(request)
    caller = Caller(
        arn=given.pop("principal", None),
        tags=given.pop("tags", {}),
        org_id=given.pop("org_id", None),
        org_paths=tuple(given.pop("org_paths", ())),
    )
    if "headers" in given:
        given["headers"] = Headers([(name, value) for name, value in given["headers"]])
    if "query" in given:
        given["query"] = QueryParams.parse(given["query"])
    if "now" in given:
        given["now"] = datetime.fromisoformat(given["now"])
    return Facts(caller=caller, service_arn=SERVICE, **given)


@pytest.mark.parametrize(("row", "expected"), load_cases("policy"))
def test_the_verdict_of_each_row(row: dict[str, Any], expected: str) -> None:
    verdict = evaluate(parse_policy(row["policy"]), facts_of(row["request"]))

    assert verdict.effect == expected, verdict
    assert bool(verdict) is (expected == "allow")


@pytest.mark.parametrize("row", [row["given"] for row in ROWS], ids=[row["name"] for row in ROWS])
def test_a_policy_that_is_written_reads_as_the_same_policy(row: dict[str, Any]) -> None:
    policy = parse_policy(row["policy"])

    assert parse_policy(encode_policy(policy)) == policy


def test_an_identity_policy_that_is_written_has_no_principal() -> None:
    statement = {"Sid": "Call", "Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}
    policy = parse_policy({"Version": "2012-10-17", "Statement": statement}, kind="identity")

    assert json.loads(encode_policy(policy)) == {"Version": "2012-10-17", "Statement": [statement]}


def test_the_table_has_what_it_must() -> None:
    used = Counter(
        name.removeprefix("ForAnyValue:").removeprefix("ForAllValues:").removesuffix("IfExists")
        for row in ROWS
        for statement in row["given"]["policy"]["Statement"]
        for name in statement.get("Condition", {})
    )

    assert len(ROWS) >= 150
    assert sum("iam-simulate" in row["source"] for row in ROWS) >= 100
    assert all("https://docs.aws.amazon.com/" in row["source"] for row in ROWS)
    assert set(used) == {*OPERATORS, "Null"}
    assert len({row["name"] for row in ROWS}) == len(ROWS)


def wrong_rows() -> int:
    """How many rows of the table come out otherwise."""
    return sum(_verdict(row["given"]) != row["expected"] for row in ROWS)


def _verdict(row: dict[str, Any]) -> str:
    try:
        return evaluate(parse_policy(row["policy"]), facts_of(row["request"])).effect
    except (ConfigurationError, KeyError):  # of a table from which something is gone
        return "refused"


@pytest.mark.parametrize("name", OPERATORS)
def test_no_operator_can_go_unnoticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(OPERATORS, name)

    assert wrong_rows() > 0


@pytest.mark.parametrize("table", ["_KEYS", "_NAMED_KEYS"])
def test_no_condition_key_can_go_unnoticed(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = getattr(facts, table)

    for key in list(keys):
        with monkeypatch.context() as patched:
            patched.delitem(keys, key)
            assert wrong_rows() > 0, key


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_are_those_of_a_regular_expression(pattern: str, text: str) -> None:
    expected = re.fullmatch(pattern.replace("*", ".*").replace("?", "."), text) is not None

    assert matches_pattern(pattern, text, lambda _: ()) is expected


def test_a_long_path_does_not_hang_a_pattern_of_many_stars() -> None:
    path = "/a" * 30_000

    assert not matches_pattern("*/a*/a*/a*/a*/a*/b", path, lambda _: ())
    assert matches_pattern("*/a*/a*/a*/a*/a*/a", path, lambda _: ())


def policy(**statement: Any) -> dict[str, Any]:
    """A policy of one statement, which allows everything but for what is changed."""
    whole = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **statement}
    return {"Version": "2012-10-17", "Statement": [{k: v for k, v in whole.items() if v is not None}]}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{", "The policy is not JSON"),
        ([], "The policy must be an object with Version and Statement, not a list"),
        ({"Statement": []}, "Statement must be a list of statements"),
        ({"Version": "2012-10-17"}, "Statement must be a list of statements"),
        ({"Version": "2026-01-01", "Statement": policy()["Statement"]}, "Version must be 2012-10-17, not '2026-01-01'"),
        ({"Statment": []}, "Statment is unknown; did you mean Statement?"),
        ({"Statement": ["x"]}, r"Statement\[0\] must be an object, not a string"),
        (policy(Efect="Allow"), r"Statement\[0\].Efect is unknown; did you mean Effect\?"),
        (policy(Effect="allow"), r"Statement\[0\].Effect must be Allow or Deny, not 'allow'"),
        (policy(Action=None), r"Statement\[0\].Action must be there, or NotAction, but not both"),
        (policy(NotAction="*"), r"Statement\[0\].Action must be there, or NotAction, but not both"),
        (policy(Action="Invoke"), r"Statement\[0\].Action has 'Invoke', which is not an action"),
        (policy(Action=[]), r"Statement\[0\].Action must not be empty"),
        ({"Statement": {"Effect": "Permit"}}, "Statement.Effect must be Allow or Deny, not 'Permit'"),
        (policy(Action=["*", "Invoke"]), r"Statement\[0\].Action\[1\] has 'Invoke', which is not an action"),
        (policy(Principal={"AWS": ["*", "app"]}), r"Statement\[0\].Principal.AWS\[1\] has 'app', which is not a principal"),
        (policy(Action=[{}]), r"Statement\[0\].Action\[0\] must be a string, not an object"),
        (policy(Resource=None), r"Statement\[0\].Resource must be there, or NotResource"),
        (policy(Principal=None), r"Statement\[0\].Principal must be there, or NotPrincipal"),
        (policy(NotPrincipal="*"), r"Statement\[0\].Principal must be there, or NotPrincipal, but not both"),
        (policy(Principal="app"), r"Statement\[0\].Principal has 'app', which is not a principal"),
        (policy(Principal={"Aws": "*"}), r"Statement\[0\].Principal.Aws is unknown; did you mean AWS\?"),
        (policy(Principal={"AWS": None}), r"Statement\[0\].Principal.AWS must be a string .* not null"),
        (policy(Condition=[]), r"Statement\[0\].Condition must be an object, not a list"),
        (policy(Condition={"StringEqual": {}}), r"Condition.StringEqual is not a condition operator; did you mean StringEquals\?"),
        (policy(Condition={"NullIfExists": {}}), r"Condition.NullIfExists is not a condition operator"),
        (policy(Condition={"StringEquals": "x"}), r"Condition.StringEquals must be an object of condition keys, not a string"),
        (policy(Condition={"StringEquals": {"SourceVpc": "x"}}), r"StringEquals.SourceVpc is not a condition key: it has no prefix"),
        (policy(Condition={"StringEquals": {"vpc-lattice-svcs:SourceVpcArn": "x"}}), r"SourceVpcArn is neither a condition key of VPC Lattice nor a global one; did you mean vpc-lattice-svcs:SourceVpc\?"),
        (policy(Condition={"StringEquals": {"vpc-lattice-svcs:RequestHeader/": "x"}}), "is neither a condition key of VPC Lattice"),
        (policy(Condition={"NumericEquals": {"vpc-lattice-svcs:Port": "http"}}), "'http' is not a number"),
        (policy(Condition={"NumericEquals": {"vpc-lattice-svcs:Port": "Infinity"}}), "'Infinity' is not a number"),
        (policy(Condition={"DateLessThan": {"aws:CurrentTime": "soon"}}), "'soon' is not a date"),
        (policy(Condition={"Bool": {"aws:SecureTransport": "yes"}}), "'yes' is neither true nor false"),
        (policy(Condition={"Null": {"aws:SourceIp": "yes"}}), "'yes' is neither true nor false"),
        (policy(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/99"}}), "'10.0.0.0/99' is not an address range"),
        (policy(Condition={"ArnLike": {"aws:PrincipalArn": "app"}}), "'app' is not an ARN"),
        (policy(Principal={"AWS": "arn:aws:iam::123456789012:role/*"}), r"Principal.AWS has 'arn:aws:iam::123456789012:role/\*': a principal has no wildcards; write \"\*\", and a Condition with ArnLike on aws:PrincipalArn\."),
        (policy(Principal={"AWS": "arn:aws:iam::123456789012:role/app?"}), "a principal has no wildcards"),
        (policy(Principal={"AWS": "arn:aws:sts::123456789012:assumed-role/app"}), "which is not a principal"),
        (policy(Principal={"AWS": "arn:aws:sts::123456789012:root"}), "which is not a principal"),
        (policy(Principal={"AWS": "１23456789012"}), "which is not a principal"),
        (policy(Principal=None, NotPrincipal="*"), r"Statement\[0\].NotPrincipal is allowed only with Effect Deny"),
        (policy(Condition={"StringNotEquals": {"aws:PrincipleOrgID": "o-1"}}), r"aws:PrincipleOrgID is neither a condition key of VPC Lattice nor a global one; did you mean aws:PrincipalOrgID\?"),
        (policy(Condition={"StringNotEquals": {"aws:PrincipalTag/": "x"}}), "aws:PrincipalTag/ is neither a condition key"),
        (policy(Condition={"StringNotEquals": {"vpc-lattice:SourceVpc": "x"}}), r"did you mean vpc-lattice-svcs:SourceVpc\?"),
        (policy(Condition={"StringNotEquals": {"s3:prefix": "x"}}), "s3:prefix is neither a condition key of VPC Lattice"),
        (policy(Condition={"StringNotEquals": {"aws:SourceIp": "${aws:PrincipleTag/ip}"}}), r"has \${aws:PrincipleTag/ip}, which is neither a condition key .* did you mean aws:PrincipalTag/\?"),
        (policy(Resource="*/${username}"), r"Statement\[0\].Resource has \${username}, which is not a condition key: it has no prefix"),
        (policy(Condition={"ArnLike": {"aws:PrincipalArn": "*"}}), r"'\*' is not an ARN: an ARN has six parts"),
        (policy(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}), "is not an ARN: an ARN has six parts"),
        (policy(Condition={"ArnLike": {"aws:PrincipalArn": "${aws:PrincipalArn}"}}), "is not an ARN: an ARN has six parts"),
        (policy(Condition={"ArnLike": {"aws:PrincipalArn": "urn:aws:iam::123456789012:role/app"}}), "is not an ARN: an ARN has six parts"),
        (policy(Condition={"NumericEquals": {"vpc-lattice-svcs:Port": "8_0"}}), "'8_0' is not a number"),
        (policy(Condition={"NumericEquals": {"vpc-lattice-svcs:Port": "８０"}}), "is not a number"),
        (policy(Condition={"NumericEquals": {"vpc-lattice-svcs:Port": " 80"}}), "' 80' is not a number"),
        (policy(Condition={"NumericNotEquals": {"vpc-lattice-svcs:Port": "${aws:PrincipalTag/p}"}}), "is not a number"),
        (policy(Condition={"DateLessThan": {"aws:CurrentTime": "2027-W05"}}), "'2027-W05' is not a date"),
        (policy(Condition={"DateLessThan": {"aws:CurrentTime": "2027-13-01"}}), "'2027-13-01' is not a date"),
        (policy(Condition={"DateLessThan": {"aws:CurrentTime": "9" * 5000}}), "is not a date"),
        (policy(Condition={"Null": {"aws:SourceIp": "${aws:PrincipalTag/n}"}}), "is neither true nor false"),
        (policy(Condition={"BinaryEquals": {"vpc-lattice-svcs:RequestHeader/x": "a?"}}), "'a\\?' is not Base64"),
        (policy(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/255.0.0.0"}}), "is not an address range"),
        ("[" * 100_000, "The policy is nested too deeply"),
        ({"Statement": [{"Sid": {1, 2}}]}, "The policy is not JSON: it has {1, 2}"),
        (policy(Sid="x" * 11_000), "is longer than the 10240 bytes"),
    ],
)  # fmt: skip
def test_what_a_policy_may_not_say_is_named_with_its_place(document: Any, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        parse_policy(document, locate=lambda _: "serverless.yml:7")

    assert str(caught.value).startswith("serverless.yml:7: ")


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_policy(policy(Effect="x", Action="x", Condition={"x": {}}))

    assert len(caught.value.problems) == 3


def test_an_identity_policy_names_no_principal() -> None:
    parsed = parse_policy(json.dumps(policy(Principal=None)), kind="identity")

    assert evaluate(parsed, facts_of({"principal": SESSION}))
    with pytest.raises(ConfigurationError, match="is not allowed in an identity policy"):
        parse_policy(policy(), kind="identity")


def test_an_identity_policy_may_be_about_other_services_too() -> None:
    """Actions have digits, and a key of another service is one that a request to VPC Lattice has not."""
    statement = policy(
        Principal=None,
        Action=["ec2:AssignIpv6Addresses", "vpc-lattice-svcs:Invoke"],
        Condition={"StringEqualsIfExists": {"s3:prefix": "x"}},
    )

    assert evaluate(parse_policy(statement, kind="identity"), facts_of({"principal": SESSION}))
    with pytest.raises(ConfigurationError, match=r"did you mean aws:PrincipalOrgID\?"):
        parse_policy(
            policy(Principal=None, Condition={"Null": {"aws:PrincipleOrgID": "true"}}), kind="identity"
        )


def test_what_yaml_reads_as_a_date_is_text() -> None:
    written = {**policy(Condition={"DateLessThan": {"aws:CurrentTime": date(2027, 1, 1)}}), "Version": date(2012, 10, 17)}  # fmt: skip

    assert evaluate(parse_policy(written), facts_of({"now": "2026-12-31T23:59:59Z"}))


def test_variables_of_an_older_version_are_told_to_be_plain_text() -> None:
    statement = policy(
        Resource="*/${aws:username}",
        Condition={"StringLike": {"vpc-lattice-svcs:RequestMethod": "${aws:PrincipalTag/m}*"}},
    )
    older = parse_policy({"Statement": statement["Statement"]})

    assert [str(lack) for lack in evaluate(older, facts_of({"path": "/a"})).lacks] == [
        f"Resource: {SERVICE}/a is not */${{aws:username}}; ${{…}} is plain text, because Version is not 2012-10-17",
        "Condition.StringLike vpc-lattice-svcs:RequestMethod: is GET, wanted ${aws:PrincipalTag/m}*; "
        "${…} is plain text, because Version is not 2012-10-17",
    ]


def test_the_keys_that_no_request_here_has_are_found() -> None:
    asks = policy(
        Effect="Deny",
        Resource="*/${aws:userid}",
        Condition={
            "StringNotEquals": {"AWS:SourceVpc": "${aws:SourceVpce}", "aws:SourceIp": "10.0.0.1"},
            "Null": {"AWS:SourceVpc": "true"},
        },
    )

    assert find_unplayed_keys(parse_policy(asks)) == ("AWS:SourceVpc", "aws:userid", "aws:SourceVpce")
    assert find_unplayed_keys(parse_policy(policy(Resource=None, NotResource="*/a"))) == ()


def test_every_key_that_a_request_has_is_a_known_one() -> None:
    known = {key.lower().rstrip("/") for key in KNOWN_KEYS}

    assert {*facts._KEYS, *facts._NAMED_KEYS} <= known


def test_one_statement_may_stand_without_a_list_and_values_may_be_no_texts() -> None:
    statement = policy(Condition={"NumericEquals": {"vpc-lattice-svcs:Port": 443}, "Bool": {"aws:SecureTransport": True}})  # fmt: skip
    parsed = parse_policy({**statement, "Statement": statement["Statement"][0]})

    assert evaluate(parsed, facts_of({"port": 443}))
    assert not evaluate(parsed, facts_of({"port": 443, "is_secure": False}))


@pytest.mark.parametrize(
    ("statement", "request_", "lacks"),
    [
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:role/app"}}, {}, ["Principal: anonymous is not arn:aws:iam::123456789012:role/app"]),
        ({"Action": "s3:*"}, {}, ["Action: vpc-lattice-svcs:Invoke is not s3:*"]),
        ({"Resource": SERVICE}, {"path": "/a"}, [f"Resource: {SERVICE}/a is not {SERVICE}"]),
        ({"Resource": None, "NotResource": "*/a"}, {"path": "/a"}, [f"NotResource: {SERVICE}/a is one of */a"]),
        (
            {"Condition": {"StringEquals": {"vpc-lattice-svcs:SourceVpc": ["vpc-1", "vpc-2"], "vpc-lattice-svcs:RequestMethod": "POST"}}},
            {},
            [
                "Condition.StringEquals vpc-lattice-svcs:SourceVpc: is not there, wanted vpc-1 or vpc-2",
                "Condition.StringEquals vpc-lattice-svcs:RequestMethod: is GET, wanted POST",
            ],
        ),
        (
            {"Condition": {"StringLike": {"vpc-lattice-svcs:RequestPath": [f"/orders/{each}" for each in range(12)]}}},
            {"path": "/a"},
            [f"Condition.StringLike vpc-lattice-svcs:RequestPath: is /a, wanted {' or '.join(f'/orders/{each}' for each in range(10))} or 2 more"],
        ),
        (
            {"Condition": {"ForAnyValue:StringLikeIfExists": {"vpc-lattice-svcs:RequestMethod": "${aws:PrincipalTag/m}"}}},
            {},
            ["Condition.ForAnyValue:StringLikeIfExists vpc-lattice-svcs:RequestMethod: is GET, wanted ${aws:PrincipalTag/m}; aws:PrincipalTag/m has no value"],
        ),
    ],
)  # fmt: skip
def test_what_is_lacking_is_told(
    statement: dict[str, Any], request_: dict[str, Any], lacks: list[str]
) -> None:
    verdict = evaluate(parse_policy(policy(**statement)), facts_of(request_))

    assert [str(lack) for lack in verdict.lacks] == lacks


def test_the_nearest_statement_is_the_one_that_lacks_least() -> None:
    far = policy(Sid="Far", Action="s3:*", Resource="x")["Statement"]
    near = policy(Sid="Near", Action="s3:*")["Statement"]
    verdict = evaluate(parse_policy({"Statement": [*far, *near, *policy(Effect="Deny", Action="s3:*")["Statement"]]}), facts_of({}))  # fmt: skip

    assert verdict.effect == "none"
    assert verdict.statement
    assert verdict.statement.name == "Near"


def test_a_denying_statement_is_named_by_its_place() -> None:
    verdict = evaluate(parse_policy(policy(Effect="Deny")), facts_of({}))

    assert verdict.statement
    assert (verdict.effect, verdict.statement.name, verdict.lacks) == ("deny", "Statement[0]", ())


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ({}, "<allowed by Statement[0]>"),
        ({"Sid": "No", "Effect": "Deny"}, "<denied by No>"),
        ({"Effect": "Deny", "Action": "s3:*"}, "<no statement allows it>"),
        ({"Action": "s3:*"}, "<no statement allows it; the nearest, Statement[0], lacks Action: vpc-lattice-svcs:Invoke is not s3:*>"),
    ],
)  # fmt: skip
def test_a_verdict_reads_as_a_sentence(statement: dict[str, Any], words: str) -> None:
    assert repr(evaluate(parse_policy(policy(**statement)), facts_of({}))) == words


def test_a_policy_without_an_allow_has_no_nearest_statement() -> None:
    assert evaluate(parse_policy(policy(Effect="Deny", Action="s3:*")), facts_of({})).statement is None


@pytest.mark.parametrize(
    ("caller", "principal_arn", "type_"),
    [
        (Caller(), None, "Anonymous"),
        (Caller(arn=SESSION), "arn:aws:iam::123456789012:role/app", "AssumedRole"),
        (Caller(arn=SESSION, role_arn="arn:aws:iam::123456789012:role/team/app"), "arn:aws:iam::123456789012:role/team/app", "AssumedRole"),
        (Caller(arn="arn:aws:iam::123456789012:user/ann"), "arn:aws:iam::123456789012:user/ann", "User"),
        (Caller(arn="arn:aws:iam::123456789012:root"), "arn:aws:iam::123456789012:root", "Account"),
    ],
)  # fmt: skip
def test_who_a_caller_is(caller: Caller, principal_arn: str | None, type_: str) -> None:
    assert (caller.principal_arn, caller.type) == (principal_arn, type_)


def test_an_address_that_is_none_is_in_no_range() -> None:
    key = "vpc-lattice-svcs:RequestHeader/x-ip"
    parsed = parse_policy(policy(Condition={"IpAddress": {key: "10.0.0.0/8"}}))

    assert evaluate(parsed, facts_of({"headers": [["x-ip", "10.1.2.3"]]}))
    assert not evaluate(parsed, facts_of({"headers": [["x-ip", "here"]]}))


def test_a_user_s_name_and_the_time_are_keys() -> None:
    facts = facts_of({"principal": "arn:aws:iam::123456789012:user/team/ann", "now": "2026-03-01T12:00:00Z"})

    assert facts.values("aws:username") == ("ann",)
    assert facts.values("aws:EpochTime") == ("1772366400",)
    assert facts.values("no:such") == ()


STATEMENTS = st.lists(
    st.builds(
        lambda effect, principal, resource, method: policy(
            Effect=effect,
            Principal=principal,
            Resource=resource,
            Condition={"StringEquals": {"vpc-lattice-svcs:RequestMethod": method}} if method else None,
        )["Statement"][0],
        st.sampled_from(["Allow", "Deny"]),
        st.sampled_from(["*", {"AWS": SESSION}, {"AWS": "210987654321"}]),
        st.sampled_from(["*", f"{SERVICE}/a", f"{SERVICE}/b*"]),
        st.sampled_from(["", "GET", "POST"]),
    ),
    min_size=1,
    max_size=5,
)
REQUESTS = st.fixed_dictionaries(
    {"path": st.sampled_from(["/a", "/b1", "/c"]), "method": st.sampled_from(["GET", "POST"])},
    optional={"principal": st.just(SESSION)},
)


def parsed(statements: list[Any]) -> Policy:
    return parse_policy({"Statement": statements})


@examples(5_000)
@given(statements=STATEMENTS, request=REQUESTS, data=st.data())
def test_order_never_matters_a_deny_never_allows_and_less_allows_never_allow_more(
    statements: list[Any], request: dict[str, Any], data: st.DataObject
) -> None:
    facts = facts_of(request)
    before = evaluate(parsed(statements), facts)
    denying = policy(Effect="Deny", Resource=data.draw(st.sampled_from(["*", f"{SERVICE}/a"])))["Statement"]
    fewer = [each for each in statements if each["Effect"] == "Deny" or data.draw(st.booleans())]

    assert evaluate(parsed(data.draw(st.permutations(statements))), facts).effect == before.effect
    assert before or not evaluate(parsed(statements + denying), facts)
    if fewer:
        assert before or not evaluate(parsed(fewer), facts)


def test_a_statement_without_a_resource_is_about_every_one() -> None:
    statement = Statement(
        index=0, sid="", effect="Allow", principal=None, action=Element(values=("*",)), resource=None
    )

    assert evaluate(Policy(statements=(statement,)), Facts(service_arn=SERVICE))
    assert find_lacks(statement, Facts(service_arn=SERVICE)) == ()
