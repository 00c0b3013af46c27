"""Pass the response of a server back to the client, as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from lattice_events.errors import TargetError
from lattice_events.headers import Headers
from lattice_events.local.http.client import TargetResponse
from lattice_events.local.http.incoming import Incoming
from lattice_events.network.decision import Failure

Slowly = Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]]


def body_of(incoming: Incoming) -> bytes | AsyncIterator[bytes] | None:
    """The body of a request: all of it where it has arrived, else piece by piece; ``None`` if none is announced."""
    if not incoming.has_body:
        return None
    body = incoming.body
    return incoming.chunks() if body is None else body


async def pass_on(
    incoming: Incoming, answer: TargetResponse, headers: Headers, slowly: Slowly | None = None
) -> Failure | None:
    """Stream a target's answer to the client; a target that breaks off breaks the client's connection.

    Args:
        incoming: The client's request.
        answer: Its head has been read.
        headers: To send instead of the answer's own.
        slowly: Gives the body as slowly as a fault wants it.

    Returns:
        Why the client did not get the whole.
    """
    if answer.body is not None and slowly is None:
        incoming.respond(answer.status, headers.items(), answer.body, reason=answer.reason)
        return None
    incoming.begin(answer.status, headers.items(), reason=answer.reason)
    try:
        async for chunk in slowly(answer.chunks()) if slowly else answer.chunks():
            await incoming.write(chunk)
    except ConnectionResetError:  # of the write: the target's own breaks are target errors
        return "client_closed"
    except TargetError as error:
        # The status has left already; a cut connection is the one way left to say that it failed.
        incoming.abort()
        return "timeout" if error.kind == "timeout" else "closed"
    incoming.end()
    return None
