"""Whatever is written, every rule ends, and every finding has a place in a file that was read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lattice_events.readers.common.documents import parse_yaml_stream
from tests.checking import findings_in
from tests.mistakes import DEFINITIONS

FILES = sorted(file.relative_to(DEFINITIONS) for file in DEFINITIONS.glob("*/*.yaml"))
_ODD: list[Any] = [
    None, True, False, 0, -1, 101, 1e999, 3.5, "", " ", "*", "/", "a" * 5000, "é", "\x7f", "${A}", "x.y",
    "arn:aws:", "arn:aws:vpc-lattice:::service/", "arn:aws:lambda:us-east-1:1:function:f:1:2", "::/0", "*.",
    [], {}, [[]], [None], [{}], {"": ""}, {"a": None}, {"Ref": None}, {"Ref": "Orders"}, {"Ref": []}, {"Ref": "AWS::NoValue"},
    {"Ref": "AWS::Region"}, {"Fn::GetAtt": "Service"}, {"Fn::GetAtt": ["Service", "Arn"]}, {"Fn::GetAtt": []},
    {"Fn::Sub": "${Service.Arn}/*"}, {"Fn::Sub": ["${A}", {"A": {"Ref": "Service"}}]}, {"Fn::Sub": 1},
    {"Fn::If": ["No", 1, 2]}, {"Fn::If": []}, {"Fn::Join": ["", [{"Ref": "Nobody"}, "*"]]}, {"Fn::Select": [0, []]},
    {"Fn::ImportValue": "x"}, {"Fn::Transform": {"Name": "AWS::Include"}}, {"Fn::ForEach::L": ["x", ["A"], {"${x}": 1}]},
    "{{resolve:ssm:/x}}", {"Fn::Base64": {"Ref": "Service"}},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key path of a value."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(value[key], (*path, key))


def inside(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


@st.composite
def written(draw: st.DrawFn) -> tuple[Path, str]:
    """A file of a correct definition with a few values that are odd, missing, moved, or there twice."""
    file = draw(st.sampled_from(FILES))
    documents = [each.value for each in parse_yaml_stream((DEFINITIONS / file).read_text(), str(file))]
    for _ in range(draw(st.integers(1, 4))):
        paths = list(places(documents)) or [()]
        if paths == [()]:
            break
        path = draw(st.sampled_from(paths))
        holder = inside(documents, path[:-1])
        what = draw(st.sampled_from(["odd", "gone", "moved", "renamed"]))
        if what == "odd":
            holder[path[-1]] = draw(st.sampled_from(_ODD))
        elif what == "gone":
            del holder[path[-1]]
        elif what == "moved":
            holder[path[-1]] = json.loads(json.dumps(inside(documents, draw(st.sampled_from(paths)))))
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from(["Name", "Ref", "Properties", "Type", "", "x"]))] = holder.pop(
                path[-1]
            )
    return file, "\n---\n".join(json.dumps(each, indent=1) for each in documents)


@settings(max_examples=150, deadline=None)
@given(written())
def test_every_rule_ends_whatever_is_written(definition: tuple[Path, str]) -> None:
    file, text = definition
    with tempfile.TemporaryDirectory() as folder:
        for each in (DEFINITIONS / file.parent).iterdir():
            (Path(folder) / each.name).write_text(text if each.name == file.name else each.read_text())
        lines = {each: len(each.read_text().splitlines()) for each in Path(folder).iterdir()}

        for finding in findings_in(Path(folder)):
            place = finding.place
            assert finding.message
            assert Path(place.file) == Path(folder) or 1 <= place.line <= lines[Path(place.file)]
