from __future__ import annotations

import pytest

from lattice_events.checks.finding import Place, parse_place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("template.yaml:12:5", Place("template.yaml", 12, 5)),
        ("template.yaml:12", Place("template.yaml", 12)),
        ("template.yaml", Place("template.yaml")),
        ("", Place("")),
        ("C:/shop/template.yaml:12:5", Place("C:/shop/template.yaml", 12, 5)),
        ("a: b (c).yaml:12:5", Place("a: b (c).yaml", 12, 5)),
        (
            "cdk.out/Shop.template.json:4:3 (Shop/Group)",
            Place("cdk.out/Shop.template.json", 4, 3, "Shop/Group"),
        ),
        ("plan.json: aws_vpclattice_service.a", Place("plan.json", construct="aws_vpclattice_service.a")),
        (
            'plan.json: module.shop["a b"].aws_lambda_function.c[0]',
            Place("plan.json", construct='module.shop["a b"].aws_lambda_function.c[0]'),
        ),
    ],
)
def test_a_place_is_read_as_readers_write_it(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "template.yaml:12:5",
        "cdk.out/Shop.template.json:4:3 (Shop/Group)",
        "plan.json: module.shop.aws_vpclattice_service.a",
    ],
)
def test_a_place_knows_how_it_was_written(text: str) -> None:
    assert text in parse_place(text).written
