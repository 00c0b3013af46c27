"""The variables that tell a function where services are: read in Lambda, set by the local network."""

from __future__ import annotations

import re


def environment_name(service: str) -> str:
    """The environment variable with a service's URL: ``eks-app`` is in ``LATTICE_SERVICE_EKS_APP_URL``."""
    return f"LATTICE_SERVICE_{re.sub('[^A-Z0-9]', '_', service.upper())}_URL"
