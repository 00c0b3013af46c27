"""Which targets are healthy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lattice_events.network.health import Health, TargetHealth, after_check, passes, usable_targets
from lattice_events.network.model import HealthCheck, HttpTarget
from tests.networks import http_group

CHECK = HealthCheck(healthy_threshold=3, unhealthy_threshold=2)


def status_after(start: TargetHealth, checks: str) -> str:
    """The status after checks: ``+`` passed, ``-`` failed."""
    health = start
    for check in checks:
        health = after_check(health, CHECK, passed=check == "+")
    return health.status


@pytest.mark.parametrize(
    ("start", "checks", "status"),
    [
        ("INITIAL", "", "INITIAL"),
        ("INITIAL", "+", "HEALTHY"),
        ("INITIAL", "-", "INITIAL"),
        ("INITIAL", "--", "UNHEALTHY"),
        ("INITIAL", "-+", "HEALTHY"),
        ("HEALTHY", "-", "HEALTHY"),
        ("HEALTHY", "--", "UNHEALTHY"),
        ("HEALTHY", "-+-", "HEALTHY"),
        ("UNHEALTHY", "++", "UNHEALTHY"),
        ("UNHEALTHY", "++-++", "UNHEALTHY"),
        ("UNHEALTHY", "+++", "HEALTHY"),
    ],
)
def test_thresholds_count_checks_in_a_row(start: str, checks: str, status: str) -> None:
    assert status_after(TargetHealth(status=start), checks) == status  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "passed"), [(200, True), (201, False), (204, True), (299, True), (300, False)]
)
def test_a_status_passes_by_the_ranges_of_the_check(status: int, passed: bool) -> None:
    check = HealthCheck(statuses=((200, 200), (204, 299)))

    assert passes(check, status) is passed


ONE, TWO = HttpTarget(url="http://one"), HttpTarget(url="http://two")
GROUP = replace(http_group("http://one", "http://two"), health_check=CHECK)


@pytest.mark.parametrize(
    ("one", "two", "used"),
    [
        ("HEALTHY", "HEALTHY", (ONE, TWO)),
        ("HEALTHY", "UNHEALTHY", (ONE,)),
        ("INITIAL", "HEALTHY", (TWO,)),
        ("UNHEALTHY", "UNHEALTHY", (ONE, TWO)),
        ("INITIAL", "INITIAL", (ONE, TWO)),
    ],
    ids=["all", "one", "a fresh one waits", "none fails open", "all fresh fail open"],
)
def test_requests_go_to_healthy_targets(one: str, two: str, used: tuple[HttpTarget, ...]) -> None:
    health: Health = {
        (GROUP.arn, ONE): TargetHealth(status=one),  # type: ignore[arg-type]
        (GROUP.arn, TWO): TargetHealth(status=two),  # type: ignore[arg-type]
    }

    assert usable_targets(GROUP, health) == used


def test_a_target_that_is_not_checked_is_used() -> None:
    health: Health = {(GROUP.arn, ONE): TargetHealth(status="UNHEALTHY")}

    assert usable_targets(GROUP, health) == (TWO,)
    assert usable_targets(replace(GROUP, health_check=None), health) == (ONE, TWO)
