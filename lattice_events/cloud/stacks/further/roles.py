"""Roles of IAM, whose attached policies moto's own type forgets, and which it changes too little."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, Role

from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.stacks.backends import iam_of
from lattice_events.cloud.stacks.further.policies import document_text
from lattice_events.cloud.stacks.moto_types import MotoType
from lattice_events.cloud.stacks.resource import Properties, Request


class RoleType(MotoType):
    """``AWS::IAM::Role``."""

    def __init__(self) -> None:
        """Take moto's class."""
        super().__init__(model=Role)

    def create(self, request: Request) -> Any:
        """Make a role, and attach its policies; none stays where that is refused."""
        made = super().create(_in_text(request))
        try:
            _attach(made, {}, request)
        except Exception:
            self.delete(made, request)
            raise
        return made

    def update(self, standing: Any, before: Properties, request: Request) -> Any:
        """Change who may assume a role, and what it may do."""
        request = _in_text(request)
        super().update(standing, before, request)
        standing.assume_role_policy_document = request.properties["AssumeRolePolicyDocument"]
        for policy in before.get("Policies", []):
            standing.policies.pop(policy["PolicyName"], None)
        for policy in request.properties.get("Policies", []):
            standing.put_policy(policy["PolicyName"], policy["PolicyDocument"])
        _attach(standing, before, request)
        return standing

    def delete(self, standing: Any, request: Request) -> None:
        """Detach a role's policies and delete it."""
        for policy in list(standing.managed_policies.values()):
            policy.detach_from(standing)
        super().delete(standing, request)


def _attach(role: Any, before: Properties, request: Request) -> None:
    """Attach the managed policies that are new, and detach those that have gone."""
    iam = iam_of(request.where)
    earlier, later = before.get("ManagedPolicyArns", []), request.properties.get("ManagedPolicyArns", [])
    for arn in later:
        if arn not in role.managed_policies:
            _know(iam, arn, request.where)
            iam.attach_role_policy(arn, role.name)
    for arn in earlier:
        if arn not in later and arn in role.managed_policies:
            iam.detach_role_policy(arn, role.name)


def _know(iam: Any, arn: str, where: Where) -> None:
    """Load one of AWS's own policies, which moto has and does not load unless it is told to."""
    if arn in iam.managed_policies or ":iam::aws:policy/" not in arn:
        return
    name = arn.rpartition("/")[2]
    data = json.loads(aws_managed_policies_data).get(name)
    if data is not None:
        iam.managed_policies[arn] = AWSManagedPolicy.from_data(name, where.account, where.region, data)


def _in_text(request: Request) -> Request:
    """A role whose policies are text, as the API of IAM gives them back."""
    policies = [
        {**policy, "PolicyDocument": document_text(policy["PolicyDocument"])}
        for policy in request.properties.get("Policies", [])
    ]
    assume = document_text(request.properties["AssumeRolePolicyDocument"])
    return replace(
        request,
        properties={**request.properties, "Policies": policies, "AssumeRolePolicyDocument": assume},
    )
