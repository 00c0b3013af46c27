"""What an account may have of VPC Lattice.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/quotas.html
"""

from __future__ import annotations

from dataclasses import dataclass

from lattice_events.network.policy.document import MAX_AUTH_POLICY_BYTES


@dataclass(frozen=True, kw_only=True)
class Quota:
    """One quota.

    Attributes:
        what: Is counted.
        default: How many.
    """

    what: str
    default: int


# AWS raises these when it is asked to.
LISTENERS = Quota(what="listeners", default=2)
RULES = Quota(what="rules", default=10)
TARGET_GROUPS = Quota(what="target groups", default=10)
TARGETS = Quota(what="targets", default=1000)
SERVICES_ON_NETWORK = Quota(what="services", default=500)
VPCS_ON_NETWORK = Quota(what="VPCs", default=500)
SERVICES = Quota(what="services", default=2000)
NETWORKS = Quota(what="service networks", default=50)

# It raises none of these.
SECURITY_GROUPS = Quota(what="security groups", default=5)
POLICY_BYTES = Quota(what="bytes", default=MAX_AUTH_POLICY_BYTES)
