"""One template in several stacks: the same verdicts, however it is split and in whatever order it is read."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lattice_events.network.model import Network
from lattice_events.readers.cloudformation.reader import TemplateSource
from lattice_events.readers.common.documents import parse_yaml_stream
from lattice_events.readers.common.sources import Context, ReadOptions
from lattice_events.readers.linking.assemble import assemble
from tests.conftest import examples
from tests.unit.readers.test_cases import template_source

REGION, ACCOUNT = "us-west-2", "123456789012"
LATTICE = "AWS::VpcLattice::"


def get(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def policy(owner: str, effect: str, resource: Any) -> dict[str, Any]:
    statement = {
        "Effect": effect,
        "Principal": "*",
        "Action": "*",
        "Resource": resource,
        "Condition": {"StringEquals": {"vpc-lattice-svcs:ServiceNetworkArn": get("Net")}},
    }
    return {"ResourceIdentifier": get(owner), "Policy": {"Statement": [statement]}}


RESOURCES: dict[str, tuple[str, dict[str, Any]]] = {
    "Net": ("ServiceNetwork", {"Name": "net", "AuthType": "AWS_IAM"}),
    "Foo": ("Service", {"Name": "foo", "AuthType": "AWS_IAM"}),
    "Bar": ("Service", {"Name": "bar"}),
    "NetPolicy": ("AuthPolicy", policy("Net", "Allow", "*")),
    "FooPolicy": (
        "AuthPolicy",
        policy("Foo", "Deny", [get("Foo"), {"Fn::Sub": ["${A}/*", {"A": get("Bar")}]}]),
    ),
    "FooOnNet": (
        "ServiceNetworkServiceAssociation",
        {"ServiceIdentifier": get("Foo"), "ServiceNetworkIdentifier": get("Net")},
    ),
    "BarOnNet": (
        "ServiceNetworkServiceAssociation",
        {"ServiceIdentifier": get("Bar"), "ServiceNetworkIdentifier": get("Net")},
    ),
    "Vpc": (
        "ServiceNetworkVpcAssociation",
        {"VpcIdentifier": "vpc-1", "ServiceNetworkIdentifier": get("Net")},
    ),
}
OWNERS = ("Net", "Foo", "Bar")


def arn(name: str) -> str:
    things: tuple[Any, ...] = (*WHOLE.service_networks, *WHOLE.services)
    return next(str(each.arn) for each in things if each.name == name.lower())


def away(value: Any, stack: int, stacks: dict[str, int], ways: dict[str, str]) -> Any:
    """A value as a stack writes it that does not have what it refers to."""
    if isinstance(value, list):
        return [away(each, stack, stacks, ways) for each in value]
    if not isinstance(value, dict):
        return value
    name = value.get("Fn::GetAtt", [""])[0]
    if name and stacks[name] != stack:
        forms = {"export": {"Fn::ImportValue": name}, "parameter": {"Ref": f"{name}Arn"}}
        return forms.get(ways[name]) or arn(name)
    return {key: away(each, stack, stacks, ways) for key, each in value.items()}


def template(stack: int, stacks: dict[str, int], ways: dict[str, str]) -> dict[str, Any]:
    return {
        "Parameters": {f"{name}Arn": {"Type": "String"} for name in OWNERS},
        "Resources": {
            name: {"Type": LATTICE + kind, "Properties": away(properties, stack, stacks, ways)}
            for name, (kind, properties) in RESOURCES.items()
            if stacks[name] == stack
        },
        "Outputs": {
            name: {"Value": get(name), "Export": {"Name": name}} for name in OWNERS if stacks[name] == stack
        },
    }


def network(templates: dict[str, Any], params: dict[str, str]) -> Network:
    documents = [
        each for name, made in templates.items() for each in parse_yaml_stream(json.dumps(made), name)
    ]
    context = Context(options=ReadOptions(params=params), region=REGION, account=ACCOUNT)
    fragment = TemplateSource.read_all([template_source(each) for each in documents], context)
    return assemble([fragment], region=REGION, account=ACCOUNT)[0]


def verdicts(found: Network) -> Any:
    """All that decides."""
    resources: tuple[Any, ...] = (*found.service_networks, *found.services)
    decides = {each.name: (each.arn, each.auth_type, each.auth_policy) for each in resources}
    return (
        decides,
        {each.name: each.service_network_arns for each in found.services},
        [each.vpc_ids for each in found.service_networks],
    )


TOGETHER = dict.fromkeys(RESOURCES, 0)
WHOLE = network({"0.yml": template(0, TOGETHER, {})}, {})


@examples(200)
@given(
    st.fixed_dictionaries({name: st.integers(0, 3) for name in RESOURCES}),
    st.fixed_dictionaries({name: st.sampled_from(["export", "parameter", "ARN"]) for name in OWNERS}),
    st.permutations(range(4)),
)
def test_a_template_in_several_stacks_has_the_same_verdicts(
    stacks: dict[str, int], ways: dict[str, str], order: list[int]
) -> None:
    templates = {f"{each}.yml": template(each, stacks, ways) for each in order if each in stacks.values()}

    found = network(templates, {f"{name}Arn": arn(name) for name in OWNERS})

    assert verdicts(found) == verdicts(WHOLE)
