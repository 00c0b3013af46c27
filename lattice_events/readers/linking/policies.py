"""Tie auth policies to what they are on: each to exactly one service or service network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from lattice_events.errors import Problem
from lattice_events.network.model import AuthType, Principal, Service, ServiceNetwork
from lattice_events.network.policy import Policy, Statement
from lattice_events.readers.common.fragment import AuthPolicyAttachment
from lattice_events.readers.linking.directory import Directory, short

_Policed = TypeVar("_Policed", Service, ServiceNetwork)


class Policies:
    """The auth policies of services and service networks, by their ARN."""

    def __init__(self, attachments: Iterable[AuthPolicyAttachment], directory: Directory) -> None:
        """Tie each policy; two on one thing are a problem."""
        self._directory = directory
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
        return replace(resource, auth_policy=self.known_here(attachment.policy), auth_type=auth_type)

    def of(self, principal: Principal) -> Principal:
        """A caller with its own policies as they are known here."""
        policy = principal.identity_policy
        return principal if policy is None else replace(principal, identity_policy=self.known_here(policy))

    def known_here(self, policy: Policy) -> Policy:
        """A policy that names a thing by its ARN here, where its own ARN or id was taken to mean that thing."""
        for arn, given in self._directory.assumed().items():
            statements = tuple(_renamed(each, given, arn) for each in policy.statements)
            policy = replace(policy, statements=statements)
        named = self._directory.named
        return replace(
            policy,
            statements=tuple(
                _with_values(each, lambda text: _unnamed(text, named)) for each in policy.statements
            ),
        )


def _renamed(statement: Statement, given: str, arn: str) -> Statement:
    """A statement with another ARN, or its id, for those that have an id."""
    pattern = re.compile(rf"(arn:[^:]*:vpc-lattice:[^:]*:[^:]*:[a-z]+/)?\b{re.escape(given)}\b")

    return _with_values(
        statement, lambda value: pattern.sub(lambda match: arn if match[1] else short(arn), value)
    )


def _unnamed(value: str, arns: Mapping[str, str]) -> str:
    """A value that starts with a name where an ARN belongs, with the ARN."""
    name, slash, rest = value.partition("/")
    return f"{arns[name]}{slash}{rest}" if name in arns else value


def _with_values(statement: Statement, change: Callable[[str], str]) -> Statement:
    """A statement with every text changed in which an ARN may be."""
    resource = statement.resource
    return replace(
        statement,
        resource=resource and replace(resource, values=tuple(map(change, resource.values))),
        conditions=tuple(
            replace(each, values=tuple(map(change, each.values))) for each in statement.conditions
        ),
    )
