"""Ordered maps whose keys repeat."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events import Headers, QueryParams
from lattice_events.headers import end_to_end

PAIRS = (("Accept", "a"), ("X", "1"), ("accept", "b"))
SOME_PAIRS = st.lists(st.tuples(st.sampled_from(["a", "A", "b", "B", "c"]), st.text(max_size=2)), max_size=5)


def test_header_names_never_mind_case() -> None:
    headers = Headers(PAIRS)

    assert headers["ACCEPT"] == "a"
    assert headers.get_all("accept") == ["a", "b"]
    assert "x" in headers


def test_a_missing_header_has_the_default_and_no_values() -> None:
    headers = Headers(PAIRS)

    assert headers.get("y") is None
    assert headers.get("y", "z") == "z"
    assert headers.get_all("y") == []
    with pytest.raises(KeyError):
        headers["y"]


def test_items_come_as_they_were_given() -> None:
    assert Headers(PAIRS).items() == PAIRS


def test_iteration_and_length_count_a_name_once() -> None:
    headers = Headers(PAIRS)

    assert list(headers) == ["accept", "x"]
    assert headers.keys() == ("accept", "x")
    assert len(headers) == 2


def test_a_mapping_will_do() -> None:
    assert Headers({"a": "1"}) == Headers([("A", "1")])


def test_maps_are_equal_when_each_name_has_the_same_values_in_order() -> None:
    assert Headers([("a", "1"), ("b", "2")]) == Headers([("B", "2"), ("A", "1")])
    assert Headers([("a", "1"), ("a", "2")]) != Headers([("a", "2"), ("a", "1")])
    assert hash(Headers({"A": "1"})) == hash(Headers({"a": "1"}))
    assert Headers({"a": "1"}) != QueryParams({"a": "1"})


def test_with_items_replaces_every_value_of_a_name() -> None:
    assert Headers(PAIRS).with_items([("ACCEPT", "c")]).items() == (("X", "1"), ("ACCEPT", "c"))


def test_something_that_is_no_name_is_not_in_the_map() -> None:
    assert 1 not in Headers(PAIRS)


@given(SOME_PAIRS, SOME_PAIRS)
def test_a_copy_is_looked_up_as_if_it_had_been_made_of_its_pairs(
    before: list[tuple[str, str]], new: list[tuple[str, str]]
) -> None:
    names = {name.lower() for name, _ in new}
    kept = [pair for pair in before if pair[0].lower() not in names]

    for copy, pairs in (
        (Headers(before).with_items(new), [*kept, *new]),
        (Headers(before).without(*names), kept),
    ):
        assert copy.items() == tuple(pairs)
        assert list(copy.to_lists().items()) == list(Headers(pairs).to_lists().items())


@given(st.text(alphabet="ab=&%2+é;", max_size=12))
def test_a_query_string_is_read_as_the_standard_library_reads_it(query_string: str) -> None:
    expected = parse_qsl(query_string, keep_blank_values=True)

    assert QueryParams.parse(query_string).items() == tuple(expected)


def test_repr_hides_secrets() -> None:
    shown = repr(Headers({"Authorization": "secret", "X-Amz-Security-Token": "secret", "a": "b"}))

    assert "secret" not in shown
    assert "'b'" in shown


def test_query_names_mind_case() -> None:
    query = QueryParams([("a", "1"), ("A", "2")])

    assert query.to_lists() == {"a": ["1"], "A": ["2"]}
    assert repr(query) == "QueryParams([('a', '1'), ('A', '2')])"


def test_query_parameters_are_decoded_and_keep_empty_values() -> None:
    query = QueryParams.parse("a=b%20c&a=d+e&flag&empty=")

    assert query.items() == (("a", "b c"), ("a", "d e"), ("flag", ""), ("empty", ""))
    assert QueryParams.parse("").items() == ()


def test_end_to_end_drops_the_headers_of_one_connection() -> None:
    headers = Headers({"Connection": "close, X-Mine", "X-Mine": "1", "TE": "trailers", "Date": "now"})

    assert end_to_end(headers).items() == (("Date", "now"),)


@pytest.mark.parametrize(
    "name",
    [
        "host",
        "Content-Length",
        "content-type",
        "content-encoding",
        "authorization",
        "cookie",
        "set-cookie",
        "x-amz-date",
        "x-amzn-requestid",
        "x-amzn-lattice-identity",
        "X-Forwarded-For",
    ],
)
def test_no_connection_names_away_what_is_meant_for_all(name: str) -> None:
    headers = Headers({"Connection": f"close, {name}", name: "1"})

    assert end_to_end(headers).items() == ((name, "1"),)
