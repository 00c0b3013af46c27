"""Roles of moto's IAM: who a function is to policies, and what it may call.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends
from moto.iam.models import Role, iam_backends

from lattice_events.errors import ConfigurationError
from lattice_events.network.model import Principal
from lattice_events.network.policy import Caller, Policy, parse_policy

_NOTHING = Policy(statements=())


def principal_of(function: Any, name: str, notes: list[str]) -> Principal:
    """The principal that one of moto's functions is.

    Args:
        function: Of moto.
        name: That the network knows it by.
        notes: Told what is not known of its policies.
    """
    role = _role(function)
    role_name = function.role.rpartition("/")[2]
    policy = _NOTHING
    if role is None:
        notes.append(
            f"The role {role_name} of {function.function_name} is not there, so it may call nothing."
        )
    else:
        policy = _policy(role, notes)
    session = f"assumed-role/{role_name}/{function.function_name}"
    return Principal(
        name=name,
        caller=Caller(
            arn=f"arn:{function.partition}:sts::{function.account_id}:{session}",
            role_arn=function.role,
            tags=_tags(role) if role else {},
        ),
        identity_policy=policy,
        vpc_arn=_vpc_arn(function),
    )


def _role(function: Any) -> Role | None:
    roles = iam_backends[function.account_id][function.partition].roles.values()
    return next((each for each in roles if each.arn == function.role), None)


def _policy(role: Role, notes: list[str]) -> Policy:
    """Every statement of a role's policies that is about VPC Lattice, in one; nothing when one cannot be read."""
    if role.permissions_boundary_arn:
        notes.append(
            f"The permissions boundary of role {role.name} is not evaluated: what it forbids is allowed here."
        )
    try:
        policies = [parse_policy(text, kind="identity", name=name) for name, text in _documents(role)]
    except ConfigurationError as error:
        problems = "; ".join(each.message for each in error.problems)
        notes.append(
            f"A policy of role {role.name} cannot be read, so the role may call nothing here: {problems}"
        )
        return _NOTHING
    return Policy(statements=tuple(each for policy in policies for each in policy.statements))


def _documents(role: Role) -> Iterator[tuple[str, Any]]:
    """Name and document of each policy: those in the role, and those attached to it."""
    yield from role.policies.items()
    for policy in role.managed_policies.values():
        yield from (
            (policy.name, each.document)
            for each in policy.versions
            if each.version_id == policy.default_version_id
        )


def _tags(role: Role) -> dict[str, str]:
    tags: Any = role.tags
    pairs = tags.values() if isinstance(tags, dict) else tags
    return {each["Key"]: each["Value"] for each in pairs}


def _vpc_arn(function: Any) -> str | None:
    """The VPC that a function is attached to, by a security group or a subnet that EC2 knows."""
    config = function._vpc_config or {}  # noqa: SLF001 - the property has a made-up VPC
    backend = ec2_backends[function.account_id][function.region]
    groups = (backend.get_security_group_from_id(each) for each in config.get("SecurityGroupIds") or ())
    found = [group.vpc_id for group in groups if group is not None]
    for each in config.get("SubnetIds") or ():
        try:
            found.append(backend.get_subnet(each).vpc_id)
        except InvalidSubnetIdError:
            continue
    vpc_id = next(filter(None, found), None)
    prefix = f"arn:{function.partition}:ec2:{function.region}:{function.account_id}"
    return vpc_id and f"{prefix}:vpc/{vpc_id}"
