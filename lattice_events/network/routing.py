"""Which rule of a listener a request meets, and which target group its weights choose.

Pure comparison; what is then done about it is in `dataplane`.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/listeners.html
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from lattice_events.assumptions import Assumptions
from lattice_events.network.model import (
    ForwardAction,
    HeaderMatch,
    Listener,
    Match,
    PathMatch,
    Rule,
    WeightedTargetGroup,
)
from lattice_events.request import Request


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleTrial:
    """A rule that was looked at: `mismatch` says why it did not match, ``None`` that it did."""

    rule: Rule
    mismatch: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Routing:
    """The rule that matched (``None``: the default action) and every rule tried on the way."""

    rule: Rule | None
    trials: tuple[RuleTrial, ...]


_PRIORITY = attrgetter("priority")


def route(listener: Listener, request: Request, assumptions: Assumptions) -> Routing:
    """Try a listener's rules by ascending priority; the first that matches wins."""
    trials = []
    for rule in sorted(listener.rules, key=_PRIORITY):
        mismatch = find_mismatch(rule.match, request, assumptions)
        trials.append(RuleTrial(rule=rule, mismatch=mismatch))
        if mismatch is None:
            return Routing(rule=rule, trials=tuple(trials))
    return Routing(rule=None, trials=tuple(trials))


def find_mismatch(match: Match, request: Request, assumptions: Assumptions) -> str | None:
    """Say why a request does not match, or ``None`` when every part of the match holds."""
    if match.method is not None and match.method != request.method:
        return f"method is {request.method}, not {match.method}"
    if match.path is not None and not _path_matches(match.path, request, assumptions):
        return f"path {request.path} is not {_in_words(match.path)}"
    for header in match.headers:
        if not any(_header_matches(header, value) for value in request.headers.get_all(header.name)):
            return f"no header {header.name} that is {_in_words(header)}"
    return None


def _path_matches(match: PathMatch, request: Request, assumptions: Assumptions) -> bool:
    """Whether the path meets a match: raw, as it was sent, nothing decoded or normalized."""
    path = request.target if assumptions.match_query_string else request.path
    wanted = match.value
    if not match.case_sensitive:
        path, wanted = path.lower(), wanted.lower()
    if match.kind == "exact":
        return path == wanted
    if assumptions.prefix_mode == "string" or wanted.endswith("/"):
        return path.startswith(wanted)
    return path == wanted or path.startswith((wanted + "/", wanted + "?"))


def _header_matches(match: HeaderMatch, value: str) -> bool:
    """Whether one value of the header meets a match."""
    wanted = match.value
    if not match.case_sensitive:
        value, wanted = value.lower(), wanted.lower()
    if match.kind == "contains":
        return wanted in value
    return value == wanted if match.kind == "exact" else value.startswith(wanted)


def _in_words(match: PathMatch | HeaderMatch) -> str:
    """What is wanted, for a trace."""
    case = "" if match.case_sensitive else " (in any case)"
    return f"{match.kind} {match.value}{case}"


def choose_target_group(action: ForwardAction, roll: float) -> WeightedTargetGroup | None:
    """Choose by weight; ``None`` when there is nothing to choose or every weight is 0.

    Args:
        action: Its groups share by weight divided by the sum of weights.
        roll: A number from 0 up to, not including, 1, evenly distributed.
    """
    total = sum(group.weight for group in action.target_groups)
    point = roll * total
    for group in action.target_groups:
        if point < group.weight:
            return group
        point -= group.weight
    return None
