"""The IAM roles of a template's functions: who a function is to policies, and what it may call.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/managed-policies.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.model import Principal
from lattice_events.network.policy import Caller, Policy, Statement, is_about_lattice, parse_policy
from lattice_events.readers.cloudformation.intrinsics import is_intrinsic
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.documents import Path, mapping
from lattice_events.readers.common.tags import tag_problem

_ALLOW_INVOKE = {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}
# Of AWS's own policies, those that let a caller call services; no other does.
_AWS_POLICIES: Mapping[str, Mapping[str, Any]] = {
    name: {"Statement": [_ALLOW_INVOKE]}
    for name in ("AdministratorAccess", "PowerUserAccess", "VPCLatticeServicesInvokeAccess")
}


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


def _policy(reading: Reading, role: str) -> Policy | None:
    """Every statement of a role's policies that is about VPC Lattice, in one; ``None`` when one policy is unknown."""
    if role not in reading.role_policies:
        reading.role_policies[role] = _read_policies(reading, role)
    return reading.role_policies[role]


def _read_policies(reading: Reading, role: str) -> Policy | None:
    try:
        statements = [
            statement
            for name, document, path in _documents(reading, role)
            for statement in _statements(reading, name, document, path)
        ]
        for arn in _managed_arns(reading, role):
            statements += _managed(reading, role, arn)
    except UnresolvableError:  # nothing is known of a whole policy: it may allow
        return None
    return Policy(statements=tuple(statements))


def _documents(reading: Reading, role: str) -> Iterator[tuple[str, Any, Path]]:
    """Name, document and place of the policies that stand in the template: the role's own, and those attached to it.

    Raises:
        UnresolvableError: Which there are cannot be known.
    """
    path: Path = ("Resources", role, "Properties", "Policies")
    inline = _chosen(reading, reading.template.written(path))
    for index, written in enumerate(inline if isinstance(inline, list) else ()):
        policy = mapping(_chosen(reading, written))
        name = policy.get("PolicyName")
        shown = name if isinstance(name, str) else f"{role}.Policies[{index}]"
        yield shown, policy.get("PolicyDocument"), (*path, index, "PolicyDocument")
    for attached in reading.attached_policies.get(reading.references.name(role), ()):
        yield _attached(reading, attached)


def _attached(reading: Reading, name: str) -> tuple[str, Any, Path]:
    """Name, document and place of a policy that is a resource."""
    path: Path = ("Resources", name, "Properties", "PolicyDocument")
    return name, reading.template.written(path), path


def _chosen(reading: Reading, value: Any) -> Any:
    """What stands where Fn::If chooses, unresolved; what any other function gives, as a whole.

    Raises:
        UnresolvableError: It cannot be known.
    """
    resolver = reading.template.resolver
    while isinstance(value, dict) and is_intrinsic(value):
        match value:
            case {"Fn::If": [condition, yes, no]}:
                value = yes if resolver.holds(condition) else no
            case _:
                return resolver.resolve(value)
    return resolver.resolve(value) if isinstance(value, str) else value


def _statements(reading: Reading, name: str, written: Any, path: Path) -> tuple[Statement, ...]:
    """The statements of one document; those about other services need not be known.

    Raises:
        UnresolvableError: Nothing of the document can be known.
    """
    document = _chosen(reading, written)
    if isinstance(document, str):
        return _parsed(reading, document, name, path)
    found = mapping(document).get("Statement")
    statements = found if isinstance(found, list) else [] if found is None else [found]
    resolved = []
    for index, statement in enumerate(statements):
        try:
            resolved.append(reading.template.resolver.resolve(statement))
        except UnresolvableError as error:
            if is_about_lattice(statement):
                reading.unknown((*path, "Statement", index), error)
            # What is about other services only is not read, and keeps its place.
            resolved.append({"Action": "other:Service"})
    return _parsed(reading, {**document, "Statement": resolved}, name, path) if resolved else ()


def _managed_arns(reading: Reading, role: str) -> list[str]:
    """ARNs of the managed policies that a role names; one of this template is known by its own.

    Raises:
        UnresolvableError: One cannot be known.
    """
    written = reading.template.written(("Resources", role, "Properties", "ManagedPolicyArns"))
    arns = reading.template.resolver.resolve(written)
    return [str(arn) for arn in arns] if isinstance(arns, list) else []


def _managed(reading: Reading, role: str, arn: str) -> tuple[Statement, ...]:
    """The statements of a managed policy: the template's, or AWS's own."""
    own = reading.managed_policies.get(arn)
    if own is not None:
        return _statements(reading, *_attached(reading, own))
    name = arn.rpartition("/")[2]
    if ":iam::aws:policy/" in arn:
        document = _AWS_POLICIES.get(name)
        return parse_policy(document, kind="identity", name=name).statements if document else ()
    reading.fragment.notes.append(f"The managed policy {name} of role {role} is unknown and is ignored.")
    return ()


def _parsed(reading: Reading, document: Any, name: str, path: Path) -> tuple[Statement, ...]:
    try:
        return parse_policy(
            document,
            kind="identity",
            locate=lambda keys: reading.template.locate((*path, *keys)),
            name=name,
        ).statements
    except ConfigurationError as error:
        problems = [Problem(f"Policy {name}: {each.message}", each.origin) for each in error.problems]
        reading.fragment.problems += problems
        return ()
