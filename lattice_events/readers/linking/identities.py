"""Identities in policies: those that AWS gave to what has made-up ones here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lattice_events.network.model import Network
from lattice_events.network.policy import Policy
from lattice_events.readers.linking.directory import short

_ID = re.compile(r"\b(?:svc|sn)-[0-9a-f]{17}\b")
_WORDS = {"svc": "service", "sn": "service network"}


def foreign_notes(network: Network) -> Iterator[str]:
    """Say of each id in a policy that is nothing's here: on AWS it may be that of what has a made-up one."""
    if not network.uses_auth:
        return
    known = {short(each.arn) for each in network.services} | {
        short(each.arn) for each in network.service_networks
    }
    found: dict[str, list[str]] = {}
    for owner, policy in _policies(network):
        for id_ in dict.fromkeys(_ids(policy)):
            if id_ not in known:
                found.setdefault(id_, []).append(owner)
    for id_, (first, *others) in found.items():
        more = f" and {len(others)} more" if others else ""
        word = _WORDS[id_.partition("-")[0]]
        yield (
            f"The policy of {first}{more} names the {word} {id_}, which is none of those here, so that matches nothing. "
            "Where one of these is meant, refer to it by !GetAtt, an export or a parameter."
        )


def _policies(network: Network) -> Iterator[tuple[str, Policy]]:
    """Every policy, and whose it is."""
    owned = [
        *((each.name, each.auth_policy) for each in network.service_networks),
        *((each.name, each.auth_policy) for each in network.services),
        *((each.name, each.identity_policy) for each in network.principals),
    ]
    yield from ((name, policy) for name, policy in owned if policy)


def _ids(policy: Policy) -> Iterator[str]:
    """The ids of services and service networks that a policy names."""
    for statement in policy.statements:
        texts = list(statement.resource.values if statement.resource else ())
        texts += (value for condition in statement.conditions for value in condition.values)
        for text in texts:
            yield from _ID.findall(text)
