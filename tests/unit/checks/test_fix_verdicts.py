"""A fix changes no answer to any request, but as its rule says (`fix_changes`)."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from lattice_events import Headers, Request
from lattice_events.checks.rule import FixedPart
from lattice_events.checks.table import RULES
from lattice_events.network.decision import Reply
from lattice_events.network.model import Network
from tests.fixing import fixed, look
from tests.mistakes import DEFINITIONS, MISTAKES, Mistake
from tests.verdicts import Call, answer, calls, decide, difference

PARTS: tuple[FixedPart, ...] = ("policies", "rules", "groups")
FIXABLE = {rule.code for rule in RULES if rule.is_fixable}
WITHOUT_NETWORK = ("sam-client",)  # of services that another stack has
FIXED = [
    each
    for each in MISTAKES
    if any(line.split()[0] in FIXABLE for line in each.findings) and each.definition not in WITHOUT_NETWORK
]


@cache
def correct(definition: str) -> Network:
    """The network of a correct definition."""
    network = look(DEFINITIONS / definition).found.network
    assert network
    return network


@cache
def mended(mistake: Mistake) -> tuple[Network, Network, frozenset[FixedPart]]:
    """The network before and after a fix, and what the fixed rules may change.

    What AWS refuses makes no network: then it is that of the correct definition.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = mistake.made_in(Path(folder))
        before = look(path)
        fixed(path)
        after = look(path).found.network
    changes = frozenset(each.rule.fix_changes for each in before.findings if each.edits)
    return before.found.network or correct(mistake.definition), after or correct(mistake.definition), changes


@pytest.mark.parametrize("mistake", FIXED, ids=str)
@given(data=st.data())
@settings(deadline=None, max_examples=25)
def test_a_fix_changes_no_answer_but_as_its_rule_says(mistake: Mistake, data: st.DataObject) -> None:
    before, after, changes = mended(mistake)
    call = data.draw(calls(before, after))

    was, now = decide(before, call), decide(after, call)

    with_events = "events" not in changes
    if answer(was, with_events=with_events) != answer(now, with_events=with_events):
        found = difference(before, after)
        assert changes.intersection(PARTS)
        assert found.is_met(call, was) or found.is_met(call, now)


@pytest.mark.parametrize("mistake", FIXED, ids=str)
def test_a_fix_that_changes_one_kind_of_parts_changes_no_other(mistake: Mistake) -> None:
    before, after, changes = mended(mistake)

    allowed = changes.intersection(PARTS)
    assert not allowed or difference(before, after).kinds <= allowed


@pytest.mark.parametrize(
    "name",
    [
        "group-without-event-version",
        "policies-action-of-control-plane",
        "policies-bare-service-arn",
        "rules-of-method-in-lower-case",
        "rules-of-wildcard",
    ],
)
def test_the_requests_that_are_drawn_tell_a_fix_that_changes_answers(name: str) -> None:
    before, after, _ = mended(next(each for each in FIXED if str(each) == name))

    find(
        calls(before, after),
        lambda call: answer(decide(before, call)) != answer(decide(after, call)),
        settings=settings(deadline=None, max_examples=2000),
    )


# ── made-up definitions ───────────────────────────────────────────────────────────────────────────

SERVICE = """\
Resources:
  Network: {Type: AWS::VpcLattice::ServiceNetwork, Properties: {Name: shops}}
  Shop: {Type: AWS::VpcLattice::Service, Properties: {Name: shop, AuthType: %s}}
  Association:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Shop, ServiceNetworkIdentifier: !Ref Network}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties: {ServiceIdentifier: !Ref Shop, Protocol: HTTPS, DefaultAction: {FixedResponse: {StatusCode: 404}}}
"""
RULE = """\
  Rule:
    Type: AWS::VpcLattice::Rule
    Properties:
      ServiceIdentifier: !Ref Shop
      ListenerIdentifier: !Ref Listener
      Priority: 1
      Match: {HttpMatch: {PathMatch: {CaseSensitive: true, Match: {%s: %s}}}}
      Action: {FixedResponse: {StatusCode: 500}}
"""
POLICY = """\
  Policy:
    Type: AWS::VpcLattice::AuthPolicy
    Properties:
      ResourceIdentifier: !Ref Shop
      Policy: {Version: "2012-10-17", Statement: %s}
  Caller:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {AWS: "*"}, Action: sts:AssumeRole}]
"""


def networks_of(text: str) -> tuple[Network | None, Network]:
    """The network of a template before and after a fix."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "template.yaml"
        file.write_text(text)
        before = look(file).found.network
        fixed(file)
        after = look(file).found.network
    assert after
    return before, after


STARTS = st.text("aB/-", max_size=3).map(lambda text: f"/{text}")


@given(
    start=STARTS, rest=st.text("aB/-*", max_size=2), kind=st.sampled_from(["Exact", "Prefix"]), other=STARTS
)
@settings(deadline=None, max_examples=30)
def test_a_wildcard_that_becomes_a_prefix_takes_what_begins_so(
    start: str, rest: str, kind: str, other: str
) -> None:
    _, network = networks_of(SERVICE % "NONE" + RULE % (kind, f"{start}*"))
    host = network.services[0].domain_name

    for path in (start + rest, other):
        request = Request(method="GET", path=path, headers=Headers((("host", host),)))
        decision = decide(network, Call(request=request, port=443, caller="", roll=0.0))
        assert isinstance(decision, Reply)
        assert decision.response.status == (500 if path.startswith(start) else 404)


ACTIONS = st.sampled_from(
    ["vpc-lattice-svcs:Invoke", "vpc-lattice:Invoke", "vpc-lattice-svc:Invoke", "execute-api:Invoke"]
)
RESOURCES = st.sampled_from(
    ["*", {"Fn::GetAtt": ["Shop", "Arn"]}, {"Fn::Sub": "${Shop.Arn}/*"}, {"Fn::Sub": "${Shop.Arn}/a*"}]
)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Principal": st.sampled_from(["*", {"AWS": {"Fn::GetAtt": ["Caller", "Arn"]}}]),
        "Action": ACTIONS | st.lists(ACTIONS, min_size=1, max_size=3),
        "Resource": RESOURCES | st.lists(RESOURCES, min_size=1, max_size=2),
    }
)


@given(statements=st.lists(STATEMENTS, min_size=1, max_size=3), data=st.data())
@settings(deadline=None, max_examples=40)
def test_a_fix_of_a_policy_changes_answers_to_what_a_changed_statement_is_about(
    statements: list[object], data: st.DataObject
) -> None:
    before, after = networks_of(SERVICE % "AWS_IAM" + POLICY % json.dumps(statements))
    assert before
    found = difference(before, after)

    for call in data.draw(st.lists(calls(before, after), min_size=3, max_size=6)):
        was, now = decide(before, call), decide(after, call)
        assert answer(was) == answer(now) or found.is_met(call, now)
    assert found.kinds <= {"policies"}
