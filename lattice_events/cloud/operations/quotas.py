"""How many of a thing there may be: the quotas of an account that never asked for more.

Source:
    https://docs.aws.amazon.com/general/latest/gr/vpc-lattice-service.html
"""

from __future__ import annotations

from dataclasses import dataclass

from lattice_events.cloud.errors import over_quota


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A quota.

    Attributes:
        name: In Service Quotas.
        limit: The most.
        code: In Service Quotas.
        type: Of the resource that is refused, as errors name it.
    """

    name: str
    limit: int
    code: str
    type: str

    def check(self, count: int) -> None:
        """Refuse a count above the limit."""
        if count > self.limit:
            raise over_quota(self.type, f"{self.name}: the quota is {self.limit}", code=self.code)


SERVICE_NETWORKS = Quota(
    name="Service networks per region", limit=50, code="L-9CAD07FB", type="SERVICE_NETWORK"
)
SERVICES = Quota(name="Services per region", limit=2000, code="L-620C821E", type="SERVICE")
LISTENERS = Quota(name="Listeners per service", limit=2, code="L-D64E952E", type="LISTENER")
RULES = Quota(name="Rules per listener", limit=10, code="L-CF78395E", type="RULE")
TARGET_GROUPS = Quota(name="Target groups per region", limit=500, code="L-BB11C6B9", type="TARGET_GROUP")
SERVICE_TARGET_GROUPS = Quota(
    name="Target groups per service", limit=10, code="L-3DEC3B9F", type="TARGET_GROUP"
)
TARGETS = Quota(name="Targets per target group", limit=1000, code="L-D71303F3", type="TARGET")
LAMBDA_TARGETS = Quota(
    name="Targets per target group of type LAMBDA", limit=1, code="L-D71303F3", type="TARGET"
)
ALB_TARGETS = Quota(name="Targets per target group of type ALB", limit=1, code="L-D71303F3", type="TARGET")
SERVICE_ASSOCIATIONS = Quota(
    name="Service associations per service network",
    limit=500,
    code="L-75D4A19E",
    type="SERVICE_NETWORK_SERVICE_ASSOCIATION",
)
VPC_ASSOCIATIONS = Quota(
    name="VPC associations per service network",
    limit=500,
    code="L-EF6E2D62",
    type="SERVICE_NETWORK_VPC_ASSOCIATION",
)
