"""A deployed stack, as CloudFormation itself tells it: the template, and what its names became."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]
"""Makes a boto3 client of a service."""

Resource = dict[str, Any]


class Stack:
    """A stack whose intrinsic functions can be resolved.

    Attributes:
        resources: Those of the template whose condition holds, by logical id.
        physical_ids: Of them, by logical id, as the server tells them.
        statuses: Likewise, ``CREATE_COMPLETE`` and so on.
    """

    def __init__(self, name: str, *, client: Client, template: Resource | None = None) -> None:
        """See what the server has of a stack; `template` is what it should have, else the server's own."""
        self.name = name
        self._client = client
        self._cloudformation = client("cloudformation")
        self.template = template or self._processed()
        told = self._cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        self.physical_ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in told}
        self.statuses = {each["LogicalResourceId"]: each["ResourceStatus"] for each in told}
        self.resources: dict[str, Resource] = {
            logical_id: resource
            for logical_id, resource in self.template["Resources"].items()
            if self._holds(resource.get("Condition"))
        }

    def _processed(self) -> Resource:
        told = self._cloudformation.get_template(StackName=self.name, TemplateStage="Processed")
        body = told["TemplateBody"]
        template: Resource = json.loads(body) if isinstance(body, str) else dict(body)
        return template

    def of_kind(self, kind: str) -> dict[str, Resource]:
        """The resources of a type."""
        return {name: each for name, each in self.resources.items() if each["Type"] == kind}

    @property
    def lattice_ids(self) -> dict[str, str]:
        """The physical ids of VPC Lattice's resources alone."""
        kinds = {name: each["Type"] for name, each in self.resources.items()}
        return {
            name: physical_id
            for name, physical_id in self.physical_ids.items()
            if kinds.get(name, "").startswith("AWS::VpcLattice::")
        }

    @property
    def status(self) -> str:
        """Of the stack."""
        stacks = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return str(stacks[0]["StackStatus"])

    @property
    def outputs(self) -> dict[str, str]:
        """By name."""
        stacks = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stacks[0].get("Outputs", ())}

    def resolve(self, value: Any) -> Any:
        """A value of the template with its intrinsic functions done."""
        match value:
            case {"Ref": str(name)}:
                return self._ref(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self._attribute(name, attribute)
            case {"Fn::GetAtt": str(text)}:
                return self._attribute(*text.split(".", 1))
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: self._named(found[1]), text)
            case {"Fn::Join": [glue, items]}:
                return glue.join(self.resolve(each) for each in items)
            case dict():
                return {key: self.resolve(each) for key, each in value.items()}
            case list():
                return [self.resolve(each) for each in value]
            case _:
                return value

    def _named(self, name: str) -> str:
        return self._attribute(*name.split(".", 1)) if "." in name else self._ref(name)

    def _ref(self, name: str) -> str:
        pseudo = {
            "AWS::Region": self._cloudformation.meta.region_name,
            "AWS::AccountId": "123456789012",
            "AWS::Partition": "aws",
            "AWS::StackName": self.name,
        }
        return str(pseudo.get(name) or self.physical_ids.get(name, f"nothing for {name}"))

    def _attribute(self, name: str, attribute: str) -> str:
        physical_id = str(self.physical_ids.get(name, f"nothing for {name}"))
        if attribute == "DnsEntry.DomainName":
            service = self._client("vpc-lattice").get_service(serviceIdentifier=physical_id)
            return str(service["dnsEntry"]["domainName"])
        kind = self.resources[name]["Type"] if name in self.resources else ""
        arns = {
            "AWS::Lambda::Function": f"arn:aws:lambda:{self._ref('AWS::Region')}:123456789012:function:{physical_id}",
            "AWS::IAM::Role": f"arn:aws:iam::123456789012:role/{physical_id}",
        }
        return arns.get(kind, physical_id) if attribute == "Arn" else physical_id

    def _holds(self, condition: str | None) -> bool:
        """Whether a condition holds: an Equals of a parameter and a text, as in the samples."""
        if condition is None:
            return True
        left, right = self.template["Conditions"][condition]["Fn::Equals"]
        return bool(self.template["Parameters"][left["Ref"]]["Default"] == right)
