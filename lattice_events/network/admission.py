"""Who calls, through which service network and from which VPC, and whether the policies let them in.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from lattice_events.assumptions import Assumptions
from lattice_events.headers import QueryParams
from lattice_events.network.authentication import Keyring, authenticate
from lattice_events.network.authorization import authorize, needs_authorization
from lattice_events.network.decision import Source, Trace
from lattice_events.network.model import Listener, Network, Principal, Service, ServiceNetwork
from lattice_events.network.policy import ANONYMOUS_CALLER, Facts
from lattice_events.request import Request

_NO_QUERY = QueryParams()


def admit(
    network: Network,
    request: Request,
    service: Service,
    listener: Listener,
    *,
    source: Source,
    keyring: Keyring,
    now_us: int,
    assumptions: Assumptions,
) -> Trace:
    """Find out who calls and whether the policies let them in.

    Args:
        network: That the service is in.
        request: As the client sent it.
        service: That its Host names.
        listener: Of the service, that it came to.
        source: Where it came from.
        keyring: The credentials that are known.
        now_us: The time, microseconds since 1970.
        assumptions: Where VPC Lattice is silent.

    Returns:
        The trace up to here: whether it is denied, and by what.
    """
    connected = source.principal
    networks = [network.service_network_by_arn[arn] for arn in service.service_network_arns]
    authentication = authorization = now = None
    # A signature may say which VPC the caller is in, and so through which network it comes.
    if assumptions.verify_signature_when_auth_none or needs_authorization(service, *networks):
        now = datetime.fromtimestamp(now_us / 1_000_000, UTC)
        authentication = authenticate(
            request,
            keyring=keyring,
            connected=connected,
            region=service.region,
            now=now,
            assumptions=assumptions,
        )
    principal = authentication.principal if authentication else None
    vpc_arn = (connected and connected.vpc_arn) or (principal and principal.vpc_arn) or source.vpc_arn
    service_network = _network_of(networks, vpc_arn)
    if authentication and needs_authorization(service, service_network):
        if not authentication.is_rejected:
            authorization = authorize(
                _facts(request, service, listener, service_network, principal, vpc_arn, source, now),
                service=service,
                service_network=service_network,
                principal=principal,
                assumptions=assumptions,
            )
    elif not assumptions.verify_signature_when_auth_none:
        authentication = None
    return Trace(
        service=service,
        listener=listener,
        service_network=service_network,
        source_vpc_arn=vpc_arn,
        authentication=authentication,
        authorization=authorization,
    )


def _network_of(networks: Sequence[ServiceNetwork], vpc_arn: str | None) -> ServiceNetwork | None:
    """The service network that a request came through: one that its VPC is on, else the first."""
    vpc = vpc_arn.rpartition("/")[2] if vpc_arn else ""
    return next((each for each in networks if vpc in each.vpc_ids), networks[0] if networks else None)


def _facts(
    request: Request,
    service: Service,
    listener: Listener,
    service_network: ServiceNetwork | None,
    principal: Principal | None,
    vpc_arn: str | None,
    source: Source,
    now: datetime | None,
) -> Facts:
    """The request as policies see it."""
    return Facts(
        caller=principal.caller if principal else ANONYMOUS_CALLER,
        service_arn=service.arn,
        path=request.path,
        method=request.method,
        headers=request.headers,
        query=QueryParams.parse(request.query_string) if request.query_string else _NO_QUERY,
        port=listener.port,
        service_network_arn=service_network.arn if service_network else None,
        source_vpc=vpc_arn.rpartition("/")[2] if vpc_arn else None,
        source_vpc_owner=vpc_arn.split(":")[4] if vpc_arn else None,
        source_ip=source.address,
        is_secure=listener.protocol == "HTTPS",
        now=now,
        service_tags=service.tags,
    )
