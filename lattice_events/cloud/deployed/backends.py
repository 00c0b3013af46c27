"""Where moto keeps Lambda's state: in one of two places, by whether it would run functions with Docker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.awslambda_simple.models import lambda_simple_backends
from moto.core.config import default_user_config


def lambda_by_region(account: str) -> Mapping[str, Any]:
    """Lambda of an account, in each Region that was used."""
    is_simple = default_user_config.get("lambda", {}).get("use_docker", True) is False
    return dict((lambda_simple_backends if is_simple else lambda_backends)[account])
