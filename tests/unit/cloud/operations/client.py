"""A client of a control plane whose clock and ids a test can tell."""

from __future__ import annotations

import copy
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.control_plane.records import Records

ACCOUNT = "123456789012"
REGION = "eu-west-1"
HERE = Where(region=REGION, account=ACCOUNT)
BASE = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hello"
VPC = "vpc-0123456789abcdef0"
_START = datetime(2026, 1, 1, tzinfo=UTC)
NOT_FOUND = {"fixedResponse": {"statusCode": 404}}


class Client:
    """Calls operations; the seconds of the clock count the calls, ids count what was created."""

    def __init__(self) -> None:
        """Start with an account that has nothing."""
        self.where = HERE
        seconds, numbers = itertools.count(), itertools.count(1)
        self.control_plane = ControlPlane(
            now=lambda: f"{_START + timedelta(seconds=next(seconds)):%Y-%m-%dT%H:%M:%SZ}",
            new_id=lambda prefix: f"{prefix}-{next(numbers):017x}",
        )

    @property
    def records(self) -> Records:
        """What the control plane keeps."""
        return self.control_plane.records

    def elsewhere(self, where: Where) -> Client:
        """A client of the same control plane in another account or Region."""
        other = copy.copy(self)
        other.where = where
        return other

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """The answer."""
        return self.control_plane.call(operation, params, where=self.where)

    def refusal(self, operation: str, **params: Any) -> ApiError:
        """Why a call is refused; the records stay as they were."""
        before = self.records
        try:
            answer = self.call(operation, **params)
        except ApiError as error:
            assert self.records is before
            return error
        raise AssertionError(f"{operation} was not refused: {answer}")

    def service(self, name: str = "web", **params: Any) -> str:
        """The id of a new service."""
        return str(self.call("CreateService", name=name, **params)["id"])

    def network(self, name: str = "net") -> str:
        """The id of a new service network."""
        return str(self.call("CreateServiceNetwork", name=name)["id"])

    def group(self, name: str = "hello", kind: str = "LAMBDA", **params: Any) -> str:
        """The id of a new target group."""
        return str(self.call("CreateTargetGroup", name=name, type=kind, **params)["id"])

    def listener(self, service: str, **params: Any) -> str:
        """The id of a new listener."""
        given = {"name": "http", "protocol": "HTTP", "defaultAction": NOT_FOUND, **params}
        return str(self.call("CreateListener", serviceIdentifier=service, **given)["id"])

    def associate(self, service: str, network: str) -> str:
        """The id of a new association of a service with a service network."""
        ends: dict[str, Any] = {"serviceIdentifier": service, "serviceNetworkIdentifier": network}
        return str(self.call("CreateServiceNetworkServiceAssociation", **ends)["id"])


def forward(*groups: str, **weights: int) -> dict[str, Any]:
    """An action that forwards to target groups, all of the same weight if one is given."""
    return {"forward": {"targetGroups": [{"targetGroupIdentifier": each, **weights} for each in groups]}}
