"""Properties of settings: merging does not mind order, and the schema says what the parser does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lattice_events.readers.common.sources import SettingsSource
from lattice_events.readers.settings.merge import AllSettings, conflicts, union
from lattice_events.readers.settings.schema import schema_text
from lattice_events.readers.settings.settings import Settings, parse_settings

# ECMAScript's $, which the schema means, is never before a line's end; Python's is.
SCHEMA = json.loads(schema_text().replace('$"', r'\\Z"'))
ROLE = "arn:aws:iam::123456789012:role/"
NAMES = st.sampled_from(["app", "pod", "other/app"])
RIGHT: dict[str, st.SearchStrategy[Any]] = {
    "targets": st.dictionaries(NAMES, st.sampled_from([{"url": "http://a"}, [{"url": "http://a:1/"}], {"command": ["x", 1]}])),
    "callers": st.dictionaries(
        st.sampled_from(["pod", "you"]),
        st.fixed_dictionaries({"arn": st.sampled_from([f"{ROLE}a", f"{ROLE}b"])}, optional={"vpc": st.just("vpc-1"), "tags": st.just({"a": 1})}),
    ),
    "assumptions": st.fixed_dictionaries({}, optional={"prefix_mode": st.sampled_from(["string", "element"]), "timeout_status": st.integers(400, 402)}),
    "defaultVpc": st.sampled_from(["vpc-1", "vpc-2"]),
    "faults": st.dictionaries(
        st.sampled_from(["slow", "cut"]),
        st.sampled_from([{"kind": "latency", "seconds": 1}, {"kind": "reset", "probability": 0.5, "service": None}]),
    ),
    "serviceNetwork": st.sampled_from(["one", "two"]),
    "python": st.sampled_from(["python3", "./p"]),
    "maxProcesses": st.integers(1, 3),
    "prewarm": st.integers(0, 2),
}  # fmt: skip
SETTINGS = st.fixed_dictionaries({}, optional=RIGHT)
# Strings as they are near to right ones; texts in them that no schema checks (tags, policies) are left alone.
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 5, 1001, 502.0, 4.5, "", "x", "http://", "http://a:0", "http://a:70000", "http://a b", "https://[::1]:1/",
     "http://a/b", "http://u:p@a", "ftp://a", "vpc-1", "vpc-1\n", "vpc-A", f"{ROLE}a", f"{ROLE}a\n", f"{ROLE}*", "o-1", "o-1/r-1/", "string",
     [], ["x"], [1], [["x"]], {}, {"url": "http://a"}, {"url": 1}, {"command": []}, {"command": ["x"], "cwd": "y"}, {"cwd": "y"},
     {"url": "http://a", "command": ["x"]}, {"app": {"url": "http://a"}}]
)  # fmt: skip
CALLER = st.dictionaries(st.sampled_from(["arn", "session", "vpc", "orgId", "orgPaths", "other"]), ODD)
FAULT = st.fixed_dictionaries(
    {},
    optional={
        "kind": ODD | st.sampled_from(["latency", "reset", "clock-skew", "throttle"]),
        **dict.fromkeys(("seconds", "probability", "seed", "count", "burst_seconds"), ODD | st.sampled_from([1, 0.5, -1, -700, 99999])),
        **dict.fromkeys(("service", "path", "method", "target", "other"), ODD | st.sampled_from(["/x*", "GET"])),
    },
)  # fmt: skip
WRONG = st.fixed_dictionaries(
    {},
    optional={
        **{name: ODD | right for name, right in RIGHT.items()},
        "targets": ODD | st.dictionaries(NAMES, ODD | st.lists(ODD, max_size=2)),
        "faults": ODD | st.dictionaries(st.sampled_from(["slow", "not one", "-x"]), ODD | FAULT),
        "callers": ODD | st.dictionaries(st.sampled_from(["pod", "you"]), ODD | CALLER),
        "assumptions": ODD | st.dictionaries(st.sampled_from(["prefix_mode", "timeout_status", "match_query_string", "unknown_host_body", "x"]), ODD),
        "target": ODD,
    },
)  # fmt: skip


def parse(value: Any, file: str = "lattice.yaml") -> tuple[Settings, list[str]]:
    def locate(path: tuple[Any, ...]) -> str:
        return ":".join([file, *map(str, path)])

    settings, problems = parse_settings(SettingsSource(value=value, folder=Path("/f"), locate=locate))
    return settings, [str(each) for each in problems]


def places(values: list[Any]) -> list[Settings]:
    """The settings of several files."""
    return [parse(value, f"{index}.yaml")[0] for index, value in enumerate(values)]


@given(values=st.lists(SETTINGS, max_size=5), data=st.data())
def test_merging_does_not_mind_the_order(values: list[Any], data: st.DataObject) -> None:
    settings = places(values)
    merged = union(settings)
    shuffled = union(data.draw(st.permutations(settings)))

    assert shuffled == merged
    assert list(shuffled.said) == list(merged.said)
    assert [*map(str, conflicts(shuffled))] == [*map(str, conflicts(merged))]


@given(values=st.lists(SETTINGS, min_size=3, max_size=3))
def test_merging_does_not_mind_how_places_are_grouped_or_repeated(values: list[Any]) -> None:
    a, b, c = places(values)

    assert union([union([a, b]), c]) == union([a, union([b, c])]) == union([a, b, c, b])


@given(values=st.lists(SETTINGS, min_size=1, max_size=4))
def test_there_is_a_conflict_exactly_where_two_places_disagree(values: list[Any]) -> None:
    settings = places(values)
    said: dict[tuple[str, ...], list[Any]] = {}
    for each in settings:
        for key, (one,) in each.said.items():
            said.setdefault(key, []).append(one.value)
    disagreeing = {key for key, several in said.items() if any(each != several[0] for each in several)}

    found = {str(each).split(": ", 1)[1].split(" is ")[0] for each in conflicts(union(settings))}

    assert found == {".".join(key) for key in disagreeing}


@given(files=st.lists(SETTINGS, max_size=3), chosen=SETTINGS, options=SETTINGS)
def test_the_last_word_is_kept_whatever_files_say(files: list[Any], chosen: Any, options: Any) -> None:
    found = {Path(f"/f/{index}"): each for index, each in enumerate(places(files))}
    top, named = parse(options, "--target")[0], parse(chosen, "mine.yaml")[0]

    merged = AllSettings(files=found, chosen=named, options=top).merged()

    for kind in ("targets", "assumptions"):
        for name, value in options.get(kind, {}).items():
            (said,) = merged.said[kind, name]
            assert said.written == value
    for caller in top.callers:
        (same,) = (each for each in merged.callers if each.name == caller.name)
        assert same.arn == caller.arn


@given(value=SETTINGS | WRONG)
def test_the_schema_allows_exactly_what_is_read(value: Any) -> None:
    _, problems = parse(value)

    assert (not problems) == Draft202012Validator(SCHEMA).is_valid(value), problems


def properties(schema: Any) -> list[tuple[str, Any]]:
    """Every property of a schema, at any depth."""
    if not isinstance(schema, dict):
        return []
    own = list(schema.get("properties", {}).items())
    return own + [found for each in schema.values() for found in properties(each)]


def test_every_key_of_the_schema_is_described_for_completion() -> None:
    found = properties(SCHEMA)

    assert len(found) > 40
    for name, property_ in found:
        assert property_["description"].endswith((".", ")")), name
        assert {"default", "examples"} <= set(property_), name
        assert {"type", "enum"} & set(property_), name


def test_every_example_of_the_schema_is_right() -> None:
    for name, property_ in properties(SCHEMA):
        validator = Draft202012Validator({**property_, "$defs": SCHEMA["$defs"]})
        assert all(map(validator.is_valid, property_["examples"])), name
