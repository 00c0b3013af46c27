"""Files and packages that are not what they should be: a network, or problems with their places."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.readers.project import Project
from tests.unit.readers.test_cases import places
from tests.unit.readers.test_project import load, problems, shop  # noqa: F401 - a fixture

STATE = "package/serverless-state.json"
TEMPLATE = "package/cloudformation-template-update-stack.json"


def load_or_refuse() -> Project | ConfigurationError:
    try:
        return load(".")
    except ConfigurationError as error:
        return error


@pytest.mark.parametrize("file", [STATE, TEMPLATE])
@pytest.mark.parametrize(
    "odd",
    [None, "", [], [None], {"a": 1}, {"Ref": "Nope"}, "\ud800", 10**60, "x" * 10_000],
    ids=lambda each: ascii(each)[:20],
)
def test_a_package_with_one_odd_value_is_read_or_refused(file: str, odd: Any, shop: Path) -> None:  # noqa: F811
    whole = json.loads((shop / file).read_text())
    for number in range(len(places(whole))):
        value = copy.deepcopy(whole)
        container, key = places(value)[number]
        container[key] = copy.deepcopy(odd)
        (shop / file).write_text(json.dumps(value))

        assert isinstance(load_or_refuse(), (Project, ConfigurationError))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("kind: Gateway".encode("utf-16")[:-1], "The file cannot be read: it is not UTF-8 text; save it as UTF-8."),
        ("kind: Gateway".encode("utf-32"), "The file cannot be read: it is not UTF-8 text; save it as UTF-8."),
        (b"kind: \xff", "The file cannot be read: it is not UTF-8 text; save it as UTF-8."),
        (b"#" * (16 * 1024 * 1024 + 1), "The file cannot be read: it has more than 16 MB."),
        (b"kind: \0", "1:7: This is not YAML: it contains the character U+0000."),
        (b"kind: " + b"[" * 5000, "1:107: This is not YAML: it has more than 100 levels."),
    ],
    ids=["half of UTF-16", "UTF-32", "no UTF-8", "endless", "NUL", "deep"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named(content: bytes, said: str, shop: Path) -> None:  # noqa: F811
    (shop / "k8s/all.yaml").write_bytes(content)

    assert problems("k8s") == [f"k8s/all.yaml:{'' if said[0].isdigit() else ' '}{said}"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_with_a_byte_order_mark_is_read(encoding: str, shop: Path) -> None:  # noqa: F811
    text = (shop / "k8s/all.yaml").read_text()
    before = load(".").network.services
    (shop / "k8s/all.yaml").write_bytes(text.encode(encoding))

    assert load(".").network.services == before


def test_a_device_without_an_end_is_not_read_to_it() -> None:
    assert problems("/dev/zero") == ["/dev/zero: The file cannot be read: it has more than 16 MB."]


@pytest.mark.parametrize("name", ["a" * 5000, "a\0b", "a\nb"])
def test_a_name_that_no_file_has_is_no_file(name: str) -> None:
    (said,) = problems(name)

    assert said.endswith(": There is no such file or folder.")


@pytest.mark.parametrize("file", [STATE, TEMPLATE])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[" * 100_000, "This JSON has more than 100 levels."),
        ("[]", "This must be a JSON object."),
        ("{", "This is not JSON: Expecting property name"),
    ],
)
def test_a_package_that_cannot_be_read_is_named(file: str, content: str, said: str, shop: Path) -> None:  # noqa: F811
    (shop / file).write_text(content)

    assert problems(".")[0].startswith(f"{file}: {said}")


def test_a_region_that_no_name_can_have_is_refused(shop: Path) -> None:  # noqa: F811
    assert problems(".", region="a b") == ["The Region must be like us-east-1, not 'a b'."]


def test_a_service_on_no_service_network_is_noted_with_its_place(shop: Path) -> None:  # noqa: F811
    assert [note for note in load(".").notes if "Service foo" in note] == [
        "serverless.yml:16:5: Service foo answers here, but it has no association with a service network, so no client could reach it on AWS; add a ServiceNetworkServiceAssociation."
    ]


def test_a_handler_that_does_not_exist_is_noted_with_its_place(shop: Path) -> None:  # noqa: F811
    (shop / "app.py").write_text("def helo(event, context): ...\n")

    assert load(".").notes[0] == (
        "serverless.yml:6:5: The handler app.hello of shop-dev-hello cannot start: app.py defines no hello. "
        "Did you mean app.helo?"
    )
    assert not any("handler" in note for note in load(".", runs_functions=False, runs_targets=False).notes)
