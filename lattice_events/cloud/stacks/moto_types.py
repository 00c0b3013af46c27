"""The types that moto has, made as moto makes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from moto.cloudformation.parsing import generate_resource_name

from lattice_events.cloud.stacks.resource import Properties, Request, ResourceError, changed

# moto has no list of them; those that people change, and whose change moto would make in place.
_CREATE_ONLY = {
    "AWS::EC2::SecurityGroup": "GroupName GroupDescription VpcId",
    "AWS::IAM::Role": "RoleName Path",
    "AWS::Lambda::Function": "FunctionName PackageType",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName FifoTopic",
    "AWS::SQS::Queue": "QueueName FifoQueue",
    "AWS::SSM::Parameter": "Name",
}


@dataclass(frozen=True, kw_only=True)
class MotoType:
    """See `Type`.

    Attributes:
        model: moto's class.
    """

    model: Any

    def create(self, request: Request) -> Any:
        """Make a resource."""
        ids = {"LogicalId": request.logical_id, "StackId": request.stack_id, "ResourceType": request.type}
        where = request.where
        made = self.model.create_from_cloudformation_json(
            self.name_of(request), _json(request), where.account, where.region, **ids
        )
        if made is None:
            raise ResourceError(f"moto made nothing of the {request.type}.")
        return made

    def update(self, standing: Any, before: Properties, request: Request) -> Any:
        """Change a resource as moto does, which for some types is another one."""
        if not _has(self.model, "update"):
            return self._make_again(standing, before, request)
        return self.model.update_from_cloudformation_json(
            original_resource=standing,
            new_resource_name=self.name_of(request, standing),
            cloudformation_json=_json(request),
            account_id=request.where.account,
            region_name=request.where.region,
        )

    def _make_again(self, standing: Any, before: Properties, request: Request) -> Any:
        """Delete and create; the new one often has the old one's name, so it cannot come first."""
        earlier = replace(request, properties=before)
        self.delete(standing, earlier)
        try:
            return self.create(request)
        except Exception:
            self.create(earlier)
            raise

    def delete(self, standing: Any, request: Request) -> None:
        """Delete a resource, where moto can."""
        where = request.where
        if callable(getattr(standing, "delete", None)):
            try:
                standing.delete(where.account, where.region)
                return
            except (TypeError, AttributeError):
                pass  # it is another `delete`; so moto itself finds out
        if _has(self.model, "delete"):
            self.model.delete_from_cloudformation_json(
                standing.physical_resource_id, _json(request), where.account, where.region
            )

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Whether a create-only property differs, of those that are known."""
        return changed(before, after, tuple(_CREATE_ONLY.get(self.model.cloudformation_type(), "").split()))

    def name_of(self, request: Request, standing: Any = None) -> str:
        """The name that a template gives it, or it has, or one that is made up."""
        given = request.properties.get(self.model.cloudformation_name_type() or "")
        if given:
            return str(given)
        if standing is not None:
            return str(standing.physical_resource_id)
        return generate_resource_name(request.type, request.stack_name, request.logical_id)


def _json(request: Request) -> dict[str, Any]:
    return {"Type": request.type, "Properties": dict(request.properties)}


def _has(model: Any, verb: str) -> bool:
    method = getattr(model, f"{verb}_from_cloudformation_json")
    return not hasattr(method, "__isabstractmethod__")
