"""The script of a loopback service: what it takes, and that each answer arrives as it was written."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

from lattice_events import Response
from lattice_events.testing import Answer, LatticeService


@pytest.mark.parametrize(
    "given", [Response.json({}, 500), {"status": 500}, (500, b"x"), "500", None, True, 5.0, [500]], ids=repr
)
def test_play_refuses_what_is_no_answer(given: Any, lattice_service: LatticeService) -> None:
    with pytest.raises(TypeError, match=f"takes statuses and Answer.*, not {type(given).__name__}"):
        lattice_service.play(503, given)

    assert lattice_service.session().get(lattice_service.url).status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": 99}, "from 200 to 599, not 99"),
        ({"status": "500"}, "from 200 to 599, not '500'"),
        ({"status": True}, "from 200 to 599, not True"),
        ({"body": {"a": 1}}, "not dict. For JSON, give json.dumps"),
        ({"headers": {"a": 1}}, "The header a must be text, not int"),
        ({"headers": "a: b"}, "a mapping or pairs, not str"),
        ({"headers": {"a": "\r\n"}}, "The header a holds"),
        ({"wait_seconds": "1"}, "wait_seconds must be seconds"),
        ({"drip_seconds": -1}, "drip_seconds must be seconds"),
        ({"wait_seconds": float("nan")}, "wait_seconds must be seconds"),
        ({"reset": "middle"}, "reset must be"),
    ],
)
def test_an_answer_that_could_not_be_sent_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        Answer(**fields)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (HTTPStatus.NOT_FOUND, (404, b"OK", {})),
        (Answer(HTTPStatus.CREATED, "é"), (201, "é".encode(), {})),
        (Answer(500, bytearray(b"x"), {"a": "b"}), (500, b"x", {"a": "b"})),
        (Answer(headers=[("a", "1"), ("a", "2")]), (200, b"OK", {"a": "1, 2"})),
        (Answer(headers={"a": ["1", "2"]}), (200, b"OK", {"a": "1, 2"})),
        (Answer(body=None), (200, b"", {})),
    ],
)
def test_every_answer_arrives_as_written(
    given: Any, expected: tuple[int, bytes, dict[str, str]], lattice_service: LatticeService
) -> None:
    lattice_service.play(given)

    got = lattice_service.session(max_retries=0).get(lattice_service.url)

    sent = {name: value for name, value in got.headers.items() if name != "content-length"}
    assert (got.status_code, got.content, sent) == expected


def test_equal_answers_are_equal() -> None:
    assert Answer(503, "x", {"a": "b"}) == Answer(503, b"x", (("a", "b"),))
