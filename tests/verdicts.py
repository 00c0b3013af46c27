"""What two networks answer to the same requests, and which of their parts, of those that differ, a request meets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import strategies as st

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.network.authentication import KnownKey
from lattice_events.network.dataplane import plan
from lattice_events.network.decision import Decision, Forward, Source
from lattice_events.network.model import FixedResponseAction, Match, Network, Rule, TargetGroup
from lattice_events.network.policy import Statement
from lattice_events.network.routing import find_mismatch
from lattice_events.sigv4 import Credentials, sign_lattice

NOW_US = 1_790_935_900_000_000
_KEY = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key="secret")
_METHODS = ("GET", "get", "POST", "PUT", "PATCH")
_VALUES = ("yes", "YES", "yes!", "no")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request, and who sends it.

    Attributes:
        request: Unsigned.
        port: To which it comes.
        caller: The name of a principal, who signs it; empty for nobody.
        roll: The draw for weighted target groups.
    """

    request: Request
    port: int
    caller: str
    roll: float


@st.composite
def calls(draw: st.DrawFn, *networks: Network) -> Call:
    """A request that is near to what some networks are about."""
    services = [each for network in networks for each in network.services]
    service = draw(st.sampled_from(services))
    port = draw(st.sampled_from([each.port for each in service.listeners] or [443]))
    matches = [rule.match for each in services for listener in each.listeners for rule in listener.rules]
    near = draw(st.sampled_from([*matches, Match()]))
    method, path, headers = draw(_meeting(near) | _odd(near))
    request = Request(method=method, path=path, headers=Headers((("host", service.domain_name), *headers)))
    callers = sorted({"", *(each.name for network in networks for each in network.principals)})
    return Call(
        request=request,
        port=port,
        caller=draw(st.sampled_from(callers)),
        roll=draw(st.sampled_from([0.0, 0.5, 0.95])),
    )


_Sent = tuple[str, str, list[tuple[str, str]]]


def _meeting(match: Match) -> st.SearchStrategy[_Sent]:
    """Method, path and headers that a match takes."""
    path = match.path.value if match.path else "/"
    return st.just((match.method or "GET", path, [(each.name, each.value) for each in match.headers]))


@st.composite
def _odd(draw: st.DrawFn, match: Match) -> _Sent:
    """Likewise, near to what a match takes, or not."""
    method, path, headers = draw(_meeting(match))
    path += draw(st.sampled_from(["", "/", "/x", "x", "*"]))
    path = draw(st.sampled_from([path, path.upper(), "/other"])).replace("//", "/")
    others = [(name, value) for name, _ in headers for value in _VALUES]
    return (
        draw(st.sampled_from([method, *_METHODS])),
        path,
        draw(st.lists(st.sampled_from(others), max_size=2)) if others else [],
    )


def decide(network: Network, call: Call) -> Decision:
    """What a network does with a call."""
    principal = network.principal_by_name.get(call.caller)
    return plan(
        network,
        _signed(call, network) if call.caller else call.request,
        source=Source("10.0.0.7", call.port),
        credentials={_KEY.access_key_id: KnownKey(credentials=_KEY, principal=principal)},
        fresh_request_id="id",
        now_us=NOW_US,
        roll=call.roll,
        turn={},
        health={},
        assumptions=DEFAULTS,
    )


def _signed(call: Call, network: Network) -> Request:
    request, host = call.request, call.request.headers["host"]
    scheme = "http" if call.port == 80 else "https"
    others = [pair for pair in request.headers.items() if pair[0] != "host"]
    signed = sign_lattice(
        request.method,
        f"{scheme}://{host}{request.target}",
        headers=others,
        credentials=_KEY,
        region=network.region,
        now=datetime.fromtimestamp(NOW_US / 1_000_000, UTC),
    )
    return request.replace(
        headers=Headers((("host", host), *(each for each in signed.headers if each[0].lower() != "host")))
    )


def answer(decision: Decision, *, with_events: bool = True) -> Any:
    """What the client, and the target if there is one, get to see of a decision; not the ARN of the target group."""
    if not isinstance(decision, Forward):
        return decision.response.status, decision.response.body
    sent = decision.request.replace(target_group_arn="", **({} if with_events else {"event_version": "V2"}))
    kept = [pair for pair in sent.headers.items() if pair[0] != "x-amzn-lattice-target"]
    return decision.target, sent.replace(headers=Headers(kept))


@dataclass(frozen=True)
class Difference:
    """The parts of two networks that differ, of either.

    Attributes:
        policies: Statements of policies.
        rules: Of listeners.
        groups: Target groups.
    """

    policies: Sequence[Statement]
    rules: Sequence[Rule]
    groups: Sequence[TargetGroup]

    @property
    def kinds(self) -> set[str]:
        """Which kinds of parts differ."""
        return {name for name, parts in vars(self).items() if parts}

    def is_met(self, call: Call, decision: Decision) -> bool:
        """Whether a decision may be due to any of it."""
        trace = decision.trace
        asked = trace.authorization.facts if trace.authorization else None
        return (
            (asked is not None and any(each.matches(asked) for each in self.policies))
            or any(find_mismatch(each.match, call.request, DEFAULTS) is None for each in self.rules)
            or trace.target_group in self.groups
        )


def difference(before: Network, after: Network) -> Difference:
    """What differs."""
    return Difference(
        _either(_statements(before), _statements(after)),
        _either(_rules(before), _rules(after)),
        _either(before.target_groups, after.target_groups),
    )


_T = TypeVar("_T")


def _either(some: Iterable[_T], others: Iterable[_T]) -> Sequence[_T]:
    """What is among the ones or the others, not among both."""
    some, others = list(some), list(others)
    return [each for each in some if each not in others] + [each for each in others if each not in some]


def _statements(network: Network) -> Iterator[Statement]:
    policies = [
        *(each.auth_policy for each in network.services),
        *(each.auth_policy for each in network.service_networks),
        *(each.identity_policy for each in network.principals),
    ]
    for policy in filter(None, policies):
        yield from policy.statements


def _rules(network: Network) -> Iterator[Rule]:
    """What each rule takes, whatever it does then."""
    for service in network.services:
        for listener in service.listeners:
            yield from (replace(each, action=FixedResponseAction(status=404)) for each in listener.rules)
