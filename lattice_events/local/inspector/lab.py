"""The policy lab's part of the API: the policies of the network, recorded requests under others, the least policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lattice_events.local.inspector.history import Entry, History
from lattice_events.local.inspector.lab_request import (
    find_resource,
    read_least,
    read_test,
    resource_name,
)
from lattice_events.local.inspector.redaction import hide_values, secrets_of
from lattice_events.local.inspector.views import summary
from lattice_events.network.authentication import Keyring
from lattice_events.network.authorization import Layer
from lattice_events.network.lab import (
    Asked,
    Change,
    Lab,
    Least,
    Trial,
    asked_of,
    least_policy,
    with_changes,
)
from lattice_events.network.model import Network, Service, ServiceNetwork
from lattice_events.network.policy import MAX_AUTH_POLICY_BYTES, encode_policy

_LINE = ("number", "id", "method", "path", "service", "caller", "status")
_ARNS_OF_THIS_RUN = (
    "The ARNs of services in it are those of this run; on AWS a service has another id, so write "
    "!Sub '${Service.Arn}/…' in a template."
)
_Tried = tuple[Entry, Trial]


class LabApi:
    """Answers what is asked below ``policies``; it only computes, and changes nothing."""

    def __init__(self, history: History, keyring: Callable[[], Keyring]) -> None:
        """Keep what is asked about.

        Args:
            history: Of the run's requests.
            keyring: The credentials that are known now.
        """
        self._history = history
        self._keyring = keyring

    def policies(self) -> dict[str, Any]:
        """Every service and service network with its policy, and who may be named as a caller."""
        network = self._history.network
        return {
            "resources": [*map(_resource, network.service_networks), *map(_resource, network.services)],
            "callers": [{"name": each.name, "arn": each.caller.arn} for each in network.principals],
        }

    def test(self, document: Any) -> dict[str, Any]:
        """Which recorded requests would change their verdict.

        Raises:
            LabError: What is asked is not of the right form, or a policy is broken.
        """
        network = self._history.network
        asked = read_test(document, network)
        changed = with_changes(network, asked.changes)
        lab = Lab(changed, keyring=self._keyring(), caller=asked.caller)
        tried = list(self._tried(lab, asked.is_chosen))
        lines = [_trial_line(entry, trial) for entry, trial in tried if trial.is_changed]
        after = [trial.verdicts[1] for _, trial in tried]
        return {
            "tested": len(tried),
            "allowed": after.count("allowed"),
            "denied": after.count("denied"),
            "refused": after.count("refused"),
            "now_allowed": sum(line["after"] == "allowed" for line in lines),
            "now_denied": sum(line["after"] != "allowed" for line in lines),
            "requests": lines,
            "notes": list(_notes(changed, asked.changes)),
        }

    def least(self, document: Any) -> dict[str, Any]:
        """The least policy of a service or service network that allows recorded requests.

        Raises:
            LabError: What is asked is not of the right form.
        """
        network = self._history.network
        asked = read_least(document, network)
        resource = asked.resource
        # Signatures count only where a policy is asked.
        change = Change(arn=resource.arn, auth_type="AWS_IAM", policy=resource.auth_policy)
        lab = Lab(with_changes(network, [change]), keyring=self._keyring())
        of_resource = [
            trial.after for _, trial in self._tried(lab, asked.is_chosen) if resource.arn in _arns_of(trial)
        ]
        known = [asked_of(each.authorization.facts) for each in of_resource if each.authorization]
        names_services = isinstance(resource, ServiceNetwork)
        least = least_policy(known, names_services=names_services, any_id=asked.any_id)
        return {
            "resource": resource_name(resource),
            "policy": json.loads(least.text) if least else None,
            "bytes": least.bytes if least else 0,
            "max_bytes": MAX_AUTH_POLICY_BYTES,
            "requests": len(known),
            "refused": len(of_resource) - len(known),
            "allows": [_asked_line(each, network) for each in dict.fromkeys(known)],
            "notes": list(_notes_of(least, names_services=names_services)),
        }

    def _tried(self, lab: Lab, is_chosen: Callable[[Mapping[str, Any]], bool]) -> Iterator[_Tried]:
        """The chosen requests that policies can be asked about, the newest first."""
        for entry in self._history.entries():
            observed = entry.observed
            if observed is None or not is_chosen(summary(entry)):
                continue
            trial = lab.try_request(observed.exchange, observed.assumptions)
            if trial is not None:
                yield entry, trial


def _resource(resource: Service | ServiceNetwork) -> dict[str, Any]:
    policy = resource.auth_policy
    return {
        "resource": resource_name(resource),
        "name": resource.name,
        "arn": resource.arn,
        "auth_type": resource.auth_type,
        "policy": json.loads(encode_policy(policy)) if policy else None,
        "origin": resource.origin,
    }


def _arns_of(trial: Trial) -> set[str]:
    """Whose policies a request is about."""
    service, network = trial.after.service, trial.after.service_network
    return {each.arn for each in (service, network) if each}


def _trial_line(entry: Entry, trial: Trial) -> dict[str, Any]:
    """One request that changes its verdict, without its secrets."""
    line = summary(entry)
    before, after = trial.verdicts
    told = {
        **{name: line[name] for name in _LINE},
        "before": before,
        "after": after,
        "decided_by": _deciding(trial),
    }
    assert entry.observed  # it was tried
    hidden: dict[str, Any] = hide_values(told, secrets_of(entry.observed.exchange.request))
    return hidden


def _deciding(trial: Trial) -> list[dict[str, Any]]:
    """What decides after: the signature, or policies; nothing where nobody is asked."""
    authentication = trial.after.authentication
    if authentication and authentication.is_rejected:
        text = authentication.reason.partition("\n")[0]
        return [{"kind": "signature", "owner": None, "effect": "deny", "statement": None, "text": text}]
    return [_layer(each) for each in trial.deciding]


def _layer(layer: Layer) -> dict[str, Any]:
    assert layer.verdict is not None  # it decides
    return {
        "kind": layer.kind,
        "owner": layer.owner,
        "effect": layer.verdict.effect,
        "statement": layer.verdict.statement.name if layer.verdict.statement else None,
        "text": layer.remark or layer.verdict.describe(),
    }


def _asked_line(asked: Asked, network: Network) -> dict[str, Any]:
    names = {each.arn: each.name for each in network.services}
    return {
        "principal": asked.principal,
        "method": asked.method,
        "service": names[asked.service_arn],
        "path": asked.path,
    }


def _notes(network: Network, changes: Sequence[Change]) -> Iterator[str]:
    """What of a change counts for nothing."""
    for change in changes:
        if change.auth_type == "NONE" and change.policy:
            name = resource_name(find_resource(network, change.arn))
            yield f"The AuthType of {name} is NONE, so nobody asks its policy."


def _notes_of(least: Least | None, *, names_services: bool) -> Iterator[str]:
    if least is None:
        return
    if not least.fits:
        yield (
            f"VPC Lattice takes policies of up to {MAX_AUTH_POLICY_BYTES:,} bytes, and this has {least.bytes:,}: choose fewer "
            "requests, or let ids be any."
        )
    if names_services:
        yield _ARNS_OF_THIS_RUN
