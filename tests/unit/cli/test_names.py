"""What users type for a function or a caller."""

from __future__ import annotations

import pytest

from lattice_events.cli.names import find_name, suggestion
from lattice_events.errors import ConfigurationError
from lattice_events.network.model import Function

ARN = "arn:aws:lambda:eu-west-1:123456789012:function"


def named(name: str, logical_id: str = "") -> Function:
    arn = f"{ARN}:{name}"
    return Function(name=name, arn=arn, handler="a.b", runtime="", code="", logical_id=logical_id)


def names_of(*functions: Function) -> dict[str, tuple[str, ...]]:
    return {each.name: each.other_names for each in functions}


NAMES = names_of(
    *(
        named("shop-dev-hello", "HelloLambdaFunction"),
        named("shop-dev-say-hello", "SayDashhelloLambdaFunction"),
        named("my-own-name", "ReadUnderscoreordersUnderscorev2LambdaFunction"),
        named("Orders", "OrdersFunction"),
        named("OrdersFunction", "OtherFunction"),
        named("shop-dev-api"),
        named("other-dev-api"),
    )
) | {"pod": ()}
TYPED = [
    ("shop-dev-hello", "shop-dev-hello"),
    ("HelloLambdaFunction", "shop-dev-hello"),
    ("hello", "shop-dev-hello"),  # say-hello ends in it, too
    ("say-hello", "shop-dev-say-hello"),
    ("dev-say-hello", "shop-dev-say-hello"),
    ("read_orders_v2", "my-own-name"),
    ("Orders", "Orders"),
    ("OrdersFunction", "OrdersFunction"),  # a name counts before a logical id
    ("OtherFunction", "OrdersFunction"),
    ("pod", "pod"),
    (f"{ARN}:Orders", "Orders"),
    (f"{ARN}:Orders:live", "Orders"),
    (f"{ARN}:Orders:$LATEST", "Orders"),
    ("123456789012:function:Orders", "Orders"),
    ("123456789012:function:Orders:7", "Orders"),
    ("function:Orders", "Orders"),
    ("Orders:live", "Orders"),
    ("arn:aws:iam::123456789012:role/Orders", None),
    ("orders", None),
    ("", None),
    ("-", None),
    (":", None),
]


@pytest.mark.parametrize(("typed", "meant"), TYPED)
def test_a_function_is_found_by_each_of_its_names(typed: str, meant: str | None) -> None:
    assert find_name(typed, NAMES) == meant


def test_what_may_mean_several_names_them() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_name("api", NAMES)

    assert str(caught.value) == "api may be shop-dev-api or other-dev-api: use one of these names."


def test_one_logical_id_in_two_sources_names_both() -> None:
    names = names_of(named("a", "Hello"), named("b", "Hello"))

    with pytest.raises(ConfigurationError, match="Hello may be a or b"):
        find_name("Hello", names)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("shop-dev-helo", " Did you mean shop-dev-hello?"),
        ("HeloLambdaFunction", " Did you mean HelloLambdaFunction?"),
        ("helo", " Did you mean hello?"),
        ("xyz", ""),
    ],
)
def test_a_slip_is_told_the_nearest_name_id_or_key(typed: str, hint: str) -> None:
    assert suggestion(typed, NAMES) == hint
