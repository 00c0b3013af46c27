"""Policies of IAM that stand beside the roles that they are for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from moto.iam.models import InlinePolicy, ManagedPolicy

from lattice_events.cloud.stacks.backends import iam_of
from lattice_events.cloud.stacks.moto_types import MotoType
from lattice_events.cloud.stacks.resource import Properties, Request, changed


def document_text(document: Any) -> str:
    """A policy as the API of IAM takes it and gives it back."""
    return document if isinstance(document, str) else json.dumps(document)


class InlinePolicyType(MotoType):
    """``AWS::IAM::Policy``."""

    def __init__(self) -> None:
        """Take moto's class."""
        super().__init__(model=InlinePolicy)

    def create(self, request: Request) -> Any:
        """Put it into its roles."""
        return super().create(_in_text(request))

    def update(self, standing: Any, before: Properties, request: Request) -> Any:
        """Put it anew."""
        return super().update(standing, before, _in_text(request))


class ManagedPolicyType(MotoType):
    """``AWS::IAM::ManagedPolicy``, which moto neither changes nor deletes."""

    def __init__(self) -> None:
        """Take moto's class."""
        super().__init__(model=ManagedPolicy)

    def update(self, standing: Any, before: Properties, request: Request) -> Any:
        """Change what it allows, and to whom."""
        document = document_text(request.properties["PolicyDocument"])
        for version in standing.versions:
            if version.version_id == standing.default_version_id:
                version.document = document
        iam, after = iam_of(request.where), request.properties.get("Roles", [])
        for name in [name for name in before.get("Roles", []) if name not in after]:
            iam.detach_role_policy(standing.arn, name)
        for name in [name for name in after if name not in before.get("Roles", [])]:
            iam.attach_role_policy(standing.arn, name)
        return standing

    def delete(self, standing: Any, request: Request) -> None:
        """Detach it from everything, and delete it."""
        iam = iam_of(request.where)
        for holder in (*iam.roles.values(), *iam.users.values(), *iam.groups.values()):
            if standing.arn in holder.managed_policies:
                standing.detach_from(holder)
        iam.managed_policies.pop(standing.arn, None)

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Whether it is another policy."""
        return changed(before, after, ("ManagedPolicyName", "Path", "Description"))


def _in_text(request: Request) -> Request:
    document = document_text(request.properties["PolicyDocument"])
    return replace(request, properties={**request.properties, "PolicyDocument": document})
