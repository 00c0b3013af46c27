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
from lattice_events.readers.cloudformation.outside import UnresolvableError
from lattice_events.readers.cloudformation.template import MANAGED_POLICY, ROLE, Template
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.tags import tag_problem

_ALLOW_INVOKE = {"Effect": "Allow", "Action": "vpc-lattice-svcs:Invoke", "Resource": "*"}
# Of AWS's own policies, those that let a caller call services; no other does.
_AWS_POLICIES: Mapping[str, Mapping[str, Any]] = {
    name: {"Statement": [_ALLOW_INVOKE]}
    for name in ("AdministratorAccess", "PowerUserAccess", "VPCLatticeServicesInvokeAccess")
}


class RoleReader:
    """Reads the roles of one template; what is wrong with their policies are the template's problems."""

    def __init__(self, template: Template) -> None:
        """Keep the template."""
        self._template = template

    def principal(self, function: str, name: str, role_arn: str, *, vpc_id: str | None) -> Principal:
        """The principal that a function is.

        Args:
            function: Its logical id.
            name: Its name, which Lambda makes the session's.
            role_arn: Of its execution role; empty if it is not known.
            vpc_id: Of the VPC that it is attached to, if that is known.
        """
        options = self._template.options
        role_name = role_arn.rpartition("/")[2] or f"{name}-role"
        role = self._find(role_arn)
        return Principal(
            name=name,
            caller=Caller(
                arn=f"arn:aws:sts::{options.account}:assumed-role/{role_name}/{name}",
                role_arn=role_arn or None,
                tags={} if role is None else self._tags(role),
            ),
            identity_policy=None if role is None else self._policy(role),
            vpc_arn=vpc_id and f"arn:aws:ec2:{options.region}:{options.account}:vpc/{vpc_id}",
            origin=self._template.origin(function),
        )

    def _tags(self, role: str) -> dict[str, str]:
        """A role's tags, which are the principal tags of its sessions."""
        tags = self._template.tags(role)
        problem = tag_problem(tags)
        if problem:
            self._template.problem(("Resources", role, "Properties", "Tags"), f"The role {role}: {problem}.")
        return tags

    def _find(self, arn: str) -> str | None:
        """The logical id of a role of this template."""
        names = [name for name in self._template.resources if self._template.is_kind(name, ROLE)]
        return next((name for name in names if self._template.arn(name) == arn), None)

    def _policy(self, role: str) -> Policy:
        """Every statement of a role's policies that is about VPC Lattice, in one."""
        statements: list[Statement] = []
        for name, path in self._documents(role):
            statements += self._statements(name, path)
        for arn in self._managed_arns(role):
            statements += self._managed(role, arn)
        return Policy(statements=tuple(statements))

    def _documents(self, role: str) -> Iterator[tuple[str, Path]]:
        """Name and place of the documents that stand in the template: the role's own, and those attached to it."""
        inline = self._template.written(("Resources", role, "Properties", "Policies"))
        for index, policy in enumerate(inline if isinstance(inline, list) else ()):
            path: Path = ("Resources", role, "Properties", "Policies", index)
            name = policy.get("PolicyName") if isinstance(policy, dict) else None
            yield name if isinstance(name, str) else f"{role}.Policies[{index}]", (*path, "PolicyDocument")
        for name in self._template.resources:
            if self._is_attached(name, role):
                yield name, ("Resources", name, "Properties", "PolicyDocument")

    def _is_attached(self, name: str, role: str) -> bool:
        """Whether a policy resource names the role."""
        key = "Roles" if self._template.is_kind(name, "AWS::IAM::Policy", MANAGED_POLICY) else "RoleName"
        if key == "RoleName" and not self._template.is_kind(name, "AWS::IAM::RolePolicy"):
            return False
        named = self._template.quiet(("Resources", name, "Properties", key))
        arn = self._template.arn(role)
        return arn.rpartition("/")[2] in (named if isinstance(named, list) else [named])

    def _statements(self, name: str, path: Path) -> tuple[Statement, ...]:
        """The statements of one document; those about other services need not be known."""
        document = self._template.written(path)
        written = document.get("Statement") if isinstance(document, dict) else None
        statements = written if isinstance(written, list) else [] if written is None else [written]
        resolved = []
        for index, statement in enumerate(statements):
            try:
                resolved.append(self._template.resolver.resolve(statement))
            except UnresolvableError as error:
                if is_about_lattice(statement):
                    self._template.unresolvable((*path, "Statement", index), error)
                # What is about other services only is not read, and keeps its place.
                resolved.append({"Action": "other:Service"})
        return self._parsed({**document, "Statement": resolved}, name, path) if resolved else ()

    def _managed_arns(self, role: str) -> list[str]:
        """ARNs of the managed policies that a role names; one of this template is known by its own."""
        arns = self._template.quiet(("Resources", role, "Properties", "ManagedPolicyArns"))
        return [str(arn) for arn in arns] if isinstance(arns, list) else []

    def _managed(self, role: str, arn: str) -> tuple[Statement, ...]:
        """The statements of a managed policy: the template's, or AWS's own."""
        names = [name for name in self._template.resources if self._template.is_kind(name, MANAGED_POLICY)]
        for name in names:
            if self._template.arn(name) == arn:
                return self._statements(name, ("Resources", name, "Properties", "PolicyDocument"))
        name = arn.rpartition("/")[2]
        if ":iam::aws:policy/" in arn:
            document = _AWS_POLICIES.get(name)
            return parse_policy(document, kind="identity", name=name).statements if document else ()
        self._template.fragment.notes.append(
            f"The managed policy {name} of role {role} is unknown and is ignored."
        )
        return ()

    def _parsed(self, document: Any, name: str, path: Path) -> tuple[Statement, ...]:
        try:
            return parse_policy(
                document,
                kind="identity",
                locate=lambda keys: self._template.locate((*path, *keys)),
                name=name,
            ).statements
        except ConfigurationError as error:
            problems = [Problem(f"Policy {name}: {each.message}", each.origin) for each in error.problems]
            self._template.fragment.problems += problems
            return ()
