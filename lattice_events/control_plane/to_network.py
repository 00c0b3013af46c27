"""What the records mean: service networks, services and target groups as values of the network.

Documents may be another's than the control plane's own: those that boto3 gives of an account, with times that are
``datetime`` and default rules listed beside the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.control_plane.groups import decode_group
from lattice_events.control_plane.records import Document, Records
from lattice_events.control_plane.rules import decode_action, decode_match, groups_of
from lattice_events.errors import ConfigurationError
from lattice_events.network.model import Listener, Rule, Service, ServiceNetwork, TargetGroup
from lattice_events.network.policy import Policy, parse_policy

_DENY_ALL = Policy(statements=())
# Kept, with no effect: by the field of the records, what one is called.
_NOT_EMULATED = {
    "resource_configurations": "Resource configuration",
    "resource_gateways": "Resource gateway",
    "resource_associations": "Association of a resource configuration",
    "domain_verifications": "Domain verification",
}


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What the VPC Lattice API defines of a network; functions and callers are defined elsewhere.

    Attributes:
        service_networks: With their VPCs.
        services: With their listeners, rules and service networks.
        target_groups: With their targets.
        notes: What is kept and not emulated.
    """

    service_networks: tuple[ServiceNetwork, ...] = ()
    services: tuple[Service, ...] = ()
    target_groups: tuple[TargetGroup, ...] = ()
    notes: tuple[str, ...] = ()


def to_network(records: Records, assumptions: Assumptions = DEFAULTS) -> Wiring:
    """What the records mean; an auth policy that cannot be read allows nothing, and a note says so."""
    reading = _Reading(records, assumptions)
    services = tuple(map(reading.service, records.services.values()))
    return Wiring(
        service_networks=tuple(reading.service_networks()),
        services=services,
        target_groups=tuple(reading.target_groups(services)),
        notes=(*reading.notes, *_unemulated(records)),
    )


class _Reading:
    """Reads the records, and keeps notes."""

    def __init__(self, records: Records, assumptions: Assumptions) -> None:
        self.notes: list[str] = []
        self._records = records
        self._assumptions = assumptions
        self._group_arns = {each["id"]: arn for arn, each in records.target_groups.items()}
        self._rules = _by_parent(records.rules, "/rule/")
        self._listeners = _by_parent(records.listeners, "/listener/")
        self._vpcs = _ends(records.vpc_associations.values(), "serviceNetworkArn", "vpcId")
        self._networks = _ends(records.service_associations.values(), "serviceArn", "serviceNetworkArn")

    def service_networks(self) -> Iterator[ServiceNetwork]:
        """Every service network; one of another account, which a service is associated with, has AuthType NONE."""
        yield from map(self._service_network, self._records.service_networks.values())
        known = set(self._records.service_networks)
        for each in self._records.service_associations.values():
            arn, name = each["serviceNetworkArn"], each["serviceNetworkName"]
            if arn not in known:
                known.add(arn)
                self.notes.append(
                    f"Service network {name} is not one of this account's; one with AuthType NONE replaces it."
                )
                yield ServiceNetwork(name=name, arn=arn, vpc_ids=self._vpcs.get(arn, ()))

    def _service_network(self, document: Document) -> ServiceNetwork:
        arn = document["arn"]
        return ServiceNetwork(
            name=document["name"],
            arn=arn,
            auth_type=document.get("authType", "NONE"),
            auth_policy=self._auth_policy(arn, f"service network {document['name']}"),
            vpc_ids=self._vpcs.get(arn, ()),
        )

    def service(self, document: Document) -> Service:
        """A service."""
        arn, name = document["arn"], document["name"]
        return Service(
            name=name,
            arn=arn,
            domain_name=document["dnsEntry"]["domainName"],
            custom_domain_name=document.get("customDomainName"),
            auth_type=document.get("authType", "NONE"),
            auth_policy=self._auth_policy(arn, f"service {name}"),
            tags=self._records.tags.get(arn, {}),
            listeners=tuple(self._emulated_listeners(name, self._listeners.get(arn, ()))),
            service_network_arns=self._networks.get(arn, ()),
        )

    def target_groups(self, services: Iterable[Service]) -> Iterator[TargetGroup]:
        """Every target group; one that is forwarded to and not there has no targets."""
        known = self._records.target_groups
        for arn, document in known.items():
            yield decode_group(document, self._records.targets.get(arn, ()), self.notes)
        for arn in sorted({arn for each in services for arn in groups_of(each)} - set(known)):
            self.notes.append(f"The target group {arn} is not there, so requests to it fail.")
            yield TargetGroup(name=arn.rpartition("/")[2], arn=arn, type="IP", targets=())

    def _emulated_listeners(self, service: str, documents: Iterable[Document]) -> Iterator[Listener]:
        for document in documents:
            if document["protocol"] == "TLS_PASSTHROUGH":
                self.notes.append(
                    f"Service {service}: the TLS_PASSTHROUGH listener {document['name']} is not emulated and is left out."
                )
            else:
                yield self._listener(document)

    def _listener(self, document: Document) -> Listener:
        return Listener(
            name=document["name"],
            arn=document["arn"],
            protocol=document["protocol"],
            port=document["port"],
            default_action=decode_action(document["defaultAction"], self._group_arns),
            rules=tuple(
                self._rule(each)
                for each in self._rules.get(document["arn"], ())
                if not each.get("isDefault", False)
            ),
        )

    def _rule(self, document: Document) -> Rule:
        return Rule(
            name=document["name"],
            arn=document["arn"],
            priority=document["priority"],
            match=decode_match(document["match"], self._assumptions),
            action=decode_action(document["action"], self._group_arns),
        )

    def _auth_policy(self, arn: str, owner: str) -> Policy | None:
        text = self._records.auth_policies.get(arn, {}).get("policy")
        if not text:
            return None
        try:
            return parse_policy(text)
        except ConfigurationError as error:
            problems = "; ".join(each.message for each in error.problems)
            self.notes.append(
                f"The auth policy of {owner} cannot be read, so it allows nothing here: {problems}"
            )
            return _DENY_ALL


def _by_parent(documents: Mapping[str, Document], separator: str) -> dict[str, list[Document]]:
    """Documents by the ARN of what they belong to, with which their own ARN begins."""
    found: dict[str, list[Document]] = {}
    for arn, document in documents.items():
        found.setdefault(arn.rpartition(separator)[0], []).append(document)
    return found


def _ends(associations: Iterable[Document], one: str, other: str) -> dict[str, tuple[str, ...]]:
    """What is associated with each thing."""
    found: dict[str, tuple[str, ...]] = {}
    for each in associations:
        found[each[one]] = (*found.get(each[one], ()), each[other])
    return found


def _unemulated(records: Records) -> Iterator[str]:
    """A note for each thing that is kept only."""
    for name, kind in _NOT_EMULATED.items():
        for document in getattr(records, name).values():
            called = document.get("name") or document.get("domainName") or document["id"]
            yield f"{kind} {called} is kept, and not emulated."
