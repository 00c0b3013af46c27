"""moto's other services, as far as types of resources change them."""

from __future__ import annotations

from typing import Any

from moto.acm.models import acm_backends
from moto.awslambda.utils import get_backend as lambda_backend
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends
from moto.utilities.utils import get_partition

from lattice_events.cloud.operations.call import Where


def lambda_of(where: Where) -> Any:
    """Lambda of an account and Region; moto has two, one of which is in use."""
    return lambda_backend(where.account, where.region)


def ec2_of(where: Where) -> Any:
    """EC2 of an account and Region."""
    return ec2_backends[where.account][where.region]


def logs_of(where: Where) -> Any:
    """CloudWatch Logs of an account and Region."""
    return logs_backends[where.account][where.region]


def certificates_of(where: Where) -> Any:
    """Certificate Manager of an account and Region."""
    return acm_backends[where.account][where.region]


def iam_of(where: Where) -> Any:
    """IAM of an account."""
    return iam_backends[where.account][get_partition(where.region)]


def parameters_of(where: Where) -> Any:
    """Systems Manager of an account and Region."""
    return ssm_backends[where.account][where.region]


def secrets_of(where: Where) -> Any:
    """Secrets Manager of an account and Region."""
    return secretsmanager_backends[where.account][where.region]
