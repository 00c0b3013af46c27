"""Names that stand for two things: on AWS a mistake in one Region and account, here always a question."""

from __future__ import annotations

import pytest

from lattice_events.errors import Problem, Question
from lattice_events.network.model import Service
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.linking.clashes import name_clashes


def service(name: str, *, where: str = "us-east-1:111111111111", domain: str | None = None) -> Service:
    arn = f"arn:aws:vpc-lattice:{where}:service/svc-{name}"
    return Service(name=name, arn=arn, domain_name=name, custom_domain_name=domain, origin=f"{where}/{name}")


@pytest.mark.parametrize(
    ("other", "kinds"),
    [
        pytest.param(service("stock"), [], id="another name"),
        pytest.param(service("orders"), [Problem], id="the same name"),
        pytest.param(service("orders", where="eu-west-1:111111111111"), [Question], id="in another Region"),
        pytest.param(service("orders", where="us-east-1:222222222222"), [Question], id="in another account"),
        pytest.param(service("stock", domain="a.example.com"), [Question], id="the same custom domain name"),
    ],
)
def test_what_aws_takes_is_a_question(other: Service, kinds: list[type]) -> None:
    found = Fragment(services=[service("orders", domain="a.example.com"), other])

    assert [type(each) for each in name_clashes(found)] == kinds
