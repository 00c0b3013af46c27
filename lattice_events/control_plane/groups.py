"""Target groups, their targets and their health checks.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_TargetGroupConfig.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from lattice_events.control_plane.records import Document
from lattice_events.network.model import (
    DEFAULT_PORTS,
    HealthCheck,
    HttpTarget,
    LambdaTarget,
    Target,
    TargetGroup,
)

_DEFAULT = HealthCheck()
# By the field of the value: the key of the document.
_NUMBERS = {
    "interval_seconds": "healthCheckIntervalSeconds",
    "timeout_seconds": "healthCheckTimeoutSeconds",
    "healthy_threshold": "healthyThresholdCount",
    "unhealthy_threshold": "unhealthyThresholdCount",
}
_RANGE = re.compile(r"([0-9]{3})(?:-([0-9]{3}))?")
_ADDRESS = re.compile(r"[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
_LOOPBACK = re.compile(r"127\..*|::1")
_OF_EC2 = re.compile(r"i-[0-9a-f]+|arn:.*")


def decode_group(
    group: Mapping[str, Any], targets: Iterable[Mapping[str, Any]], notes: list[str]
) -> TargetGroup:
    """A target group with its targets; what cannot be reached here is a note."""
    config = group.get("config", {})
    return TargetGroup(
        name=group["name"],
        arn=group["arn"],
        type=group["type"],
        targets=tuple(_decode_targets(group, targets, notes)),
        event_version=config.get("lambdaEventStructureVersion", "V1"),
        health_check=_decode_health_check(config) if group["type"] in ("IP", "INSTANCE") else None,
    )


def _decode_targets(
    group: Mapping[str, Any], targets: Iterable[Mapping[str, Any]], notes: list[str]
) -> Iterator[Target]:
    name, config = group["name"], group.get("config", {})
    if group["type"] == "LAMBDA":
        yield from (LambdaTarget(function_arn=each["id"]) for each in targets)
        return
    protocol, version = config.get("protocol", "HTTP"), config.get("protocolVersion", "HTTP1")
    if protocol == "TCP":
        notes.append(f"Target group {name}: protocol TCP is not emulated, so it has no targets.")
        return
    if version != "HTTP1":
        notes.append(
            f"Target group {name}: protocol version {version} is not emulated; targets get HTTP/1.1."
        )
    for each in targets:
        if each.get("status") == "DRAINING":
            continue
        host, port = each["id"], each.get("port") or config.get("port") or DEFAULT_PORTS[protocol]
        if _OF_EC2.fullmatch(host):
            notes.append(
                f"Target group {name}: only AWS knows the address of {host}, so it is not a target here."
            )
            continue
        if _ADDRESS.fullmatch(host) and not _LOOPBACK.fullmatch(host):
            notes.append(
                f"Target group {name}: {host}:{port} is an address in a VPC; requests reach it only if this machine does."
            )
        yield HttpTarget(url=f"{protocol.lower()}://{f'[{host}]' if ':' in host else host}:{port}")


def encode_targets(group: TargetGroup) -> list[Document]:
    """The targets of a group as ``ListTargets`` answers them."""
    if group.type == "LAMBDA":
        arns = [each.function_arn for each in group.targets if isinstance(each, LambdaTarget)]
        return [{"id": arn, "status": "UNAVAILABLE"} for arn in arns]
    status = "HEALTHY" if group.health_check else "UNAVAILABLE"
    urls = [urlsplit(each.url) for each in group.targets if isinstance(each, HttpTarget)]
    return [{"id": url.hostname, "port": url.port, "status": status} for url in urls]


def encode_config(group: TargetGroup) -> Document:
    """The ``config`` of a group; the protocol is that of its first target."""
    if group.type == "LAMBDA":
        return {"lambdaEventStructureVersion": group.event_version}
    urls = [urlsplit(each.url) for each in group.targets if isinstance(each, HttpTarget)]
    protocol = urls[0].scheme.upper() if urls else "HTTP"
    config: Document = {"protocol": protocol, "port": DEFAULT_PORTS[protocol]}
    if group.type == "IP":
        config["ipAddressType"] = "IPV6" if any(":" in (url.hostname or "") for url in urls) else "IPV4"
    if group.type != "ALB":
        config |= {"protocolVersion": "HTTP1", "healthCheck": _encode_health_check(group.health_check)}
    return config


def _decode_health_check(config: Mapping[str, Any]) -> HealthCheck | None:
    """The health check; ``None`` when it is off, which it is by default where targets do not get HTTP/1.1."""
    is_plain = config.get("protocol") != "TCP" and config.get("protocolVersion", "HTTP1") == "HTTP1"
    check = config.get("healthCheck", {})
    if not check.get("enabled", is_plain):
        return None
    numbers = {field: check[key] for field, key in _NUMBERS.items() if check.get(key)}
    ranges = _RANGE.findall(check.get("matcher", {}).get("httpCode", ""))
    return HealthCheck(
        path=check.get("path") or _DEFAULT.path,
        statuses=tuple((int(low), int(high or low)) for low, high in ranges) or _DEFAULT.statuses,
        **numbers,
    )


def _encode_health_check(check: HealthCheck | None) -> Document:
    if check is None:
        return {"enabled": False}
    ranges = [f"{low}" if low == high else f"{low}-{high}" for low, high in check.statuses]
    numbers = {key: int(getattr(check, field)) for field, key in _NUMBERS.items()}
    return {
        "enabled": True,
        "protocol": "HTTP",
        "protocolVersion": "HTTP1",
        "path": check.path,
        "matcher": {"httpCode": ",".join(ranges)},
        **numbers,
    }
