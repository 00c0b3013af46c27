"""Recorded requests, asked about again: what the policies said then, and what they say in another network.

Nothing but authorization is done again. Whether a signature was accepted stays what it was, since it was made for the
time of the request; one that nobody looked at is verified now, as of that time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from lattice_events.assumptions import Assumptions
from lattice_events.network.admission import admit
from lattice_events.network.authentication import Authentication, Keyring
from lattice_events.network.authorization import Layer
from lattice_events.network.dataplane import travelling
from lattice_events.network.decision import Circumstances, Source, Trace
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import Network, Service

Verdict = Literal["allowed", "denied", "refused"]
"""By the policies; ``refused`` is a signature that was not accepted, so that no policy was asked."""


class Trial(NamedTuple):
    """One request, before and after.

    Attributes:
        before: As it was decided.
        after: As far as the policies, in the other network.
    """

    before: Trace
    after: Trace

    @property
    def is_changed(self) -> bool:
        """Whether it is let in now and was not before, or the other way round."""
        return self.before.is_denied is not self.after.is_denied

    @property
    def verdicts(self) -> tuple[Verdict, Verdict]:
        """Before and after."""
        return _verdict(self.before), _verdict(self.after)

    @property
    def deciding(self) -> tuple[Layer, ...]:
        """The policies that decide after: the one that is blamed, or all that are asked; none where nobody asks."""
        authorization = self.after.authorization
        if authorization is None:
            return ()
        if authorization.denied_by:
            return (authorization.denied_by,)
        return tuple(layer for layer in authorization.layers if layer.verdict is not None)


def _verdict(trace: Trace) -> Verdict:
    if trace.authentication and trace.authentication.is_rejected:
        return "refused"
    return "denied" if trace.is_denied else "allowed"


class Lab:
    """Asks the policies of one network about requests that were decided before."""

    def __init__(self, network: Network, *, keyring: Keyring, caller: Authentication | None = None) -> None:
        """Prepare.

        Args:
            network: With the policies to ask.
            keyring: For signatures that nobody has looked at.
            caller: Who calls instead of who did; ``None`` leaves each request its own.
        """
        self._network = network
        self._keyring = keyring
        self._caller = caller
        self._services: Mapping[str, Service] = {each.arn: each for each in network.services}

    def try_request(self, exchange: Exchange, assumptions: Assumptions) -> Trial | None:
        """Ask about a request; ``None`` for one that did not get as far as the policies, or whose service is gone.

        Args:
            exchange: That was recorded.
            assumptions: With which it was decided.
        """
        before = exchange.decision.trace if exchange.decision else Trace()
        if not (before.is_denied or before.routing):
            return None
        assert before.service  # it was routed, or denied
        assert before.listener
        service = self._services.get(before.service.arn)
        listener = service.listener_by_port.get(before.listener.port) if service else None
        if service is None or listener is None:
            return None
        connected = self._network.principal_by_name.get(exchange.caller or "")
        source = Source(
            address=exchange.source_address,
            port=listener.port,
            vpc_arn=before.source_vpc_arn,
            principal=None if self._caller else connected,
        )
        after = admit(
            self._network,
            exchange.request.replace(headers=travelling(exchange.request.headers)),
            service,
            listener,
            Circumstances(source, self._keyring, exchange.started_us, assumptions),
            authenticated=self._authentication(before),
        )
        return Trial(before, after)

    def _authentication(self, before: Trace) -> Authentication | None:
        """Who calls, with the policies that the caller has in this network; ``None`` if nobody has looked."""
        was = before.authentication
        if was and was.is_rejected:
            return was
        if self._caller:
            return self._caller
        if was is None or was.principal is None:
            return was
        return was._replace(principal=self._network.principal_by_name.get(was.principal.name, was.principal))
