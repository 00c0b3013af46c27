"""Requests with a whole URL that is not a service's: they leave the network, if they may."""

from __future__ import annotations

from lattice_events.errors import TargetError
from lattice_events.headers import end_to_end
from lattice_events.local.gateway import relay
from lattice_events.local.gateway.forward import Means
from lattice_events.local.gateway.serving import PLAIN_TEXT, Answer, Serving
from lattice_events.local.http import client as http1
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.http.incoming import Incoming
from lattice_events.local.outside.access import NO_TOKEN, Refusal, find_way
from lattice_events.network.dataplane import travelling


async def leave(serving: Serving, means: Means) -> Answer:
    """Pass an absolute-form request on to a server outside the network."""
    incoming, arrival = serving.incoming, serving.arrival
    host, port = arrival.place.host, arrival.place.port or 80
    if serving.caller is None:
        return refuse(incoming, NO_TOKEN)
    if arrival.scheme != "http":
        return refuse(incoming, Refusal(status=400, text="Use CONNECT for https URLs."))
    way = await find_way("http", host, port, shell=means.shell, own_ports=means.own_ports)
    if isinstance(way, Refusal):
        return refuse(incoming, way)
    sent = arrival.request
    headers, target = travelling(sent.headers), sent.target
    if way.proxy_headers is not None:
        headers = headers.with_items(way.proxy_headers)
        target = f"http://{headers['host']}{target}"
    try:
        outgoing = Outgoing(sent.method, target, headers, relay.body_of(incoming))
        answer = await http1.send(way.connect, outgoing)
    except TargetError as error:
        return refuse(incoming, Refusal(status=502, text=f"{host}: {error}"))
    async with answer:
        return Answer(failure=await relay.pass_on(incoming, answer, end_to_end(answer.headers)))


def refuse(incoming: Incoming, refusal: Refusal) -> Answer:
    """Say why a request does not go on."""
    headers = [PLAIN_TEXT]
    if refusal.status == 407:
        headers.append(("proxy-authenticate", 'Basic realm="lattice dev"'))
    incoming.respond(refusal.status, headers, refusal.text.encode())
    return Answer(reason=refusal.text)
