"""Where a service answers: from the environment, or looked up through the VPC Lattice API.

The look-up is explicit, since a function in a private subnet cannot reach that API.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_GetService.html
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any, NamedTuple

from lattice_events.client.scope import split_url
from lattice_events.errors import ConfigurationError
from lattice_events.sigv4 import region_of_host
from lattice_events.variables import environment_name


class ServiceURL(NamedTuple):
    """Where a service answers.

    Attributes:
        url: Such as ``https://foo-service-….vpc-lattice-svcs.ap-northeast-1.on.aws``.
        hosts: For `LatticeSession`: Region by host name, if the name itself does not tell it.
    """

    url: str
    hosts: dict[str, str]


def service_url(service: str) -> ServiceURL:
    """Read a service's URL from the environment; `lattice dev` sets one for every service.

    Raises:
        ConfigurationError: It is not set or is no URL, or a custom domain name's Region is not known.
    """
    name = environment_name(service)
    url = os.environ.get(name, "").strip()
    if not url:
        raise ConfigurationError(
            f"The URL of the service {service!r} is unknown: set {name} to its URL, such as "
            "https://NAME-ID.7d67968.vpc-lattice-svcs.REGION.on.aws (look_up_service finds it)."
        )
    parts = split_url(url)
    if parts is None:
        raise ConfigurationError(f"{name} is {url!r}, which is not a URL: it must be like https://NAME/PATH.")
    return ServiceURL(url, _hosts(parts.hostname or "", environment_region(), name))


def environment_region() -> str | None:
    """The Region that the environment names, as Lambda and the AWS SDKs do."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


def _hosts(host: str, region: str | None, name: str) -> dict[str, str]:
    """The host's Region, where its name does not tell it."""
    if region_of_host(host) is not None:
        return {}
    if not region:
        raise ConfigurationError(
            f"{name} is a custom domain name, which does not contain its Region: set AWS_REGION."
        )
    return {host: region}


def look_up_service(service: str, *, client: Any = None) -> ServiceURL:
    """Find a service's URL through the VPC Lattice API; kept for the life of the process.

    Args:
        service: Its name, id (``svc-…``) or ARN.
        client: ``boto3.client("vpc-lattice")``, when left out made by boto3.

    Returns:
        The custom domain name if it has one, else the generated one.

    Raises:
        ConfigurationError: There is no such service, or several of one name are shared with you, or
            boto3 is not installed, or the API refuses or cannot be reached.
    """
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise ConfigurationError(
            "look_up_service asks the VPC Lattice API through boto3: pip install 'lattice-events[boto3]'"
        ) from error
    try:
        return _look_up(service, client or _make_client(boto3))
    except (BotoCoreError, ClientError) as error:
        raise ConfigurationError(
            f"The service {service!r} cannot be looked up: {str(error).rstrip('.')}. It needs AWS_REGION, "
            "credentials, vpc-lattice:ListServices and vpc-lattice:GetService, and a network path to the VPC "
            f"Lattice API. Without one, set {environment_name('NAME')} to the service's URL and use service_url."
        ) from error


@cache
def _make_client(boto3: Any) -> Any:
    """A client of the control plane."""
    return boto3.client("vpc-lattice")


@cache
def _look_up(service: str, client: Any) -> ServiceURL:
    """Ask the API."""
    found = client.get_service(serviceIdentifier=_identifier(service, client))
    host = found.get("customDomainName") or found.get("dnsEntry", {}).get("domainName")
    if not host:
        raise ConfigurationError(
            f"The service {service!r} has no domain name yet; its status is {found.get('status', 'unknown')}."
        )
    region = client.meta.region_name
    return ServiceURL(f"https://{host}", {} if region_of_host(host) else {host: region})


def _identifier(service: str, client: Any) -> str:
    """The id of a service: given, or that of the one with this name."""
    if service.startswith(("svc-", "arn:")):
        return service
    pages = client.get_paginator("list_services").paginate()
    ids = [each["id"] for page in pages for each in page["items"] if each["name"] == service]
    if len(ids) != 1:
        many = f"{len(ids)} services have the name {service!r}: {', '.join(ids)}. Give an id."
        raise ConfigurationError(
            many if ids else f"There is no service named {service!r} in this account and Region."
        )
    return str(ids[0])
