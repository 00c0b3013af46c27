"""The records of a network: what the API would answer, had somebody made it all by its operations.

`to_network` gives back what `sayable` makes of the network.
"""

from __future__ import annotations

from lattice_events.control_plane.groups import encode_config, encode_targets
from lattice_events.control_plane.records import Document, Records
from lattice_events.control_plane.rules import encode_action, encode_match, groups_of
from lattice_events.control_plane.sayable import sayable
from lattice_events.network.model import (
    Listener,
    Network,
    Rule,
    Service,
    ServiceNetwork,
    TargetGroup,
    make_id,
)
from lattice_events.network.policy import encode_policy


def from_network(network: Network, *, now: str) -> Records:
    """The records of a network that is made at a time, text of ISO 8601; ids are those of the ARNs."""
    network = sayable(network)
    writing = _Writing(network, now)
    records = Records()
    for service_network in network.service_networks:
        writing.add_service_network(records, service_network)
    for service in network.services:
        writing.add_service(records, service)
    for group in network.target_groups:
        records.target_groups[group.arn] = writing.target_group(group)
        records.targets[group.arn] = encode_targets(group)
    return records


class _Writing:
    """Writes the documents of one network."""

    def __init__(self, network: Network, now: str) -> None:
        self._network = network
        self._times = {"createdAt": now, "lastUpdatedAt": now}
        self._now = now

    def add_service_network(self, records: Records, network: ServiceNetwork) -> None:
        """A service network, its auth policy, and its associations with VPCs."""
        services = [each for each in self._network.services if network.arn in each.service_network_arns]
        records.service_networks[network.arn] = {
            **self._identity(network.arn, network.name),
            "authType": network.auth_type,
            "sharingConfig": {"enabled": False},
            "numberOfAssociatedVPCs": len(network.vpc_ids),
            "numberOfAssociatedServices": len(services),
        }
        self._add_auth_policy(records, network)
        for vpc_id in network.vpc_ids:
            document = self._vpc_association(network, vpc_id)
            records.vpc_associations[document["arn"]] = document

    def add_service(self, records: Records, service: Service) -> None:
        """A service, its auth policy, listeners, rules and tags, and its associations with service networks."""
        records.services[service.arn] = self._service(service)
        self._add_auth_policy(records, service)
        if service.tags:
            records.tags[service.arn] = dict(service.tags)
        for listener in service.listeners:
            records.listeners[listener.arn] = self._listener(service, listener)
            records.rules |= {rule.arn: self._rule(rule) for rule in listener.rules}
        for arn in service.service_network_arns:
            document = self._service_association(service, self._network.service_network_by_arn[arn])
            records.service_associations[document["arn"]] = document

    def _identity(self, arn: str, name: str) -> Document:
        return {"arn": arn, "id": _id(arn), "name": name, **self._times}

    def _add_auth_policy(self, records: Records, owner: Service | ServiceNetwork) -> None:
        if owner.auth_policy is not None:
            state = "Active" if owner.auth_type == "AWS_IAM" else "Inactive"
            policy = encode_policy(owner.auth_policy)
            records.auth_policies[owner.arn] = {"policy": policy, "state": state, **self._times}

    def _service(self, service: Service) -> Document:
        document = {
            **self._identity(service.arn, service.name),
            "authType": service.auth_type,
            "dnsEntry": {"domainName": service.domain_name},
            "status": "ACTIVE",
        }
        if service.custom_domain_name is not None:
            document["customDomainName"] = service.custom_domain_name
        return document

    def _listener(self, service: Service, listener: Listener) -> Document:
        return {
            **self._identity(listener.arn, listener.name),
            "protocol": listener.protocol,
            "port": listener.port,
            "serviceArn": service.arn,
            "serviceId": _id(service.arn),
            "defaultAction": encode_action(listener.default_action),
        }

    def _rule(self, rule: Rule) -> Document:
        return {
            **self._identity(rule.arn, rule.name),
            "isDefault": False,
            "priority": rule.priority,
            "match": encode_match(rule.match),
            "action": encode_action(rule.action),
        }

    def target_group(self, group: TargetGroup) -> Document:
        """A target group without its targets."""
        return {
            **self._identity(group.arn, group.name),
            "type": group.type,
            "config": encode_config(group),
            "status": "ACTIVE",
            "serviceArns": [each.arn for each in self._network.services if group.arn in groups_of(each)],
        }

    def _vpc_association(self, network: ServiceNetwork, vpc_id: str) -> Document:
        return {
            **self._association("snva", "servicenetworkvpcassociation", vpc_id, network),
            "vpcId": vpc_id,
            "securityGroupIds": [],
            "lastUpdatedAt": self._now,
        }

    def _service_association(self, service: Service, network: ServiceNetwork) -> Document:
        document = {
            **self._association("snsa", "servicenetworkserviceassociation", service.arn, network),
            "serviceArn": service.arn,
            "serviceId": _id(service.arn),
            "serviceName": service.name,
            "dnsEntry": {"domainName": service.domain_name},
        }
        if service.custom_domain_name is not None:
            document["customDomainName"] = service.custom_domain_name
        return document

    def _association(self, prefix: str, kind: str, other: str, network: ServiceNetwork) -> Document:
        """What associations with services and with VPCs have in common."""
        partition, _, region, account = network.arn.split(":")[1:5]
        id_ = make_id(prefix, network.arn, other)
        return {
            "arn": f"arn:{partition}:vpc-lattice:{region}:{account}:{kind}/{id_}",
            "id": id_,
            "status": "ACTIVE",
            "createdBy": account,
            "createdAt": self._now,
            "serviceNetworkArn": network.arn,
            "serviceNetworkId": _id(network.arn),
            "serviceNetworkName": network.name,
        }


def _id(arn: str) -> str:
    return arn.rpartition("/")[2]
