"""ARNs as values."""

from __future__ import annotations

import pytest

from lattice_events.arn import Arn


def test_an_arn_survives_the_round_trip() -> None:
    text = "arn:aws:lambda:us-east-1:123456789012:function:name:alias"

    arn = Arn.parse(text)

    assert arn == Arn("aws", "lambda", "us-east-1", "123456789012", "function:name:alias")
    assert str(arn) == text


@pytest.mark.parametrize("text", ["", "name", "arn:aws:s3:::", "urn:a:b:c:d:e"])
def test_text_that_is_no_arn_is_none(text: str) -> None:
    assert Arn.parse(text) is None
