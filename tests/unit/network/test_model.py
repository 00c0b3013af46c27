"""Identifiers and look-ups of the model."""

from __future__ import annotations

import dataclasses
import re

import pytest

from lattice_events.network.model import (
    Principal,
    function_name,
    generated_domain_name,
    host_key,
    make_id,
)
from lattice_events.network.policy import Caller
from tests.networks import FUNCTION_ARN, NETWORK_ARN, network, service


def test_ids_have_the_service_s_shape_and_depend_on_names_only() -> None:
    assert re.fullmatch(r"svc-[0-9a-z]{17}", make_id("svc", "foo"))
    assert make_id("svc", "foo") == make_id("svc", "foo") != make_id("svc", "bar")


def test_a_generated_name_is_name_id_partition_and_region() -> None:
    # The example of the EKS workshop (dataplane.md §1.1).
    name = generated_domain_name("app2-app2", "svc-0e5f3d2b3db4c7962", "us-west-2")

    assert name == "app2-app2-0e5f3d2b3db4c7962.7d67968.vpc-lattice-svcs.us-west-2.on.aws"


@pytest.mark.parametrize(
    "host",
    [
        "foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws",
        "FOO-xxxxxxxxxxxxxxxxx.xxxxxxx.vpc-lattice-svcs.us-west-2.on.aws",
        "orders.example.com",
        "ORDERS.example.com",
    ],
)
def test_a_service_answers_to_its_names_whatever_the_id(host: str) -> None:
    found = network(service("foo", custom_domain_name="Orders.example.com")).find_service(host)

    assert found is not None
    assert found.name == "foo"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "foo",
        "bar-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws",
        "foo-0.7d67968.vpc-lattice-svcs.eu-west-1.on.aws",
    ],
)
def test_other_names_are_nobody_s(host: str) -> None:
    assert network().find_service(host) is None


def test_host_key_leaves_other_names_alone() -> None:
    assert host_key("A.example") == "a.example"


def test_look_ups_by_arn() -> None:
    assert network().function_by_arn[FUNCTION_ARN].name == "hello"
    assert network().service_network_by_arn[NETWORK_ARN].name == "sample"


def test_a_network_finds_a_principal_by_its_name() -> None:
    app = Principal(name="app", caller=Caller(arn="arn:aws:sts::123456789012:assumed-role/app/s1"))

    assert dataclasses.replace(network(), principals=(app,)).principal_by_name == {"app": app}


@pytest.mark.parametrize(
    "reference",
    [
        "f",
        "f:live",
        "f:$LATEST",
        "function:f",
        "123456789012:function:f:1",
        FUNCTION_ARN,
        f"{FUNCTION_ARN}:live",
    ],
)
def test_a_function_s_name_is_found_in_every_form_that_lambda_takes(reference: str) -> None:
    expected = FUNCTION_ARN.rpartition(":")[2] if FUNCTION_ARN in reference else "f"

    assert function_name(reference) == expected
