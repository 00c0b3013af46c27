"""The IAM roles of a template's functions: who a function is to policies, and what it may call.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/managed-policies.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lattice_events.definitions.managed_policies import is_of_aws, lets_call
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.model import Principal
from lattice_events.network.policy import Caller, Policy, Statement, is_about_lattice, parse_policy
from lattice_events.readers.cloudformation.intrinsics import is_intrinsic
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.cloudformation.unknown import UnknownValueError
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.tags import tag_problem

_ALLOW_INVOKE = {"Statement": [{"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}]}


def principal_of(reading: Reading, function: str, role_arn: str, *, vpc_id: str | None) -> Principal:
    """The principal that a function is.

    Args:
        reading: Of the template.
        function: Its logical id.
        role_arn: Of its execution role; empty if it is not known.
        vpc_id: Of the VPC that it is attached to, if that is known.
    """
    name, options = reading.references.name(function), reading.options
    role_name = role_arn.rpartition("/")[2] or f"{name}-role"
    role = reading.roles.get(role_arn)
    boundary: Path = ("Resources", role or "", "Properties", "PermissionsBoundary")
    if role is not None and reading.template.written(boundary) is not None:
        reading.note(boundary, "A permissions boundary is not evaluated: what it forbids is allowed here.")
    return Principal(
        name=name,
        caller=Caller(
            arn=f"arn:aws:sts::{options.account}:assumed-role/{role_name}/{name}",
            role_arn=role_arn or None,
            tags={} if role is None else _tags(reading, role),
        ),
        identity_policy=None if role is None else _policy(reading, role),
        vpc_arn=vpc_id and f"arn:aws:ec2:{options.region}:{options.account}:vpc/{vpc_id}",
        origin=reading.template.origin(function),
    )


def _tags(reading: Reading, role: str) -> dict[str, str]:
    """A role's tags, which are the principal tags of its sessions."""
    tags = reading.template.tags(role)
    problem = tag_problem(tags)
    if problem:
        reading.problem(("Resources", role, "Properties", "Tags"), f"The role {role}: {problem}.")
    return tags


class _UnknownPolicyError(Exception):
    """A policy of a role cannot be known at all."""


def _policy(reading: Reading, role: str) -> Policy | None:
    """Every statement of a role's policies that is about VPC Lattice, in one; ``None`` when one cannot be known."""
    if role not in reading.role_policies:
        try:
            reading.role_policies[role] = Policy(statements=tuple(_all_statements(reading, role)))
        except (_UnknownPolicyError, UnknownValueError):
            reading.role_policies[role] = None
    return reading.role_policies[role]


def _all_statements(reading: Reading, role: str) -> Iterator[Statement]:
    """Of the policies that stand in the role, of those attached to it, and of managed ones."""
    properties: Path = ("Resources", role, "Properties")
    for index, (policy, path) in enumerate(reading.template.items((*properties, "Policies"))):
        is_written = isinstance(policy, dict) and not is_intrinsic(policy)
        if not is_written and reading.template.unknown(path):
            raise _UnknownPolicyError
        name = policy.get("PolicyName") if isinstance(policy, dict) else None
        shown = name if isinstance(name, str) else f"{role}.Policies[{index}]"
        yield from _statements(reading, shown, (*path, "PolicyDocument"))
    for attached in reading.attached_policies.get(reading.references.name(role), ()):
        yield from _statements(reading, attached, ("Resources", attached, "Properties", "PolicyDocument"))
    for _, path in reading.template.items((*properties, "ManagedPolicyArns")):
        yield from _managed(reading, role, path)


def _statements(reading: Reading, name: str, path: Path) -> tuple[Statement, ...]:
    """The statements of one document; those about other services need not be known."""
    document, path = reading.template.chosen(path)
    if not isinstance(document, dict) or is_intrinsic(document):  # JSON text, or another's
        return _parsed(reading, _whole(reading, document), name, lambda keys: (*path, *keys))
    places = [place for _, place in reading.template.items((*path, "Statement"))]
    statements = [_statement(reading, place) for place in places]

    def place_of(keys: Path) -> Path:
        index = keys[1] if len(keys) > 1 and keys[0] == "Statement" else None
        return (*places[index], *keys[2:]) if isinstance(index, int) else (*path, *keys)

    if not statements:
        return ()
    others = {key: _whole(reading, value) for key, value in document.items() if key != "Statement"}
    return _parsed(reading, {**others, "Statement": statements}, name, place_of)


def _whole(reading: Reading, document: Any) -> Any:
    """A document that a function gives."""
    try:
        return reading.template.resolver.resolve(document)
    except UnresolvableError as error:
        raise _UnknownPolicyError from error


def _statement(reading: Reading, path: Path) -> Any:
    """A statement with its values; what is about other services only is not read, and keeps its place."""
    written = reading.template.written(path)
    try:
        return reading.template.resolver.resolve(written)
    except UnresolvableError as error:
        if isinstance(written, dict) and is_intrinsic(written):
            raise _UnknownPolicyError from error
        if is_about_lattice(written):
            reading.unknown(path, error)
        return {"Action": "other:Service"}


def _managed(reading: Reading, role: str, path: Path) -> tuple[Statement, ...]:
    """The statements of a managed policy that a role names: the template's, or AWS's own."""
    try:
        arn = str(reading.template.resolver.resolve(reading.template.written(path)))
    except UnresolvableError as error:
        raise _UnknownPolicyError from error
    own = reading.managed_policies.get(arn)
    if own is not None:
        return _statements(reading, own, ("Resources", own, "Properties", "PolicyDocument"))
    name = arn.rpartition("/")[2]
    if is_of_aws(arn):
        return parse_policy(_ALLOW_INVOKE, kind="identity", name=name).statements if lets_call(arn) else ()
    reading.fragment.notes.append(f"The managed policy {name} of role {role} is unknown and is ignored.")
    return ()


def _parsed(
    reading: Reading, document: Any, name: str, place_of: Callable[[Path], Path]
) -> tuple[Statement, ...]:
    try:
        return parse_policy(
            document,
            kind="identity",
            locate=lambda keys: reading.template.locate(place_of(keys)),
            name=name,
        ).statements
    except ConfigurationError as error:
        problems = [Problem(f"Policy {name}: {each.message}", each.origin) for each in error.problems]
        reading.fragment.problems += problems
        return ()
