"""What Ref and Fn::GetAtt give, held against the schemas of CloudFormation that cfn-lint bundles."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from lattice_events.definitions.types import LATTICE
from lattice_events.readers.cloudformation.attributes import attributes_of
from tests.unit.readers.test_cloudformation import TEMPLATE, link, read

KINDS = [kind for kind in PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1") if kind.startswith(LATTICE)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_attribute_of_the_schema_is_known(kind: str) -> None:
    schema: Any = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    names = {
        path.removeprefix("/properties/").replace("/", ".") for path in schema.get("readOnlyProperties", ())
    }

    assert names <= set(attributes_of(kind))


def variables(values: str) -> dict[str, str]:
    text = TEMPLATE.replace("          TABLE: !Ref Table\n", values)
    network, _ = link(read(text))
    return {key: value for key, value in network.functions[0].environment.items() if key != "STAGE"}


def test_attributes_are_those_of_the_resources() -> None:
    given = variables(
        "          A: !GetAtt Association.ServiceArn\n          B: !GetAtt Service.Arn\n"
        "          C: !GetAtt Association.ServiceName\n          D: !GetAtt Listener.ServiceId\n"
        "          E: !GetAtt Service.Id\n          F: !GetAtt Association.DnsEntry.DomainName\n"
        "          G: !GetAtt Service.DnsEntry.DomainName\n          H: !GetAtt Association.ServiceNetworkId\n"
        "          I: !GetAtt Service.Status\n"
    )

    assert (given["A"], given["D"], given["F"]) == (given["B"], given["E"], given["G"])
    assert (given["C"], given["H"], given["I"]) == ("foo", "sn-0", "ACTIVE")
