"""Rules as they are tried beside the plainest way to say what they mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lattice_events import Headers, Request
from lattice_events.assumptions import Assumptions
from lattice_events.network.model import HeaderMatch, Match, PathMatch
from lattice_events.network.routing import route
from tests.networks import listener, rule

PATHS = st.sampled_from(["/", "/a", "/A", "/a/", "/a/b", "/ab", "/a?x", "/B/a", ""])
CASES = st.booleans()
PATH_MATCHES = st.builds(
    PathMatch, kind=st.sampled_from(["exact", "prefix"]), value=PATHS, case_sensitive=CASES
)
VALUES = st.sampled_from(["a", "A", "ab", "b", ""])
HEADER_MATCHES = st.builds(
    HeaderMatch,
    name=st.sampled_from(["x", "X", "y"]),
    kind=st.sampled_from(["exact", "prefix", "contains"]),
    value=VALUES,
    case_sensitive=CASES,
)
MATCHES = st.builds(
    Match,
    method=st.sampled_from([None, "GET", "PUT"]),
    path=st.none() | PATH_MATCHES,
    headers=st.lists(HEADER_MATCHES, max_size=2).map(tuple),
)
REQUESTS = st.builds(
    Request,
    method=st.sampled_from(["GET", "PUT"]),
    path=PATHS,
    query_string=st.sampled_from(["", "q"]),
    headers=st.lists(st.tuples(st.sampled_from(["X", "y"]), VALUES), max_size=3).map(Headers),
)
ASSUMPTIONS = st.builds(
    Assumptions, prefix_mode=st.sampled_from(["string", "element"]), match_query_string=CASES
)


def holds(part: Any, found: str, *, by_element: bool = False) -> bool:
    """One comparison, as its words say it."""
    wanted = part.value
    if not part.case_sensitive:
        found, wanted = found.lower(), wanted.lower()
    if part.kind == "contains":
        return wanted in found
    ends = ("/", "?") if by_element and not wanted.endswith("/") else ("",)
    is_below = part.kind == "prefix" and any(found.startswith(wanted + end) for end in ends)
    return found == wanted or is_below


def meets(match: Match, request: Request, assumptions: Assumptions) -> bool:
    """Whether every part of a match holds."""
    path = request.target if assumptions.match_query_string else request.path
    by_element = assumptions.prefix_mode == "element"
    return (
        match.method in (None, request.method)
        and (match.path is None or holds(match.path, path, by_element=by_element))
        and all(
            any(holds(each, value) for value in request.headers.get_all(each.name)) for each in match.headers
        )
    )


@given(st.lists(MATCHES, max_size=4), REQUESTS, ASSUMPTIONS)
def test_the_first_rule_by_priority_that_holds_wins(
    matches: list[Match], request: Request, assumptions: Assumptions
) -> None:
    rules = [replace(rule(-number, {}), match=match) for number, match in enumerate(matches)]
    ordered = rules[::-1]
    expected = next((each for each in ordered if meets(each.match, request, assumptions)), None)

    routing = route(listener(None, *rules), request, assumptions)

    assert routing.rule == expected
    tried = ordered[: ordered.index(expected) + 1] if expected else ordered
    assert [trial.rule for trial in routing.trials] == tried
    assert [trial.mismatch is None for trial in routing.trials] == [each is expected for each in tried]
