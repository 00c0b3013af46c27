"""Where a service answers: from the environment, or looked up through the VPC Lattice API.

The look-up is explicit, since a function in a private subnet cannot reach that API.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_GetService.html
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from lattice_events.errors import ConfigurationError
from lattice_events.sigv4 import region_of_host


class ServiceURL(NamedTuple):
    """Where a service answers.

    Attributes:
        url: Such as ``https://foo-service-….vpc-lattice-svcs.ap-northeast-1.on.aws``.
        hosts: For `LatticeSession`: Region by host name, if the name itself does not tell it.
    """

    url: str
    hosts: dict[str, str]


def environment_name(service: str) -> str:
    """The environment variable with a service's URL: ``eks-app`` is in ``LATTICE_SERVICE_EKS_APP_URL``."""
    return f"LATTICE_SERVICE_{re.sub('[^A-Z0-9]', '_', service.upper())}_URL"


def service_url(service: str) -> ServiceURL:
    """Read a service's URL from the environment; `lattice dev` sets one for every service.

    Raises:
        ConfigurationError: It is not set or is no URL, or a custom domain name's Region is not known.
    """
    name = environment_name(service)
    url = os.environ.get(name)
    if not url:
        raise ConfigurationError(
            f"Where the service {service!r} answers is not known: set {name} to its URL, such as "
            "https://NAME-ID.7d67968.vpc-lattice-svcs.REGION.on.aws (look_up_service finds it)."
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"{name} is {url!r}, which is no URL: it must start with https://.")
    return ServiceURL(url, _hosts(parts.hostname, os.environ.get("AWS_REGION"), name))


def _hosts(host: str, region: str | None, name: str) -> dict[str, str]:
    """The host's Region, where its name does not tell it."""
    if region_of_host(host) is not None:
        return {}
    if not region:
        raise ConfigurationError(
            f"{name} is a custom domain name, which does not tell its Region: set AWS_REGION."
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
            boto3 is not installed.
    """
    return _look_up(service, _boto3_client() if client is None else client)


@cache
def _boto3_client() -> Any:
    """A client of the control plane."""
    try:
        import boto3
    except ImportError as error:
        raise ConfigurationError(
            "look_up_service asks the VPC Lattice API through boto3: pip install boto3"
        ) from error
    return boto3.client("vpc-lattice")


@cache
def _look_up(service: str, client: Any) -> ServiceURL:
    """Ask the API."""
    import botocore.exceptions

    try:
        found = client.get_service(serviceIdentifier=_identifier(service, client))
    except botocore.exceptions.ClientError as error:
        raise ConfigurationError(f"The service {service!r} cannot be looked up: {error}") from error
    host = found.get("customDomainName") or found["dnsEntry"]["domainName"]
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
