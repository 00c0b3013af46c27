"""The records of the VPC Lattice API, in its own shapes.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

Document = dict[str, Any]
"""What an operation ``Get…`` answers: keys of the API, times as text of ISO 8601."""


@dataclass(kw_only=True)
class Records:
    """Everything that the API keeps, by ARN; a new document replaces an old one, which nobody changes.

    Attributes:
        service_networks: As ``GetServiceNetwork`` answers.
        services: As ``GetService`` answers.
        listeners: As ``GetListener`` answers.
        rules: As ``GetRule`` answers; the default action of a listener is in the listener.
        target_groups: As ``GetTargetGroup`` answers.
        targets: Of a target group, by its ARN: the items of ``ListTargets``.
        service_associations: As ``GetServiceNetworkServiceAssociation`` answers.
        vpc_associations: As ``GetServiceNetworkVpcAssociation`` answers.
        access_log_subscriptions: As ``GetAccessLogSubscription`` answers.
        auth_policies: Of a service or service network, by its ARN: as ``GetAuthPolicy`` answers.
        resource_policies: By the ARN of what is shared: as ``GetResourcePolicy`` answers.
        tags: Of anything, by its ARN.
        resource_configurations: Kept, with no effect on the network, like all that follow.
        resource_gateways: As ``GetResourceGateway`` answers.
        resource_associations: As ``GetServiceNetworkResourceAssociation`` answers.
        domain_verifications: As ``GetDomainVerification`` answers.
    """

    service_networks: dict[str, Document] = field(default_factory=dict)
    services: dict[str, Document] = field(default_factory=dict)
    listeners: dict[str, Document] = field(default_factory=dict)
    rules: dict[str, Document] = field(default_factory=dict)
    target_groups: dict[str, Document] = field(default_factory=dict)
    targets: dict[str, list[Document]] = field(default_factory=dict)
    service_associations: dict[str, Document] = field(default_factory=dict)
    vpc_associations: dict[str, Document] = field(default_factory=dict)
    access_log_subscriptions: dict[str, Document] = field(default_factory=dict)
    auth_policies: dict[str, Document] = field(default_factory=dict)
    resource_policies: dict[str, Document] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    resource_configurations: dict[str, Document] = field(default_factory=dict)
    resource_gateways: dict[str, Document] = field(default_factory=dict)
    resource_associations: dict[str, Document] = field(default_factory=dict)
    domain_verifications: dict[str, Document] = field(default_factory=dict)

    def copy(self) -> Records:
        """The same documents, in mappings of its own."""
        return Records(**{each.name: dict(getattr(self, each.name)) for each in fields(self)})
