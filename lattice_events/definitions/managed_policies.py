"""AWS's own managed policies, as far as they are about calls through VPC Lattice.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/managed-policies.html
"""

from __future__ import annotations

LET_CALL = ("AdministratorAccess", "PowerUserAccess", "VPCLatticeServicesInvokeAccess")
"""Those that let a caller call services; no other does."""


def is_of_aws(arn: str) -> bool:
    """Whether a managed policy is one of AWS's own."""
    return ":iam::aws:policy/" in arn


def lets_call(arn: str) -> bool:
    """Whether a managed policy of AWS lets its role call every service."""
    return is_of_aws(arn) and arn.rpartition("/")[2] in LET_CALL
