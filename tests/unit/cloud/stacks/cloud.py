"""A CloudFormation that knows VPC Lattice, for one test."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import boto3

from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.cloud.stacks import teach

REGION = "ap-northeast-1"
WHERE = Where(region=REGION, account="123456789012")


class Cloud:
    """CloudFormation as a client sees it, beside the control plane that its stacks change."""

    def __init__(self) -> None:
        ids = itertools.count(1)
        self.control_plane = ControlPlane(
            now=lambda: "2026-01-01T00:00:00.000Z", new_id=lambda prefix: f"{prefix}-{next(ids):017d}"
        )
        teach(self.control_plane)
        self.client = boto3.client("cloudformation", region_name=REGION)

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Call the API beside any stack."""
        return self.control_plane.call(operation, params, where=WHERE)

    def create(self, resources: Mapping[str, Any], *, name: str = "app", **more: Any) -> str:
        """Create a stack, and give its status."""
        self.client.create_stack(StackName=name, TemplateBody=template(resources, **more), **_given(more))
        return self.status(name)

    def update(self, resources: Mapping[str, Any], *, name: str = "app", **more: Any) -> str:
        """Update a stack, and give its status."""
        self.client.update_stack(StackName=name, TemplateBody=template(resources, **more), **_given(more))
        return self.status(name)

    def stack(self, name: str = "app") -> dict[str, Any]:
        """As DescribeStacks answers it; a deleted one is known by its ARN."""
        found: dict[str, Any] = self.client.describe_stacks(StackName=name)["Stacks"][0]
        return found

    def status(self, name: str = "app") -> str:
        """The status of a stack."""
        return str(self.stack(name)["StackStatus"])

    def outputs(self, name: str = "app") -> dict[str, str]:
        """The outputs of a stack."""
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack(name).get("Outputs", [])}

    def events(self, name: str = "app") -> list[str]:
        """What happened to a stack, in order: resource and status."""
        listed = self.client.describe_stack_events(StackName=name)["StackEvents"]
        return [f"{event['LogicalResourceId']} {event['ResourceStatus']}" for event in reversed(listed)]

    def reasons(self, name: str = "app") -> dict[str, str]:
        """Why resources failed, by logical id."""
        listed = self.client.describe_stack_events(StackName=name)["StackEvents"]
        return {
            event["LogicalResourceId"]: event["ResourceStatusReason"]
            for event in reversed(listed)
            if event["ResourceStatus"].endswith("FAILED")
        }

    def names(self, kind: str) -> list[str]:
        """The names of the records of a kind: ``services``."""
        records = getattr(self.control_plane.records, kind)
        return sorted(record["name"] for record in records.values())

    def only(self, kind: str) -> dict[str, Any]:
        """The only record of a kind."""
        (record,) = getattr(self.control_plane.records, kind).values()
        found: dict[str, Any] = record
        return found


def template(resources: Mapping[str, Any], **more: Any) -> str:
    """A template of resources: ``{"Web": ("Service", {"Name": "web"})}`` is short for one of VPC Lattice."""
    parts = {key: value for key, value in more.items() if key[:1].isupper() and key != "Given"}
    return json.dumps({"Resources": {name: _resource(one) for name, one in resources.items()}, **parts})


def _resource(one: Any) -> dict[str, Any]:
    if isinstance(one, tuple):
        kind, properties, *rest = one
        prefix = "" if ":" in kind else "AWS::VpcLattice::"
        return {"Type": prefix + kind, "Properties": properties, **(rest[0] if rest else {})}
    return dict(one)


def _given(more: Mapping[str, Any]) -> dict[str, Any]:
    values = more.get("Given", {})
    return {
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
