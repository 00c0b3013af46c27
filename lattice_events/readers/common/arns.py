"""The ARNs that VPC Lattice's resources have locally: made of names, so that they stay the same."""

from __future__ import annotations

from lattice_events.network.model import make_id


def service_arn(name: str, *, region: str, account: str) -> str:
    """The ARN that a service of this name has locally."""
    return f"arn:aws:vpc-lattice:{region}:{account}:service/{make_id('svc', name)}"


def service_network_arn(name: str, *, region: str, account: str) -> str:
    """The ARN that a service network of this name has locally."""
    return f"arn:aws:vpc-lattice:{region}:{account}:servicenetwork/{make_id('sn', name)}"


def target_group_arn(name: str, *, region: str, account: str) -> str:
    """The ARN that a target group of this name has locally."""
    return f"arn:aws:vpc-lattice:{region}:{account}:targetgroup/{make_id('tg', name)}"
