"""Auth policies of services and service networks."""

from __future__ import annotations

from lattice_events.errors import ConfigurationError
from lattice_events.network.policy import parse_policy
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.fragment import AuthPolicyAttachment
from lattice_events.readers.common.properties import WrongPropertyError


def read_auth_policy(reading: Reading, name: str) -> None:
    """Read a policy for a service or a service network, which may be another stack's."""
    template = reading.template
    path: Path = ("Resources", name, "Properties")
    found = reading.all_of(
        name,
        lambda: reading.reference(name, "ResourceIdentifier", "service", "servicenetwork"),
        lambda: template.property(name, "Policy"),
    )
    if found is None:
        return
    resource, document = found
    if resource is None or document is None:
        raise WrongPropertyError("ResourceIdentifier and Policy must both be given.", ())
    try:
        policy = parse_policy(document, locate=lambda keys: template.locate((*path, "Policy", *keys)))
    except ConfigurationError as error:
        reading.fragment.problems += error.problems
        return
    reading.fragment.auth_policies.append(
        AuthPolicyAttachment(resource=resource, policy=policy, origin=template.origin(name))
    )
