"""Which targets of a group are healthy, by the checks that they passed and failed in a row.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-group-health-checks.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lattice_events.network.model import HealthCheck, Target, TargetGroup

HealthStatus = Literal["INITIAL", "HEALTHY", "UNHEALTHY"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetHealth:
    """What the checks of one target say so far.

    Attributes:
        status: In VPC Lattice's words.
        streak: Checks in a row that ended otherwise than `status` would have them.
    """

    status: HealthStatus = "INITIAL"
    streak: int = 0


Health = Mapping[tuple[str, Target], TargetHealth]
"""By target group ARN and target; one that is not there is not checked."""


def after_check(before: TargetHealth, check: HealthCheck, *, passed: bool) -> TargetHealth:
    """What a target's health is after one more check; a fresh target needs a single pass."""
    if before.status == "INITIAL" and passed:
        return TargetHealth(status="HEALTHY")
    if before.status == ("HEALTHY" if passed else "UNHEALTHY"):
        return TargetHealth(status=before.status)
    streak = before.streak + 1
    threshold = check.healthy_threshold if passed else check.unhealthy_threshold
    if streak < threshold:
        return TargetHealth(status=before.status, streak=streak)
    return TargetHealth(status="HEALTHY" if passed else "UNHEALTHY")


def passes(check: HealthCheck, status: int) -> bool:
    """Whether a target's answer to a check counts as healthy."""
    return any(first <= status <= last for first, last in check.statuses)


def usable_targets(group: TargetGroup, health: Health) -> tuple[Target, ...]:
    """The targets that requests go to: the healthy ones; where none is, all of them (fail open)."""
    if group.health_check is None:
        return group.targets
    healthy = tuple(target for target in group.targets if _is_usable(health.get((group.arn, target))))
    return healthy or group.targets


def _is_usable(health: TargetHealth | None) -> bool:
    return health is None or health.status == "HEALTHY"
