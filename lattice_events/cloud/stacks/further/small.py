"""Types of a few lines each."""

from __future__ import annotations

from typing import Any

from moto.logs.models import LogGroup

from lattice_events.cloud.stacks.backends import certificates_of, lambda_of, logs_of
from lattice_events.cloud.stacks.further.base import Made, Replaced
from lattice_events.cloud.stacks.moto_types import MotoType
from lattice_events.cloud.stacks.resource import Properties, Request, changed


class LogGroupType(MotoType):
    """``AWS::Logs::LogGroup``, which keeps its logs when its retention changes."""

    def __init__(self) -> None:
        """Take moto's class."""
        super().__init__(model=LogGroup)

    def update(self, standing: Any, before: Properties, request: Request) -> Any:
        """Change how long logs are kept."""
        del before
        days = request.properties.get("RetentionInDays")
        logs_of(request.where).groups[standing.name].set_retention_policy(days)
        return standing


class CertificateType(Replaced):
    """``AWS::CertificateManager::Certificate``; nobody has to validate it here."""

    def create(self, request: Request) -> Made:
        """Request a certificate."""
        arn = certificates_of(request.where).request_certificate(
            request.properties["DomainName"],
            None,
            request.properties.get("SubjectAlternativeNames", []),
            request.properties.get("Tags", []),
        )
        return Made(physical_resource_id=arn)

    def delete(self, standing: Made, request: Request) -> None:
        """Delete it."""
        certificates_of(request.where).delete_certificate(standing.physical_resource_id)


class UrlType:
    """``AWS::Lambda::Url``: its URL is made up, and nobody answers there."""

    def create(self, request: Request) -> Made:
        """Make up a URL."""
        made = lambda_of(request.where).create_function_url_config(
            request.properties["TargetFunctionArn"], dict(request.properties)
        )
        arn = made.function.function_arn
        return Made(physical_resource_id=arn, attributes={"FunctionArn": arn, "FunctionUrl": made.url})

    def update(self, standing: Made, before: Properties, request: Request) -> Made:
        """Change who may call it."""
        del before
        lambda_of(request.where).update_function_url_config(
            request.properties["TargetFunctionArn"], dict(request.properties)
        )
        return standing

    def delete(self, standing: Made, request: Request) -> None:
        """Delete it; a function that has gone took it along."""
        functions = lambda_of(request.where).list_functions()
        for function in functions:
            if function.function_arn == standing.physical_resource_id:
                function.delete_url_config()

    def replaces(self, before: Properties, after: Properties) -> bool:
        """Whether it is for another function."""
        return changed(before, after, ("TargetFunctionArn", "Qualifier"))
