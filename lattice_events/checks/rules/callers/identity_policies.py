"""The identity policies of templates: those that stand in a role and those that are attached to it.

Source:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lattice_events.checks.rule import Material
from lattice_events.checks.rules.policies.auth_policies import property_document
from lattice_events.checks.rules.policies.documents import Document
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.managed_policies import is_of_aws, lets_call
from lattice_events.definitions.types import (
    FUNCTION,
    IAM_GROUP,
    IAM_GROUP_POLICY,
    IAM_USER,
    IAM_USER_POLICY,
    MANAGED_POLICY,
    POLICY,
    ROLE,
    ROLE_POLICY,
)
from lattice_events.definitions.values import Resource, Unknown

_Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class RolePolicies:
    """What the policies of a role are.

    Attributes:
        documents: That are known, at least in part.
        is_complete: Whether there is no other that may allow something.
        lets_call_all: Whether a managed policy of AWS allows every call.
    """

    documents: tuple[Document, ...]
    is_complete: bool = True
    lets_call_all: bool = False

    def with_(self, *documents: Document) -> RolePolicies:
        """These and further documents."""
        return replace(self, documents=(*self.documents, *documents))


def identity_policies(material: Material) -> Sequence[Document]:
    """Every document that stands in a role, a user or a group, or is a policy of its own."""
    definitions = material.definitions
    inside = (each for owner in definitions.of_type(ROLE, IAM_USER, IAM_GROUP) for each in _inside(owner))
    alone = definitions.of_type(POLICY, MANAGED_POLICY, ROLE_POLICY, IAM_USER_POLICY, IAM_GROUP_POLICY)
    return (*inside, *map(_alone, alone))


def policies_of_roles(material: Material) -> Mapping[_Key, RolePolicies]:
    """What each role of the templates has, by `key_of` it."""
    definitions = material.definitions
    attached, is_anywhere = _attached(definitions)
    return {
        key_of(role): _policies_of(role, definitions, attached.get(key_of(role), ()), is_anywhere)
        for role in definitions.of_type(ROLE)
    }


def roles_of_functions(material: Material) -> Mapping[_Key, Sequence[Resource]]:
    """The functions that run as each role of the templates."""
    found: dict[_Key, list[Resource]] = {}
    for function in material.definitions.of_type(FUNCTION):
        role = material.definitions.find(function.get("Role"), ROLE)
        if role is not None:
            found.setdefault(key_of(role), []).append(function)
    return found


def key_of(resource: Resource) -> _Key:
    """What tells a resource from all others."""
    return resource.stack, resource.name


def _policies_of(
    role: Resource, definitions: Definitions, attached: Sequence[Document], is_anywhere: bool
) -> RolePolicies:
    inline = role.get("Policies")
    has_unknown = isinstance(inline, Unknown) or (
        isinstance(inline, list) and any(isinstance(each, Unknown) for each in inline)
    )
    found = RolePolicies(documents=(*_inside(role), *attached), is_complete=not (has_unknown or is_anywhere))
    managed = role.get("ManagedPolicyArns")
    for arn in managed if isinstance(managed, list) else [managed] if managed else ():
        policy = definitions.find(arn, MANAGED_POLICY)
        if policy is not None:
            found = found.with_(_alone(policy))
        elif isinstance(arn, str) and is_of_aws(arn):
            found = replace(found, lets_call_all=found.lets_call_all or lets_call(arn))
        else:
            found = replace(found, is_complete=False)
    return found


def _inside(owner: Resource) -> Iterator[Document]:
    policies = owner.get("Policies")
    for index, each in enumerate(policies if isinstance(policies, list) else ()):
        if isinstance(each, dict):
            yield property_document(owner, "Policies", index, "PolicyDocument", owner=owner.name)


def _alone(policy: Resource) -> Document:
    return property_document(policy, "PolicyDocument", owner=policy.name)


def _attached(definitions: Definitions) -> tuple[Mapping[_Key, Sequence[Document]], bool]:
    """The policies that name the roles they are for; and whether one may be for any role."""
    found: dict[_Key, list[Document]] = {}
    is_anywhere = False
    for policy in definitions.of_type(POLICY, MANAGED_POLICY, ROLE_POLICY):
        named = policy.get("RoleName" if policy.type == ROLE_POLICY else "Roles")
        for name in named if isinstance(named, list) else [named] if named else ():
            role = definitions.find(name, ROLE)
            if role is not None:
                found.setdefault(key_of(role), []).append(_alone(policy))
            is_anywhere = is_anywhere or (role is None and isinstance(name, Unknown))
    return found, is_anywhere
