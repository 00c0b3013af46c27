"""Who calls, through which service network and from which VPC, and whether the policies let them in.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from lattice_events.network.authentication import Authentication, authenticate
from lattice_events.network.authorization import authorize, needs_authorization
from lattice_events.network.decision import Circumstances, Source, Trace
from lattice_events.network.model import Listener, Network, Service, ServiceNetwork
from lattice_events.network.policy import ANONYMOUS_CALLER, Facts
from lattice_events.request import Request


def admit(
    network: Network,
    request: Request,
    service: Service,
    listener: Listener,
    circumstances: Circumstances,
    *,
    authenticated: Authentication | None = None,
) -> Trace:
    """Find out who calls and whether the policies let them in.

    Args:
        network: That the service is in.
        request: As the client sent it.
        service: That its Host names.
        listener: Of the service, that it came to.
        circumstances: Of the request.
        authenticated: What came of looking at the signature, where somebody has looked before.

    Returns:
        The trace up to here: whether it is denied, and by what.
    """
    assumptions, connected = circumstances.assumptions, circumstances.source.principal
    networks = [network.service_network_by_arn[arn] for arn in service.service_network_arns]
    authentication = authorization = now = None
    # A signature may say which VPC the caller is in, and so through which network it comes.
    if assumptions.verify_signature_when_auth_none or needs_authorization(service, *networks):
        now = datetime.fromtimestamp(circumstances.now_us / 1_000_000, UTC)
        authentication = authenticated or authenticate(
            request,
            keyring=circumstances.keyring,
            connected=connected,
            region=service.region,
            now=now,
            assumptions=assumptions,
        )
    principal = authentication.principal if authentication else None
    vpc_arn = (
        (connected and connected.vpc_arn) or (principal and principal.vpc_arn) or circumstances.source.vpc_arn
    )
    service_network = _network_of(networks, vpc_arn)
    if authentication and needs_authorization(service, service_network):
        if not authentication.is_rejected:
            known = Trace(service, listener, service_network, vpc_arn, authentication)
            authorization = authorize(
                _facts(request, known, circumstances.source, now),
                service=service,
                service_network=service_network,
                principal=principal,
                assumptions=assumptions,
            )
    elif not assumptions.verify_signature_when_auth_none:
        authentication = None
    return Trace(service, listener, service_network, vpc_arn, authentication, authorization)


def _network_of(networks: Sequence[ServiceNetwork], vpc_arn: str | None) -> ServiceNetwork | None:
    """The service network that a request came through: one that its VPC is on, else the first."""
    if not networks:
        return None
    vpc = vpc_arn.rpartition("/")[2] if vpc_arn else ""
    for each in networks:
        if vpc in each.vpc_ids:
            return each
    return networks[0]


def _facts(request: Request, trace: Trace, source: Source, now: datetime | None) -> Facts:
    """The request as policies see it."""
    service, listener, vpc_arn = trace.service, trace.listener, trace.source_vpc_arn
    assert service
    assert listener
    return Facts(
        service_arn=service.arn,
        caller=trace.principal.caller if trace.principal else ANONYMOUS_CALLER,
        path=request.path,
        method=request.method,
        headers=request.headers,
        query=request.query,
        port=listener.port,
        service_network_arn=trace.service_network.arn if trace.service_network else None,
        source_vpc=vpc_arn.rpartition("/")[2] if vpc_arn else None,
        source_vpc_owner=vpc_arn.split(":")[4] if vpc_arn else None,
        source_ip=source.address,
        is_secure=listener.protocol == "HTTPS",
        now=now,
        service_tags=service.tags,
    )
