"""Request lines on a terminal: columns as wide as there is room for, and nothing is cut."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from lattice_events.cli.lines import Lines
from lattice_events.local.output.records import RequestRecord
from tests.networks import listener, network, service

REQUEST = RequestRecord(
    method="GET", host="foo.on.aws", path="/x", status=200, duration_ms=12.4, request_id="r", service="foo",
    rule="default", target="hello",
)  # fmt: skip
DENIED = replace(REQUEST, method="DELETE", path="/orders/7", status=403, rule=None, target=None, cold=True)
LONG = replace(REQUEST, path="/a/path/that/has/no/room/on/most/terminals/of/the/world")
NAMES = st.text("aé漢/-", max_size=120)


def lines(width: int) -> Lines:
    made = Lines(Console(file=io.StringIO(), _environ={}))
    made.columns.width = width
    return made


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (
            80,
            "GET    foo/x                          200 default → hello    12 ms\n"
            "DELETE foo/orders/7                   403                    12 ms cold\n"
            "GET    foo/a/path/that/has/no/room/on/most/terminals/of/the/world\n"
            "                                      200 default → hello    12 ms\n",
        ),
        (
            40,
            "GET    foo/x\n       200 default → hello 12 ms\n"
            "DELETE foo/orders/7 403 12 ms cold\n"
            "GET    foo/a/path/that/has/no/room/on/most/terminals/of/the/world\n"
            "       200 default → hello 12 ms\n",
        ),
        (
            0,
            "GET    foo/x 200 default → hello 12 ms\n"
            "DELETE foo/orders/7 403 12 ms cold\n"
            "GET    foo/a/path/that/has/no/room/on/most/terminals/of/the/world 200 default → hello 12 ms\n",
        ),
    ],
    ids=["80 columns", "40 columns", "no terminal"],
)
def test_a_line_has_the_columns_that_there_is_room_for(width: int, shown: str) -> None:
    made = lines(width)

    assert "".join(map(made.request, (REQUEST, DENIED, LONG))) == shown


def test_columns_are_as_wide_as_what_a_wide_terminal_shows() -> None:
    made = lines(120)

    assert made.request(LONG).index(" 200 ") == made.request(REQUEST).index(" 200 ") > 60


def test_a_terminal_that_is_made_narrower_gets_narrower_columns() -> None:
    made = lines(120)
    made.request(LONG)
    made.columns.width = 80

    assert cell_len(made.request(REQUEST).rstrip("\n")) <= 80


def test_rules_and_targets_of_the_network_have_their_room_before_they_are_shown() -> None:
    made = lines(100)
    made.expect(network(service("foo"), service("bar", listeners=(listener(),))))
    first = made.request(DENIED)

    assert made.request(REQUEST).index(" ms") == first.index(" ms")


@given(names=st.tuples(NAMES, NAMES, NAMES), width=st.integers(1, 200))
def test_nothing_is_cut_whatever_the_width(names: tuple[str, str, str], width: int) -> None:
    path, rule, target = names
    made = lines(width).request(replace(REQUEST, path=path, rule=rule, target=f"t{target}"))

    assert made.split() == f"GET foo{path} 200 {rule} → t{target} 12 ms".split()
    assert made.endswith("ms\n")


@given(paths=st.lists(st.text("ab/", max_size=60), min_size=2, max_size=20), width=st.integers(80, 200))
def test_the_status_of_every_line_is_in_one_column_once_the_widest_was_shown(
    paths: list[str], width: int
) -> None:
    made = lines(width)
    records = [replace(REQUEST, path=path) for path in paths]
    list(map(made.request, records))

    assert len({made.request(each).split("\n")[-2].index(" 200 ") for each in records}) == 1


def test_a_service_of_several_regions_is_called_by_its_host() -> None:
    made = lines(0)
    made.expect(network(service("foo"), service("foo")))

    assert made.request(REQUEST).startswith("GET    foo.on.aws/x ")
