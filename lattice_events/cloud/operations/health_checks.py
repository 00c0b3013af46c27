"""Health checks of target groups, with the defaults of the service.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-group-health-checks.html
"""

from __future__ import annotations

from lattice_events.control_plane.records import Document

_DEFAULTS: Document = {
    "healthCheckIntervalSeconds": 30,
    "healthCheckTimeoutSeconds": 5,
    "healthyThresholdCount": 5,
    "unhealthyThresholdCount": 2,
    "matcher": {"httpCode": "200"},
    "path": "/",
}


def _default_check(config: Document) -> Document:
    """What a target group has that does not say it: on for HTTP1, off for HTTP2, gRPC and TCP."""
    version = config.get("protocolVersion")
    return {
        **_DEFAULTS,
        "enabled": version == "HTTP1",
        "protocol": "HTTPS" if config["protocol"] == "HTTPS" else "HTTP",
        "protocolVersion": "HTTP2" if version == "HTTP2" else "HTTP1",
    }


def changed_check(check: Document, changes: Document, config: Document) -> Document:
    """A health check with changes; 0 and empty text bring the default back."""
    default = _default_check(config)
    changed = {**default, **check, **changes}
    for name, value in changes.items():
        if value in (0, "", {"httpCode": ""}) and value is not False:
            del changed[name]
            changed.update({name: default[name]} if name in default else {})
    return changed
