"""The endpoint's application: every request is checked, given to whoever serves it, and told of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lattice_events.cloud.endpoint.calls import ApiCall, Tell
from lattice_events.cloud.endpoint.guard import check, read_body
from lattice_events.cloud.endpoint.journal import Entry, Journal
from lattice_events.cloud.endpoint.operation import is_invocation, may_change, operation_name
from lattice_events.cloud.endpoint.publishing import Publishing
from lattice_events.cloud.endpoint.refusal import RefusedError, answer_to
from lattice_events.cloud.endpoint.scope import Scope, read_scope
from lattice_events.cloud.endpoint.turns import Turns
from lattice_events.cloud.endpoint.wsgi import Answer, ApiRequest, Environ, status_line, with_body

Handle = Callable[[ApiRequest], Answer]
# Whose changes may be changes of the network.
_OF_NETWORK = frozenset(("vpc-lattice", "cloudformation", "lambda", "iam", "ec2"))


@dataclass(frozen=True, kw_only=True)
class Backends:
    """Who serves what."""

    lattice: Callable[[ApiRequest, Scope], Answer]
    invoke: Handle
    others: Handle


class Application:
    """A WSGI application."""

    def __init__(
        self,
        backends: Backends,
        *,
        turns: Turns,
        publishing: Publishing,
        journal: Journal | None,
        tell: Tell,
    ) -> None:
        """Serve by these backends; what may change something is kept in the journal."""
        self._backends = backends
        self._journal = journal
        self._turns = turns
        self._publishing = publishing
        self._tell = tell

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        answer = self._answer(environ)
        start_response(status_line(answer.status), _headers(answer))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: Environ) -> Answer:
        began = time.perf_counter()
        service, operation, is_told = "", f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", True
        try:
            scope = check(environ)
            service = scope.service if scope else ""
            request = with_body(environ, read_body(environ))
            operation = operation_name(request, service)
            is_told = may_change(request, service) and not is_invocation(request)
            answer = self._serve(request, scope)
        except RefusedError as refused:
            answer = answer_to(refused, service=service, environ=environ)
        except Exception as error:  # noqa: BLE001 - a bug of ours; the client is answered all the same
            bug = RefusedError(
                500, "InternalFailure", f"A bug of lattice cloud: {type(error).__name__}: {error}"
            )
            answer = answer_to(bug, service=service, environ=environ)
        if is_told or answer.status >= 500:
            call = ApiCall(
                service=service or "-",
                operation=operation,
                status=answer.status,
                duration_ms=(time.perf_counter() - began) * 1000,
                reason=answer.reason,
            )
            self._tell(call)
        return answer

    def _serve(self, request: ApiRequest, scope: Scope | None) -> Answer:
        """Have the request done, alone; what it changed is in force when it is answered."""
        if scope is not None and scope.service == "lambda" and is_invocation(request):
            self._publishing.settle()
            return self._backends.invoke(request)
        with self._turns.turn() as given:
            answer = self._do(request, scope)
            if self._journal is not None and may_change(request, scope.service if scope else ""):
                kept = request.without_secrets(scope.header if scope else "")
                self._journal.keep(Entry(request=kept, given=given, status=answer.status))
        self._publishing.settle()
        return answer

    def repeat(self, entry: Entry) -> int:
        """Do again what was done before; the status that it has now."""
        scope = read_scope(entry.request.header("Authorization"), entry.request.query)
        with self._turns.turn(entry.given):
            return self._do(entry.request, scope).status

    def _do(self, request: ApiRequest, scope: Scope | None) -> Answer:
        """Have it done by whoever serves it, in a turn."""
        service = scope.service if scope else "cloudformation"
        is_change = service in _OF_NETWORK and may_change(request, service)
        if is_change:  # for a function that it invokes, of a custom resource
            self._publishing.changed()
        try:
            if scope is not None and service == "vpc-lattice":
                return self._backends.lattice(request, scope)
            return self._backends.others(request)
        except RefusedError as refused:
            return answer_to(refused, service=service, environ=request.environ)
        finally:
            if is_change:
                self._publishing.changed()


def _headers(answer: Answer) -> list[tuple[str, str]]:
    """The answer's own, with the length of its body."""
    kept = [(name, value) for name, value in answer.headers if name.lower() not in _HOP_BY_HOP]
    if any(name.lower() == "content-length" for name, _ in kept):
        return kept
    return [*kept, ("Content-Length", str(len(answer.body)))]


_HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding")
