"""Services: for which of them, and for which of their ports, the controller registers targets.

Source:
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/gateway/model_build_targets.go
"""

from __future__ import annotations

from typing import Any

from lattice_events.definitions.kubernetes import unusable
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.kubernetes.objects import Object, items


def refuse_unusable(service: Object, path: Path) -> None:
    """Refuse a Service for which the controller makes no target group."""
    reason = unusable(service.value)
    if reason:
        raise WrongPropertyError(f"Service {service.shown} {reason}.", path)


def has_port(service: Object, port: Any) -> bool:
    """Whether a Service has a port; one whose ports are not written has every port."""
    ports = items(service.spec.get("ports"), ("spec", "ports"))
    return not ports or any(str(each.get("port")) == str(port) for each in ports)
