"""The inspector's part of the control port: who may ask, and what the connection gets."""

from __future__ import annotations

from lattice_events.local.http.incoming import Incoming
from lattice_events.local.inspector.api import PREFIX, Api, ApiAnswer, to_bytes
from lattice_events.loopback import refuse_browser

_JSON = (
    ("content-type", "application/json; charset=utf-8"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
)


class Inspector:
    """Answers what is asked below ``/api/``."""

    def __init__(self, api: Api) -> None:
        """Keep who answers."""
        self._api = api

    def serve(self, incoming: Incoming) -> bool:
        """Answer a request, unless it is for something else on this port."""
        path, _, query = incoming.target.partition("?")
        if not path.startswith(PREFIX):
            return False
        refusal = refuse_browser(incoming.headers, takes_own_page=True)
        if refusal:
            answer = ApiAnswer(403, {"error": f"Refused: {refusal}."})
        else:
            answer = self._api.answer(incoming.method, path, query, incoming.headers)
        incoming.respond(answer.status, _JSON, to_bytes(answer))
        return True
