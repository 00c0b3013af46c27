"""Which rule of a listener a request meets, and which target group its weights choose.

Pure comparison; what is then done about it is in `dataplane`.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/listeners.html
"""

from __future__ import annotations

from typing import NamedTuple

from lattice_events.assumptions import Assumptions
from lattice_events.headers import Headers
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


class RuleTrial(NamedTuple):
    """A rule that was looked at: `mismatch` says why it did not match, ``None`` that it did."""

    rule: Rule
    mismatch: str | None


class Routing(NamedTuple):
    """The rule of a listener that a request meets; ``None`` stands for the default action."""

    listener: Listener
    request: Request
    assumptions: Assumptions
    rule: Rule | None

    @property
    def trials(self) -> tuple[RuleTrial, ...]:
        """Every rule tried on the way, with words that nobody writes until somebody reads them."""
        trials = []
        for rule in self.listener.rules_by_priority:
            mismatch = find_mismatch(rule.match, self.request, self.assumptions)
            trials.append(RuleTrial(rule, mismatch))
            if mismatch is None:
                break
        return tuple(trials)


class _Asked(NamedTuple):
    """What rules are compared with; `folded` is the path in lower case."""

    method: str
    path: str
    folded: str
    headers: Headers
    by_element: bool


def route(listener: Listener, request: Request, assumptions: Assumptions) -> Routing:
    """Try a listener's rules by ascending priority; the first that matches wins."""
    asked = _read(request, assumptions)
    for start, case_counts, rule in listener.rules_by_start:
        if not (asked.path if case_counts else asked.folded).startswith(start):
            continue  # most end here
        if _find_unmet(rule.match, asked) is None:
            return Routing(listener, request, assumptions, rule)
    return Routing(listener, request, assumptions, None)


def find_mismatch(match: Match, request: Request, assumptions: Assumptions) -> str | None:
    """Say why a request does not match, or ``None`` when every part of the match holds."""
    unmet = _find_unmet(match, _read(request, assumptions))
    if unmet is None:
        return None
    if isinstance(unmet, str):
        return f"method is {request.method}, not {unmet}"
    if isinstance(unmet, PathMatch):
        return f"path {request.path} is not {_in_words(unmet)}"
    return f"no header {unmet.name} that is {_in_words(unmet)}"


def _read(request: Request, assumptions: Assumptions) -> _Asked:
    """The path is compared raw, as it was sent, nothing decoded or normalized."""
    path = request.target if assumptions.match_query_string else request.path
    by_element = assumptions.prefix_mode == "element"
    return _Asked(request.method, path, path.lower(), request.headers, by_element)


def _find_unmet(match: Match, asked: _Asked) -> str | PathMatch | HeaderMatch | None:
    """The first part of a match that does not hold, a method by its name."""
    if match.method is not None and match.method != asked.method:
        return match.method
    if match.path is not None and not _path_matches(match.path, asked):
        return match.path
    for header in match.headers:
        if not any(_header_matches(header, value) for value in asked.headers.get_all(header.name)):
            return header
    return None


def _path_matches(match: PathMatch, asked: _Asked) -> bool:
    """Whether the path meets a match; a prefix by element ends where an element, or the path, does."""
    path, wanted = asked.path if match.case_sensitive else asked.folded, match.wanted
    if match.kind == "exact":
        return path == wanted
    if not path.startswith(wanted):
        return False
    return not asked.by_element or wanted.endswith("/") or path[len(wanted) :][:1] in ("", "/", "?")


def _header_matches(match: HeaderMatch, value: str) -> bool:
    """Whether one value of the header meets a match."""
    wanted = match.wanted
    if not match.case_sensitive:
        value = value.lower()
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
    point = roll * action.total_weight
    for group in action.target_groups:
        if point < group.weight:
            return group
        point -= group.weight
    return None
