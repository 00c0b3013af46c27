"""Names of stacks that nobody named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.readers.cloudformation.stack_names import made_up_stack_names


@pytest.mark.parametrize(
    ("origins", "names"),
    [
        (["stack.yml"], ["stack"]),
        (["infra/net.yaml", "app/net.yaml"], ["infra-net", "app-net"]),
        (["net.yaml", "app/net.yaml"], ["net", "app-net"]),
        (["a/cfn/provider.yaml", "b/cfn/provider.yaml"], ["a-provider", "b-provider"]),
        (["a/b/t.yml", "b/a/t.yml"], ["a-b-t", "b-a-t"]),
        (["Service_Account.template.json"], ["service-account"]),
        (["1-ec2_instance/cloudformation/provider.yaml"], ["provider"]),
        (["x" * 30 + ".yml"], ["x" * 17 + "-48e891"]),
        (["..yml"], ["stack"]),
        (["a/c.yml", "b/c.yml", "a-c.yml"], ["a-c-HASH", "b-c", "a-c-HASH"]),
    ],
)
def test_the_name_is_made_of_the_path(origins: list[str], names: list[str]) -> None:
    found = made_up_stack_names(origins).values()

    assert [re.sub("(?<=a-c-)[0-9a-f]{6}$", "HASH", name) for name in found] == names


@given(st.sets(st.from_regex(r"([a-c]/){0,3}[a-c](-[a-c])?\.yml", fullmatch=True), min_size=1), st.randoms())
def test_every_template_has_its_own_name_in_every_order(origins: set[str], random: object) -> None:
    in_one, in_other = sorted(origins), sorted(origins, reverse=True)

    names = made_up_stack_names(in_one)

    assert made_up_stack_names(in_other) == names
    assert len(set(names.values())) == len(origins)
    assert all(re.fullmatch("[a-z0-9-]{1,24}", name) for name in names.values())
