"""Tie auth policies to what they are on: each to exactly one service or service network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from lattice_events.errors import Problem
from lattice_events.network.model import AuthType, Service, ServiceNetwork
from lattice_events.readers.common.fragment import AuthPolicyAttachment
from lattice_events.readers.linking.directory import Directory

_Policed = TypeVar("_Policed", Service, ServiceNetwork)


class Policies:
    """The auth policies of services and service networks, by their ARN."""

    def __init__(self, attachments: Iterable[AuthPolicyAttachment], directory: Directory) -> None:
        """Tie each policy; two on one thing are a problem."""
        self._by_arn: dict[str, AuthPolicyAttachment] = {}
        for each in attachments:
            entry = directory.find_or_note(each.resource)
            if entry is None:
                continue
            other = self._by_arn.setdefault(entry.thing.arn, each)
            if other is not each:
                message = f"There are two auth policies for the {entry}; the other is at {other.origin}."
                directory.problems.append(Problem(message, each.origin))

    def on(self, resource: _Policed) -> _Policed:
        """A service or service network with its auth policy."""
        attachment = self._by_arn.get(resource.arn)
        if attachment is None:
            return resource
        auth_type: AuthType = "AWS_IAM" if attachment.activates else resource.auth_type
        return replace(resource, auth_policy=attachment.policy, auth_type=auth_type)
