"""What a caller may reach, as far as policies tell it without a request.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from lattice_events.network.authorization import needs_authorization
from lattice_events.network.model import Listener, Match, Network, Principal, Service, ServiceNetwork
from lattice_events.network.policy import (
    ANONYMOUS_CALLER,
    Extent,
    Facts,
    Policy,
    Requests,
    Statement,
    extent_of,
    statement_extent,
)

ANONYMOUS: Final = Principal(name="anonymous", caller=ANONYMOUS_CALLER)
"""Who does not sign."""

_OPEN_KEYS = frozenset(
    (
        "vpc-lattice-svcs:requestmethod", "vpc-lattice-svcs:requestheader",
        "vpc-lattice-svcs:requestquerystring", "aws:currenttime", "aws:epochtime", "aws:sourceip",
        "aws:useragent",
    )
)  # fmt: skip
_VPC_KEYS = frozenset(("vpc-lattice-svcs:sourcevpc", "vpc-lattice-svcs:sourcevpcowneraccount"))
_NOTHING_ALLOWED = Policy(statements=())


class Way(NamedTuple):
    """Where a request would come to.

    Attributes:
        service: That is called.
        service_network: That it comes through.
        listener: Of the service.
        match: Of the rule that it meets; the default action takes any request.
    """

    service: Service
    service_network: ServiceNetwork | None
    listener: Listener
    match: Match = Match()

    @property
    def is_open(self) -> bool:
        """Whether nobody asks who calls."""
        return not needs_authorization(self.service, self.service_network)


def networks_for(network: Network, service: Service, vpc_arn: str | None) -> Sequence[ServiceNetwork | None]:
    """The service networks through which a caller may come: those that its VPC is on, if it is known to be on any.

    A service that is on none is reached without one, here.
    """
    networks = [network.service_network_by_arn[arn] for arn in service.service_network_arns]
    vpc = vpc_arn.rpartition("/")[2] if vpc_arn else ""
    return [each for each in networks if vpc in each.vpc_ids] or networks or [None]


def reach(principal: Principal, way: Way) -> Extent:
    """How many of a caller's requests that go this way are let in."""
    if way.is_open:
        return Extent.ALL
    if not all(_names(each, principal) for each in _auth_policies(way)):
        return Extent.NONE  # most end here
    requests = _requests(principal, way)
    return min(extent_of(each, requests) for each in _policies(principal, way))


def limits(principal: Principal, way: Way) -> Sequence[Statement]:
    """What the first policy that does not let in all of these requests does let in."""
    requests = _requests(principal, way)
    policies = (each for each in _policies(principal, way) if extent_of(each, requests) is not Extent.ALL)
    statements = next((each.statements for each in policies), ())
    return [each for each in statements if each.effect == "Allow" and statement_extent(each, requests)]


def _policies(principal: Principal, way: Way) -> list[Policy]:
    """Every one that must allow a request."""
    own = principal.identity_policy
    return _auth_policies(way) if own is None else [*_auth_policies(way), own]


def _auth_policies(way: Way) -> list[Policy]:
    """Those of the service and the service network that count; one that is not there allows nothing."""
    owners = (way.service, way.service_network)
    return [each.auth_policy or _NOTHING_ALLOWED for each in owners if each and each.auth_type == "AWS_IAM"]


def _names(policy: Policy, principal: Principal) -> bool:
    """Whether a policy allows a caller anything, somewhere."""
    facts = Facts(service_arn="", caller=principal.caller)
    return any(each.effect == "Allow" and each.names_caller(facts) for each in policy.statements)


def _requests(principal: Principal, way: Way) -> Requests:
    """Every request of a caller that goes this way."""
    vpc_arn = principal.vpc_arn
    path, has_open_path = _path(way.match)
    facts = Facts(
        service_arn=way.service.arn,
        caller=principal.caller,
        path=path,
        method=way.match.method or "",
        port=way.listener.port,
        service_network_arn=way.service_network.arn if way.service_network else None,
        source_vpc=vpc_arn.rpartition("/")[2] if vpc_arn else None,
        source_vpc_owner=vpc_arn.split(":")[4] if vpc_arn else None,
        is_secure=way.listener.protocol == "HTTPS",
        service_tags=way.service.tags,
    )
    fixed = {"vpc-lattice-svcs:requestmethod"} if way.match.method else set()
    return Requests(facts, has_open_path, (_OPEN_KEYS if vpc_arn else _OPEN_KEYS | _VPC_KEYS) - fixed)


def _path(match: Match) -> tuple[str, bool]:
    """What the paths of requests that meet a match begin with, and whether more may follow; every path has a slash.

    A match may go on into the query string, which policies see elsewhere.
    """
    path = match.path
    if path is None or not path.case_sensitive:
        return "/", True
    start, mark, _ = path.value.partition("?")
    return start, path.kind == "prefix" and not mark
