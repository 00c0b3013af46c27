"""The gateway: the sockets at which clients reach the services of the local network.

It is an HTTP proxy, so that clients use the services' real URLs, and it answers direct requests
by their Host. Nothing but requests to services needs no token (see `outside` for the rest), and pages of
other sites need one even for those.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Coroutine
from functools import partial
from typing import Any

from lattice_events.local.faults.injector import Injector
from lattice_events.local.gateway.arrival import read_arrival
from lattice_events.local.gateway.exchange import exchange_of
from lattice_events.local.gateway.faulty import answer_with_faults
from lattice_events.local.gateway.forward import Means, forward
from lattice_events.local.gateway.invoking import answer_result, encode_payload, read_and_invoke, refuse_body
from lattice_events.local.gateway.leaving import leave, refuse
from lattice_events.local.gateway.malformed import find_target_problem
from lattice_events.local.gateway.pages import refuse_page
from lattice_events.local.gateway.serving import CLIENT_GONE, PLAIN_TEXT, Answer, Serving, reply
from lattice_events.local.gateway.snapshot import Snapshot
from lattice_events.local.gateway.tls import RunAuthority
from lattice_events.local.gateway.tunnels import Tunnels
from lattice_events.local.http import connection
from lattice_events.local.http.broken import Broken, BrokenBodyError, failure_of_ours, shown_path
from lattice_events.local.http.incoming import Incoming
from lattice_events.local.http.server import HttpServer, Limits
from lattice_events.local.ids import new_id
from lattice_events.local.output.records import InvokeResult, Observe, Observed, Report, RequestRecord
from lattice_events.local.outside import access as outside
from lattice_events.local.sockets import listen, port_of
from lattice_events.local.stopwatch import Clock, Stopwatch
from lattice_events.network.authentication import Keyring
from lattice_events.network.dataplane import hide_userinfo, plan
from lattice_events.network.decision import Decision, Forward, Source
from lattice_events.network.delivery import REQUEST_ID_HEADER
from lattice_events.network.faults import Asked
from lattice_events.network.model import HttpTarget


class Gateway:
    """The gateway of a run."""

    def __init__(
        self,
        snapshot: Snapshot,
        means: Means,
        *,
        authority: RunAuthority,
        report: Report,
        observe: Observe = lambda *_: None,
        faults: Injector | None = None,
        clock: Clock = time.perf_counter,
    ) -> None:
        """Prepare; `start` opens the ports.

        Args:
            snapshot: What to decide by, until `apply` gives another.
            means: What targets and servers outside are reached by; the gateway's ports are added to it.
            authority: Makes certificates.
            report: Told of every request.
            observe: Told of every request that was decided, with its bodies.
            faults: On purpose, that requests meet.
            clock: For durations.
        """
        self._snapshot = snapshot
        self._means = means
        self._targets = means.connections_to_targets()
        self._authority = authority
        self._report = report
        self._observe = observe
        self._faults = faults or Injector()
        self._clock = clock
        self._turn: Counter[str] = Counter()
        self._listeners: list[asyncio.Server] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._server = HttpServer(self.handle, Limits(head_seconds=connection.HEAD_LIMIT_SECONDS))
        self._tunnels = Tunnels(
            self._server,
            snapshot=lambda: self._snapshot,
            authority=authority,
            means=means,
            report=report,
        )

    def apply(self, snapshot: Snapshot) -> None:
        """Decide by another snapshot from the next request on; those that are being served end by theirs."""
        self._snapshot = snapshot

    async def served(self) -> None:
        """Wait for the requests that servers are answering now."""
        if self._serving:
            await asyncio.wait(set(self._serving))

    async def start(self, *, port: int, tls_port: int) -> tuple[int, int]:
        """Open both ports, and tell which they are.

        Raises:
            ConfigurationError: A port is taken.
        """
        plain = await listen(self._tunnels.first_bytes, port, option="--port")
        self._listeners.append(plain)
        context = self._authority.context_by_name(self._has_host)
        secure = await listen(self._server, tls_port, option="--tls-port", tls=context)
        self._listeners.append(secure)
        ports = port_of(plain), port_of(secure)
        self._means.own_ports.update(ports)
        return ports

    def _has_host(self, name: str) -> bool:
        """Whether a host name is one of the network of the moment."""
        return self._snapshot.has_host(name)

    async def close(self) -> None:
        """Close the ports, tunnels and connections; requests in flight have two seconds."""
        for listener in self._listeners:
            listener.close()
        await self._tunnels.close()
        await self._server.close(2)
        await asyncio.gather(*self._serving, return_exceptions=True)
        self._targets.close()

    def handle(self, incoming: Incoming) -> None:
        """Answer one HTTP request, whatever form it came in: at once, or in a task."""
        try:
            self._handle(incoming)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it, the client least
            self._refuse_broken(incoming, failure_of_ours(error))

    def _handle(self, incoming: Incoming) -> None:
        problem = incoming.problem or find_target_problem(incoming.target)
        if problem is not None:
            self._refuse_broken(incoming, problem)
            return
        serving = self._arrive(incoming)
        arrival, hosts = serving.arrival, serving.snapshot.hosts
        if arrival.is_absolute and arrival.place.service is None:
            self._go_on(serving, leave(serving, self._means))
        elif serving.caller is None and (refused := refuse_page(hosts, incoming.headers)):
            self._tell(serving, refuse(incoming, outside.Refusal(status=403, text=refused)))
        else:
            decision = serving.decision = self._plan(serving)
            if self._faults.active and self._meets_faults(serving, decision):
                return
            if isinstance(decision, Forward):
                self._forward(serving, decision)
            else:
                serving.body = incoming.body
                reply(serving, decision.response)
                self._tell(serving, Answer(reason=decision.reason))

    def _meets_faults(self, serving: Serving, decision: Decision) -> bool:
        """Answer as the faults want that a request meets; whether it meets any."""
        serving.faults = self._faults.meet(Asked(serving.arrival.request, decision, serving.caller))
        if not serving.faults:
            return False
        answering = answer_with_faults(
            serving,
            decision,
            plan_again=partial(self._plan, serving),
            invoker=self._means.invoker,
            targets=self._targets,
        )
        self._go_on(serving, answering)
        return True

    def _forward(self, serving: Serving, decision: Forward) -> None:
        """Send a request to its target: to a function at once, if its body is here."""
        target, invoker = decision.target, self._means.invoker
        if isinstance(target, HttpTarget):
            self._go_on(serving, forward(serving, decision, target, self._targets))
            return
        body = serving.body = serving.incoming.body
        if body is None:
            self._go_on(serving, read_and_invoke(serving, decision, invoker, target.function_arn))
            return
        payload = encode_payload(decision, body, serving.snapshot.assumptions)
        if payload is None:
            self._tell(serving, refuse_body(serving, decision))
            return
        serving.watch.sent()
        ended = invoker.start(target.function_arn, payload)
        serving.incoming.on_gone = ended.cancel
        ended.add_done_callback(partial(self._on_result, serving, decision))

    def _on_result(self, serving: Serving, decision: Forward, ended: asyncio.Future[InvokeResult]) -> None:
        """Answer with what a function returned, if the client still waits."""
        if ended.cancelled():
            self._hung_up(serving)
            return
        if not serving.incoming.connection.is_open:
            self._hung_up(serving, ended.result())
            return
        try:
            self._tell(serving, answer_result(serving, decision, ended.result()))
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it, the client least
            self._refuse_broken(serving.incoming, failure_of_ours(error))

    def _hung_up(self, serving: Serving, invocation: InvokeResult | None = None) -> None:
        """Tell of a client that did not wait, unless it is the run that ends."""
        if not self._server.is_closing:
            self._tell(serving, Answer(reason=CLIENT_GONE, failure="client_closed", invocation=invocation))

    def _arrive(self, incoming: Incoming) -> Serving:
        """What is known of a request before anything is decided."""
        watch, time_us, snapshot = Stopwatch(self._clock), time.time_ns() // 1000, self._snapshot
        facts, headers = incoming.connection.facts, incoming.headers
        return Serving(
            incoming,
            snapshot,
            arrival=read_arrival(snapshot.hosts, facts, incoming.method, incoming.target, headers),
            caller=facts.caller or outside.caller_of(headers.get("proxy-authorization"), snapshot.tokens),
            watch=watch,
            time_us=time_us,
        )

    def _go_on(self, serving: Serving, answering: Coroutine[Any, Any, Answer]) -> None:
        """Answer in a task, which ends when the client is gone."""
        task = asyncio.get_running_loop().create_task(self._answer(serving, answering))
        serving.incoming.on_gone = task.cancel
        self._serving.add(task)
        task.add_done_callback(partial(self._on_answered, serving, answering))

    def _on_answered(
        self, serving: Serving, answering: Coroutine[Any, Any, Answer], task: asyncio.Task[None]
    ) -> None:
        """Let go of a task; one whose client was gone before it began has told nobody."""
        self._serving.discard(task)
        if task.cancelled():
            answering.close()
            self._hung_up(serving)

    async def _answer(self, serving: Serving, answering: Coroutine[Any, Any, Answer]) -> None:
        """Answer, whatever happens, and tell."""
        incoming = serving.incoming
        try:
            self._tell(serving, await answering)
        except (asyncio.CancelledError, ConnectionError):
            self._hung_up(serving)
        except BrokenBodyError as error:
            self._refuse_broken(incoming, error.broken)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it, the client least
            self._refuse_broken(incoming, failure_of_ours(error))

    def _tell(self, serving: Serving, answer: Answer) -> None:
        """Report a request that has ended."""
        exchange = exchange_of(serving, answer)
        received = answer.invocation.payload if answer.invocation else answer.received
        snapshot = serving.snapshot
        self._observe(
            Observed(
                exchange, serving.body, received, serving.response, snapshot.network, snapshot.assumptions
            )
        )
        self._report(exchange)

    def _plan(
        self, serving: Serving, credentials: Keyring | None = None, now_us: int | None = None
    ) -> Decision:
        """Ask the data plane, with the clock, the dice and the counters that it lacks; a fault has another clock or keys."""
        snapshot, arrival = serving.snapshot, serving.arrival
        decision = plan(
            snapshot.network,
            arrival.request,
            source=Source(
                address=serving.incoming.connection.peer[0],
                port=arrival.port,
                vpc_arn=snapshot.vpc_arn,
                principal=snapshot.network.principal_by_name.get(serving.caller or ""),
            ),
            credentials=snapshot.credentials if credentials is None else credentials,
            fresh_request_id=new_id(),
            now_us=serving.time_us if now_us is None else now_us,
            roll=random.random(),  # noqa: S311 - it spreads load, it guards nothing
            turn=self._turn,
            health=snapshot.health,
            assumptions=snapshot.assumptions,
        )
        if isinstance(decision, Forward):
            self._turn[decision.target_group.arn] += 1
        return decision

    def _refuse_broken(self, incoming: Incoming, problem: Broken) -> None:
        """Answer what is no HTTP, or a failure of ours: a plain text without details."""
        if incoming.status:
            incoming.abort()  # the response has begun; the connection is all that can be ended
            return
        request_id = new_id()
        incoming.keeps_alive = False
        headers = (PLAIN_TEXT, (REQUEST_ID_HEADER, request_id))
        incoming.respond(problem.status, headers, problem.text.encode())
        self._report(
            RequestRecord(
                method=incoming.method,
                host=hide_userinfo(incoming.headers.get("host") or "-"),
                path=shown_path(incoming.target),
                status=problem.status,
                duration_ms=0.0,
                request_id=request_id,
                reason=problem.reason,
            )
        )
