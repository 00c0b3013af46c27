"""What the data plane decides about a request, with the trace of how it came to it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from lattice_events.assumptions import Assumptions
from lattice_events.network.authentication import Authentication, Keyring
from lattice_events.network.authorization import Authorization
from lattice_events.network.model import (
    Listener,
    Principal,
    Rule,
    Service,
    ServiceNetwork,
    Target,
    TargetGroup,
)
from lattice_events.network.routing import Routing, RuleTrial
from lattice_events.request import Request
from lattice_events.response import Response

TargetFailure = Literal[
    "connect", "timeout", "protocol", "closed", "function", "throttled", "request_too_large"
]
Failure = TargetFailure | Literal["client_closed"]
"""What went wrong after the decision to forward; a client that hung up gets no answer."""


class Source(NamedTuple):
    """Where a request came from.

    Attributes:
        address: The caller's IP address.
        port: Port of the listener that it came to, as in the URL: 443 for ``https://``.
        vpc_arn: ARN of the VPC that a caller comes from whose own is not known.
        principal: Whom the connection's proxy token stands for; ``None`` for somebody unknown.
    """

    address: str
    port: int
    vpc_arn: str | None = None
    principal: Principal | None = None


class Circumstances(NamedTuple):
    """What there is to know about a request that it does not say itself.

    Attributes:
        source: Where it came from.
        keyring: The credentials that are known.
        now_us: The time, microseconds since 1970.
        assumptions: Where VPC Lattice is silent.
    """

    source: Source
    keyring: Keyring
    now_us: int
    assumptions: Assumptions


class Trace(NamedTuple):
    """How far a request got, and why; what it did not get to is ``None`` or empty.

    Attributes:
        service: That the Host names.
        listener: Of the port.
        service_network: That the request came through.
        source_vpc_arn: Of the caller's VPC.
        authentication: ``None`` where no signature is looked at.
        authorization: ``None`` where no policy is asked.
        routing: Which of the listener's rules the request meets; ``None`` where none was tried.
        target_group: That was chosen.
    """

    service: Service | None = None
    listener: Listener | None = None
    service_network: ServiceNetwork | None = None
    source_vpc_arn: str | None = None
    authentication: Authentication | None = None
    authorization: Authorization | None = None
    routing: Routing | None = None
    target_group: TargetGroup | None = None

    def routed(self, routing: Routing, target_group: TargetGroup | None) -> Trace:
        """This trace, further on."""
        return Trace(
            self.service,
            self.listener,
            self.service_network,
            self.source_vpc_arn,
            self.authentication,
            self.authorization,
            routing,
            target_group,
        )

    @property
    def trials(self) -> tuple[RuleTrial, ...]:
        """The rules tried."""
        return self.routing.trials if self.routing else ()

    @property
    def rule(self) -> Rule | None:
        """The one that matched."""
        return self.routing.rule if self.routing else None

    @property
    def principal(self) -> Principal | None:
        """Who calls, as far as a signature says."""
        return self.authentication.principal if self.authentication else None

    @property
    def is_denied(self) -> bool:
        """Whether the caller is not let in."""
        return self._is_rejected or bool(self.authorization and self.authorization.denied_by)

    @property
    def _is_rejected(self) -> bool:
        return bool(self.authentication and self.authentication.is_rejected)


class Forward(NamedTuple):
    """Send `request` to `target`; it carries every header and fact that VPC Lattice adds."""

    target_group: TargetGroup
    target: Target
    request: Request
    request_id: str
    trace: Trace


class Reply(NamedTuple):
    """Answer without a target; `reason` says why, for a person."""

    response: Response
    reason: str
    request_id: str
    trace: Trace


Decision = Forward | Reply
