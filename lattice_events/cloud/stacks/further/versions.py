"""Versions and aliases of functions."""

from __future__ import annotations

from typing import Any

from lattice_events.cloud.stacks.backends import lambda_of
from lattice_events.cloud.stacks.further.base import Made, Replaced
from lattice_events.cloud.stacks.resource import Properties, Request, ResourceError, changed


class VersionType(Replaced):
    """``AWS::Lambda::Version``."""

    def create(self, request: Request) -> Made:
        """Publish what the function is now."""
        backend, name = lambda_of(request.where), request.properties["FunctionName"]
        standing = {version.function_arn for version in backend.list_versions_by_function(_bare(name))}
        made = backend.publish_version(name, request.properties.get("Description", ""))
        if made.function_arn in standing:
            raise ResourceError(
                f"A version for this Lambda function exists ( {made.version} ). Modify the function to create a "
                "new version."
            )
        attributes = {"Version": str(made.version), "FunctionArn": made.function_arn}
        return Made(physical_resource_id=made.function_arn, attributes=attributes)

    def delete(self, standing: Made, request: Request) -> None:
        """Delete a version; a function that has gone took it along."""
        backend = lambda_of(request.where)
        name, version = _bare(standing.physical_resource_id), standing.attributes["Version"]
        if not _stands(backend, name):
            return
        users = [alias.name for alias in backend.list_aliases(name) if alias.function_version == version]
        if users:
            raise ResourceError(
                f"Unable to delete version because the following aliases reference it: {users}"
            )
        backend.delete_function(name, version)


class AliasType:
    """``AWS::Lambda::Alias``."""

    def create(self, request: Request) -> Made:
        """Name a version."""
        properties = request.properties
        alias = lambda_of(request.where).create_alias(
            properties["Name"], _bare(properties["FunctionName"]), *_means(properties)
        )
        return Made(physical_resource_id=alias.arn, attributes={"AliasArn": alias.arn})

    def update(self, standing: Made, before: Properties, request: Request) -> Made:
        """Let it name another version."""
        del before
        properties = request.properties
        lambda_of(request.where).update_alias(
            properties["Name"], _bare(properties["FunctionName"]), *_means(properties)
        )
        return standing

    def delete(self, standing: Made, request: Request) -> None:
        """Delete an alias; a function that has gone took it along."""
        del standing
        backend, name = lambda_of(request.where), _bare(request.properties["FunctionName"])
        if _stands(backend, name):
            backend.delete_alias(request.properties["Name"], name)

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Whether it is another alias."""
        return changed(before, after, ("Name", "FunctionName"))


def _means(properties: Properties) -> tuple[str, str, dict[str, Any]]:
    """Version, description and weights of an alias, as moto takes them."""
    given = properties.get("RoutingConfig", {}).get("AdditionalVersionWeights", [])
    weights = {str(each["FunctionVersion"]): float(each["FunctionWeight"]) for each in given}
    routing = {"AdditionalVersionWeights": weights} if weights else {}
    return str(properties["FunctionVersion"]), properties.get("Description", ""), routing


def _bare(name_or_arn: str) -> str:
    """The name of a function, given so or in an ARN, with or without a qualifier."""
    parts = name_or_arn.split(":")
    return parts[6] if len(parts) > 6 else parts[0]


def _stands(backend: Any, name: str) -> bool:
    return any(function.function_name == name for function in backend.list_functions())
