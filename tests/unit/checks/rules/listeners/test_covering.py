"""Whether one match takes all that another takes, beside what routing makes of every request of a small world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from lattice_events.assumptions import DEFAULTS
from lattice_events.checks.rules.listeners.covering import covers
from lattice_events.headers import Headers
from lattice_events.network.model import HeaderMatch, Match, PathMatch
from lattice_events.network.routing import find_mismatch
from lattice_events.request import Request
from tests.conftest import examples

# Values of matches are shorter than those of requests, so that there is a request for each difference.
_LETTERS = ("a", "A", "1")
_PATHS = ["/" + "".join(each) for size in range(5) for each in product((*_LETTERS, "/"), repeat=size)]
_VALUES = ["".join(each) for size in range(5) for each in product(_LETTERS, repeat=size)]
_METHODS = ("GET", "PUT", "get")

paths = st.builds(
    PathMatch,
    kind=st.sampled_from(("exact", "prefix")),
    value=st.sampled_from([path for path in _PATHS if len(path) <= 4]),
    case_sensitive=st.booleans(),
)
headers = st.builds(
    HeaderMatch,
    name=st.sampled_from(("x", "X", "y")),
    kind=st.sampled_from(("exact", "prefix", "contains")),
    value=st.sampled_from([value for value in _VALUES if 1 <= len(value) <= 2]),
    case_sensitive=st.booleans(),
)
modes: st.SearchStrategy[Literal["string", "element"]] = st.sampled_from(("string", "element"))


def takes_all(
    wide: Match, narrow: Match, requests: Sequence[Request], mode: Literal["string", "element"]
) -> bool:
    """Whether no request meets the second match and not the first."""
    assumptions = replace(DEFAULTS, prefix_mode=mode)
    return not any(
        find_mismatch(narrow, each, assumptions) is None
        and find_mismatch(wide, each, assumptions) is not None
        for each in requests
    )


@examples(2000)
@given(wide=paths, narrow=st.none() | paths, mode=modes)
def test_a_path_covers_another_if_and_only_if_it_takes_each_of_its_requests(
    wide: PathMatch, narrow: PathMatch | None, mode: Literal["string", "element"]
) -> None:
    requests = [Request(path=path) for path in _PATHS]
    one, other = Match(path=wide), Match(path=narrow)

    assert covers(one, other, by_element=mode == "element") == takes_all(one, other, requests, mode)


@examples(2000)
@given(wide=headers, narrow=headers)
def test_a_header_covers_another_if_and_only_if_it_takes_each_of_its_requests(
    wide: HeaderMatch, narrow: HeaderMatch
) -> None:
    requests = [Request(headers=Headers([(name, value)])) for name in ("x", "y") for value in _VALUES]
    one, other = Match(headers=(wide,)), Match(headers=(narrow,))

    assert covers(one, other, by_element=False) == takes_all(one, other, requests, "string")


matches = st.builds(
    Match,
    method=st.none() | st.sampled_from(_METHODS),
    path=st.none() | paths,
    headers=st.lists(headers, max_size=2).map(tuple),
)
requests_ = st.builds(
    Request,
    method=st.sampled_from(_METHODS),
    path=st.sampled_from(_PATHS),
    headers=st.lists(st.tuples(st.sampled_from(("x", "Y")), st.sampled_from(_VALUES)), max_size=3).map(
        Headers
    ),
)


@examples(5000)
@given(wide=matches, narrow=matches, mode=modes, data=st.data())
def test_what_covers_a_match_takes_each_of_its_requests(
    wide: Match, narrow: Match, mode: Literal["string", "element"], data: st.DataObject
) -> None:
    if covers(wide, narrow, by_element=mode == "element"):  # most do not, and to draw requests takes long
        requests = data.draw(st.lists(requests_, min_size=20, max_size=40))
        assert takes_all(wide, narrow, requests, mode)


def test_what_is_not_ascii_covers_only_where_its_case_counts() -> None:
    """``İ`` in lower case is two characters, of which the second has no case."""
    dot = HeaderMatch(name="x", kind="contains", value="\N{COMBINING DOT ABOVE}", case_sensitive=True)
    letter = replace(dot, value="İ", case_sensitive=False)

    assert not covers(Match(headers=(dot,)), Match(headers=(letter,)), by_element=False)
    assert not takes_all(
        Match(headers=(dot,)), Match(headers=(letter,)), [Request(headers=Headers([("x", "İ")]))], "string"
    )
