"""A network that is made by the operations of the API is the network that its records mean."""

from __future__ import annotations

import itertools
import re
from typing import Any

from hypothesis import given

from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.control_plane.from_network import from_network
from lattice_events.control_plane.records import Document, Records
from lattice_events.control_plane.to_network import to_network
from lattice_events.network.model import Network
from tests.conftest import examples
from tests.unit.cloud.likeness import likeness
from tests.unit.control_plane.strategies import ACCOUNT, REGION, networks
from tests.unit.control_plane.test_mapping import NOW, network_of

WHERE = Where(region=REGION, account=ACCOUNT)
NAMES = re.compile("rule[0-9]+|port-[0-9]+")
VPC = "vpc-0123456789abcdef0"


class Maker:
    """Makes what records say by calls of the API, under ids of its own."""

    def __init__(self) -> None:
        ids = itertools.count(1)
        self.made = ControlPlane(now=lambda: NOW, new_id=lambda prefix: f"{prefix}-{next(ids):017x}")
        self._ids: dict[str, str] = {}

    def make(self, records: Records) -> Records:
        """The records of what was made."""
        for network in records.service_networks.values():
            self._create("ServiceNetwork", network, "authType")
        for group in records.target_groups.values():
            self._create_group(group, records.targets[group["arn"]])
        for service in records.services.values():
            self._create(
                "Service", service, "authType", "customDomainName", tags=records.tags.get(service["arn"], {})
            )
        for listener in records.listeners.values():
            owner = {"serviceIdentifier": self._ids[listener["serviceArn"]]}
            action = self._action(listener["defaultAction"])
            self._create("Listener", listener, "protocol", "port", defaultAction=action, **owner)
        for arn, rule in records.rules.items():
            above = arn.partition("/listener/")[0], arn.partition("/rule/")[0]
            owners = {"serviceIdentifier": self._ids[above[0]], "listenerIdentifier": self._ids[above[1]]}
            self._create("Rule", rule, "priority", "match", action=self._action(rule["action"]), **owners)
        self._associate(records)
        for arn, policy in records.auth_policies.items():
            self._call("PutAuthPolicy", resourceIdentifier=self._ids[arn], policy=policy["policy"])
        return self.made.records

    def _call(self, operation: str, **params: Any) -> Document:
        return self.made.call(operation, params, where=WHERE)

    def _create(self, kind: str, document: Document, *given: str, **params: Any) -> None:
        members = {name: document[name] for name in ("name", *given) if name in document}
        self._ids[document["arn"]] = self._call(f"Create{kind}", **members, **params)["id"]

    def _create_group(self, group: Document, targets: list[Document]) -> None:
        config = group["config"] if group["type"] == "LAMBDA" else {**group["config"], "vpcIdentifier": VPC}
        self._create("TargetGroup", group, "type", config=config)
        if targets:
            wanted = [{name: each[name] for name in ("id", "port") if name in each} for each in targets]
            answer = self._call(
                "RegisterTargets", targetGroupIdentifier=self._ids[group["arn"]], targets=wanted
            )
            assert answer["unsuccessful"] == []

    def _associate(self, records: Records) -> None:
        for each in records.service_associations.values():
            ends = {name: self._ids[each[f"{name}Arn"]] for name in ("service", "serviceNetwork")}
            self._call(
                "CreateServiceNetworkServiceAssociation",
                **{f"{name}Identifier": id_ for name, id_ in ends.items()},
            )
        for each in records.vpc_associations.values():
            network = self._ids[each["serviceNetworkArn"]]
            self._call(
                "CreateServiceNetworkVpcAssociation",
                serviceNetworkIdentifier=network,
                vpcIdentifier=each["vpcId"],
            )

    def _action(self, action: Document) -> Document:
        if "forward" not in action:
            return action
        groups = [
            {**each, "targetGroupIdentifier": self._by_id(each["targetGroupIdentifier"])}
            for each in action["forward"]["targetGroups"]
        ]
        return {"forward": {"targetGroups": groups}}

    def _by_id(self, id_: str) -> str:
        return next(own for arn, own in self._ids.items() if arn.endswith(f"/{id_}"))


@examples(200)
@given(networks(is_made=True))
def test_what_operations_make_is_the_network_that_was_wanted(wanted: Network) -> None:
    made = network_of(to_network(Maker().make(from_network(wanted, now=NOW))), wanted)
    assert likeness(made, named=NAMES) == likeness(wanted, named=NAMES)


def control_plane(records: Records) -> ControlPlane:
    return ControlPlane(now=lambda: NOW, new_id=lambda prefix: f"{prefix}-{17 * '0'}", records=records)


def take_down(seeded: ControlPlane) -> None:
    """Delete everything, in the order in which that is allowed."""

    def delete(kind: str, **identifiers: str) -> None:
        named = {f"{name}Identifier": each for name, each in identifiers.items()}
        seeded.call(f"Delete{kind}", named, where=WHERE)

    for arn in seeded.records.service_associations:
        delete("ServiceNetworkServiceAssociation", serviceNetworkServiceAssociation=arn)
    for arn in seeded.records.vpc_associations:
        delete("ServiceNetworkVpcAssociation", serviceNetworkVpcAssociation=arn)
    for arn, listener in seeded.records.listeners.items():
        delete("Listener", listener=arn, service=listener["serviceId"])
    for arn in seeded.records.services:
        delete("Service", service=arn)
    for arn in seeded.records.target_groups:
        delete("TargetGroup", targetGroup=arn)
    for arn in seeded.records.service_networks:
        delete("ServiceNetwork", serviceNetwork=arn)


@examples(100)
@given(networks(is_made=True))
def test_what_sources_define_can_be_got_and_taken_down_by_the_api(network: Network) -> None:
    seeded = control_plane(from_network(network, now=NOW))
    for service in network.services:
        got = seeded.call("GetService", {"serviceIdentifier": service.arn}, where=WHERE)
        assert (got["name"], got["dnsEntry"]) == (service.name, {"domainName": service.domain_name})
    take_down(seeded)

    assert seeded.records == Records()
