"""The health check of a target group, as CloudFormation and the Gateway API controller write it.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_HealthCheckConfig.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lattice_events.definitions.lattice_schema import SHAPES
from lattice_events.network.model import HealthCheck
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.properties import WrongPropertyError, known_keys, shaped_text, whole_number

HEALTH_CHECK_KEYS = (
    "Enabled",
    "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "Matcher",
    "Path",
    "Port",
    "Protocol",
    "ProtocolVersion",
    "UnhealthyThresholdCount",
)
_RANGE = re.compile(r"(\d{3})(?:-(\d{3}))?", re.ASCII)
_DEFAULT = HealthCheck()


def read_health_check(config: Mapping[str, Any]) -> HealthCheck | None:
    """Read ``Config`` of a target group; ``None`` when its checks are off.

    A target is checked where it is reached: the check's own port is the real target's.

    Raises:
        WrongPropertyError: Names the property inside of the resource's.
    """
    path: Path = ("Config", "HealthCheck")
    value = config.get("HealthCheck", {})
    known_keys(value, HEALTH_CHECK_KEYS, path)
    if str(value.get("Enabled", True)).lower() == "false":
        return None
    return HealthCheck(
        path=_path(value.get("Path", _DEFAULT.path), (*path, "Path")),
        interval_seconds=_number(value, "HealthCheckIntervalSeconds", 5, _DEFAULT.interval_seconds),
        timeout_seconds=_number(value, "HealthCheckTimeoutSeconds", 1, _DEFAULT.timeout_seconds),
        healthy_threshold=int(_number(value, "HealthyThresholdCount", 2, _DEFAULT.healthy_threshold)),
        unhealthy_threshold=int(_number(value, "UnhealthyThresholdCount", 2, _DEFAULT.unhealthy_threshold)),
        statuses=_statuses(value.get("Matcher"), (*path, "Matcher")),
    )


def _number(value: Mapping[str, Any], key: str, low: int, default: float) -> float:
    """A number within limits; 0 and nothing are the default."""
    given = value.get(key, 0)
    if given in (0, "0"):
        return default
    return whole_number(given, low, SHAPES[key].high, ("Config", "HealthCheck", key))


def _path(value: Any, path: Path) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise WrongPropertyError(f"The path of a health check must start with /, not {value!r}.", path)
    return shaped_text(value, "HealthCheckPath", path)


def _statuses(value: Any, path: Path) -> tuple[tuple[int, int], ...]:
    """``200``, ``200,202`` or ``200-299``."""
    if value is None:
        return _DEFAULT.statuses
    known_keys(value, ("HttpCode",), path)
    text = shaped_text(value.get("HttpCode") or "200", "HttpCodeMatcher", (*path, "HttpCode"))
    matches = [_RANGE.fullmatch(part.strip()) for part in text.split(",")]
    ranges = tuple((int(match[1]), int(match[2] or match[1])) for match in matches if match)
    if len(ranges) != len(matches) or any(not 200 <= low <= high <= 499 for low, high in ranges):
        message = f"HttpCode must be like 200, 200,202 or 200-299, from 200 to 499, not {text!r}."
        raise WrongPropertyError(message, (*path, "HttpCode"))
    return ranges
