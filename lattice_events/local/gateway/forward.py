"""Forward a request to an HTTP target, and its answer back to the client."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

from lattice_events.errors import TargetError
from lattice_events.local.gateway import relay
from lattice_events.local.gateway.invoking import Invoker
from lattice_events.local.gateway.serving import CLIENT_GONE, Answer, Serving, answer_failure
from lattice_events.local.http import client as http1
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.http.connections import Connections, Origin, origin_of
from lattice_events.local.outside import access as outside
from lattice_events.network.dataplane import pass_back
from lattice_events.network.decision import Failure, Forward
from lattice_events.network.model import HttpTarget
from lattice_events.response import Response

_BROKEN_OFF: Mapping[Failure | None, str] = {
    "closed": "the target closed the connection in the middle of its answer",
    "timeout": "the target stopped sending in the middle of its answer",
    "client_closed": CLIENT_GONE,
}


@dataclass(frozen=True, kw_only=True)
class Means:
    """What targets and servers outside are reached by.

    Attributes:
        invoker: Invokes functions.
        shell: The user's environment, for the proxy that it may name.
        own_ports: Of the run; nothing may come back through them.
    """

    invoker: Invoker
    shell: Mapping[str, str]
    own_ports: set[int] = field(default_factory=set)

    def connections_to_targets(self) -> Connections:
        """Connections to HTTP targets, but not to a port of this run: the request would go round for ever."""
        return Connections(lambda origin: partial(_connect, self.own_ports, origin))


async def _connect(
    own_ports: Collection[int], origin: Origin, make: Callable[[], http1.P]
) -> http1.Opened[http1.P]:
    if origin.port in own_ports:
        place = await outside.resolve(origin.host, origin.port, own_ports)
        if isinstance(place, outside.Refusal):
            raise TargetError(place.text, kind="protocol")
    tls = http1.target_tls() if origin.is_tls else None
    return await http1.connect_to(origin.host, origin.port, make, tls=tls)


async def forward(
    serving: Serving,
    decision: Forward,
    target: HttpTarget,
    targets: Connections,
    *,
    slowly: relay.Slowly | None = None,
) -> Answer:
    """Pass the request to an HTTP server and its answer back."""
    sent, incoming = decision.request, serving.incoming
    body = relay.body_of(incoming)
    serving.body = b"" if body is None else body if isinstance(body, bytes) else None
    outgoing = Outgoing(sent.method, sent.target, sent.headers, body)
    keeps = serving.snapshot.assumptions.keep_target_connections
    try:
        answer = await targets.send(origin_of(target.url), outgoing, keeps=keeps, watch=serving.watch)
    except TargetError as error:
        return answer_failure(serving, decision, error.kind, f"{target.url}: {error}")
    serving.watch.answered()
    async with answer:
        serving.response = pass_back(decision, Response(answer.status, headers=answer.headers))
        failure = await relay.pass_on(incoming, answer, serving.response.headers, slowly)
        return Answer(failure=failure, reason=_BROKEN_OFF.get(failure), received=answer.body)
