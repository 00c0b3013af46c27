from __future__ import annotations

import pytest

from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.values import Resource, Unknown

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"
SERVICE_ARN = "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-0123456789abcdef0"


def resource(name: str, type_: str, arn: str = "") -> Resource:
    return Resource(
        name=name,
        type=type_,
        stack="shop",
        region="us-east-1",
        account="123456789012",
        arn=arn,
        written={"Type": type_},
        locate=lambda _: "template.yaml:1:1",
        resolve=dict,
    )


SERVICE = resource("Service", "AWS::VpcLattice::Service", SERVICE_ARN)
FUNCTION = resource("Orders", "AWS::Lambda::Function", FUNCTION_ARN)
DEFINITIONS = Definitions(resources=(SERVICE, FUNCTION))


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        pytest.param(SERVICE_ARN, SERVICE, id="its ARN"),
        pytest.param("svc-0123456789abcdef0", SERVICE, id="its id"),
        pytest.param(Unknown("Ref Service", logical_id="Service", stack="shop"), SERVICE, id="what it gives"),
        pytest.param(Unknown("Ref Service", logical_id="Service", stack="other"), None, id="another stack"),
        pytest.param(f"{FUNCTION_ARN}:live", FUNCTION, id="an alias that nobody defines"),
        pytest.param("svc-fffffffffffffffff", None, id="a service of another stack"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_a_reference_finds_its_resource(reference: object, found: Resource | None) -> None:
    assert DEFINITIONS.find(reference) == found


def test_a_reference_to_a_resource_of_another_type_finds_nothing() -> None:
    assert DEFINITIONS.find(SERVICE_ARN, "AWS::Lambda::Function") is None
